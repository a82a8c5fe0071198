"""Tables of schools, people, classes and enrolments; every key begins with the school."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pathfolio.clock import now
from pathfolio.db import Base, Id, Key

ROLES = ("student", "teacher", "coordinator")
STAFF = ("teacher", "coordinator")


class School(Base):
    __tablename__ = "school"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(Key(63), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(default=now)


class Person(Base):
    """Somebody of one school. `status` is pending, active, inactive or deleted (a tombstone)."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("school", "username"),
        Index("ix_person_school_sort", "school", "sort", "id"),
    )

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sort: Mapped[str] = mapped_column(Key(200), default="")
    username: Mapped[str | None] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(Key(16))
    status: Mapped[str] = mapped_column(Key(16), default="active")
    password: Mapped[str | None] = mapped_column(String(255))
    # Encrypts what stays on a device marked shared; constant, so that a later sign-in can read it.
    shared_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    code: Mapped[str | None] = mapped_column(Key(64))
    code_expires: Mapped[datetime | None]
    created: Mapped[datetime] = mapped_column(default=now)
    left: Mapped[datetime | None]


class SchoolClass(Base):
    __tablename__ = "school_class"

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    join_code: Mapped[str | None] = mapped_column(Key(16), unique=True)
    join_expires: Mapped[datetime | None]
    created: Mapped[datetime] = mapped_column(default=now)


class Enrolment(Base):
    """A person in a class, as student or teacher; `pending` until the teacher confirms."""

    __tablename__ = "enrolment"
    __table_args__ = (Index("ix_enrolment_person", "school", "person"),)

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    class_id: Mapped[str] = mapped_column(Id, primary_key=True)
    person: Mapped[str] = mapped_column(Id, primary_key=True)
    role: Mapped[str] = mapped_column(Key(16))
    pending: Mapped[bool] = mapped_column(default=False)
    asked: Mapped[datetime] = mapped_column(default=now)
