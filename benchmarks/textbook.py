"""The usual way to serve the same artifacts: one class per table, loaded as objects, written out by a schema."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from marshmallow import Schema, fields
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    selectinload,
)

PAGE = 2000


class Base(DeclarativeBase):
    pass


class Artifact(Base):
    __tablename__ = "artifact"

    id: Mapped[str] = mapped_column(primary_key=True)
    space: Mapped[str] = mapped_column(index=True)
    seq: Mapped[int] = mapped_column(index=True)
    rev: Mapped[int]
    by: Mapped[str]
    created: Mapped[str]
    updated: Mapped[str]
    title: Mapped[str]
    words: Mapped[str]
    tags: Mapped[list[Tag]] = relationship()


class Tag(Base):
    __tablename__ = "tag"

    artifact: Mapped[str] = mapped_column(ForeignKey("artifact.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    rev: Mapped[str]


class TagSchema(Schema):
    key = fields.String()
    text = fields.String()
    rev = fields.String()


class ArtifactSchema(Schema):
    id = fields.String()
    space = fields.String()
    seq = fields.Integer()
    rev = fields.Integer()
    by = fields.String()
    created = fields.String()
    updated = fields.String()
    title = fields.String()
    words = fields.String()
    tags = fields.List(fields.Nested(TagSchema))


class Textbook:
    """The same records as in a Pathfolio database, in tables of their own."""

    def __init__(self, source: Path, path: Path) -> None:
        self.engine = create_engine(f"sqlite:///{path}")
        Base.metadata.create_all(self.engine)
        with sqlite3.connect(source) as connection:
            query = "SELECT body FROM record WHERE kind = 'artifact' AND NOT gone"
            bodies = [json.loads(row[0]) for row in connection.execute(query)]
        with Session(self.engine) as session:
            session.add_all(map(artifact, bodies))
            session.commit()

    def pull(self) -> int:
        """All of it, in pages; how many bytes of JSON."""
        size = 0
        schema = ArtifactSchema(many=True)
        query = (
            select(Artifact).options(selectinload(Artifact.tags)).order_by(Artifact.seq).limit(PAGE)
        )
        last = 0
        while True:
            with Session(self.engine) as session:
                found = session.scalars(query.where(Artifact.seq > last)).all()
                if not found:
                    return size
                size += len(json.dumps({"changes": schema.dump(found)}).encode())
                last = found[-1].seq


def artifact(body: dict[str, object]) -> Artifact:
    kept: dict[str, dict[str, dict[str, dict[str, str]]]] = body["fields"]  # type: ignore[assignment]
    tags = [
        Tag(key=key, text=each["v"]["text"], rev=str(each["r"]))
        for key, each in kept.get("tags", {}).items()
    ]
    plain = {name: body[name] for name in ("id", "space", "seq", "by", "created", "updated")}
    rev: list[int] = body["rev"]  # type: ignore[assignment]
    return Artifact(**plain, rev=rev[0], title=kept["title"], words=kept["words"], tags=tags)
