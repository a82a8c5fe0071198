"""The demo school's year: large, different for everybody, and the same on every computer."""

from datetime import UTC, datetime
from itertools import pairwise

from pathfolio.demo.pictures import PAINTERS, jpeg
from pathfolio.demo.plan import compose, threads
from pathfolio_media.sniff import sniff

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_school_year_has_enough_to_show() -> None:
    plan = compose(NOW)
    works = [work for student in plan.students for work in student.works]
    assert len(plan.students) == 60
    assert len(works) >= 1200
    assert len({work.picture for work in works if work.picture}) >= 200
    assert any(work.answer and work.answer.reply for work in works)
    assert any(work.seen_at is None for work in works), "an inbox must have something in it"
    assert all(len(student.showcase) == 5 for student in plan.students)


def test_no_two_students_are_alike() -> None:
    plan = compose(NOW)
    interests = [frozenset(work.interest for work in student.works) for student in plan.students]
    assert len(set(interests)) == len(interests)
    assert len({student.username for student in plan.students}) == 60


def test_plumbers_and_philosophers_are_there_alike() -> None:
    named = {thread["interest"] for thread in threads()["threads"]}
    assert {"Plumbing", "Philosophy"} <= named


def test_the_year_goes_forward_and_ends_before_now() -> None:
    for student in compose(NOW).students:
        assert all(a.at <= b.at for a, b in pairwise(student.works))
        assert student.works[-1].at < NOW
        for work in student.works:
            if work.answer and work.seen_at:
                assert (
                    work.at
                    < work.seen_at
                    < work.answer.at
                    < work.answer.reply_at
                    < work.answer.thanks_at
                )


def test_the_same_seed_gives_the_same_year() -> None:
    assert compose(NOW) == compose(NOW)
    assert compose(NOW) != compose(NOW, seed=1)


def test_every_thread_has_a_painter_and_pictures_differ() -> None:
    assert {thread["painter"] for thread in threads()["threads"]} == set(PAINTERS)
    drawn = [jpeg("sky", "a"), jpeg("sky", "b"), jpeg("sky", "a")]
    assert drawn[0] == drawn[2] != drawn[1]
    assert sniff(drawn[0]).mime == "image/jpeg"
