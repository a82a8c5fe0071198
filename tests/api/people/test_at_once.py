"""Coordinators who change the roster at the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from pathfolio import db
from pathfolio.syncing.models import Member
from tests.api.world import World


def test_a_teacher_and_students_who_come_to_a_class_at_once_all_find_each_other(
    world: World,
) -> None:
    room = world.as_("cora").post("/api/classes", json={"title": "Red"}).get_json()["id"]
    coming = {"tia": "teacher", "tom": "teacher", "ana": "student", "ben": "student"}
    start = threading.Barrier(len(coming), timeout=20)

    def put(name: str) -> int:
        client = world.as_("cora")
        start.wait()
        path = f"/api/classes/{room}/people/{world.id(name)}"
        return client.put(path, json={"role": coming[name]}).status_code

    with ThreadPoolExecutor(len(coming)) as pool:
        assert list(pool.map(put, coming)) == [204] * 4
    with world.app.app_context(), db.read() as session:
        for student in ("ana", "ben"):
            rows = session.scalars(
                select(Member).where(Member.space == f"p:{world.id(student)}")
            ).all()
            teachers = {row.person for row in rows if row.role == "teacher"}
            assert teachers == {world.id("tia"), world.id("tom")}
        inside = session.scalars(select(Member).where(Member.space == f"c:{room}")).all()
        assert {row.person for row in inside} == {world.id(name) for name in coming}
