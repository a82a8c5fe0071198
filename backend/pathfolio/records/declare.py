"""The words a declaration of a record kind is written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from marshmallow import fields as value_fields

from pathfolio.records.values import LongText

ValueField = value_fields.Field[Any]


class Merge(StrEnum):
    """How two changes of one field come together (see docs/protocol.md, "Merge rules")."""

    SCALAR = "scalar"
    TEXT = "text"
    MEMBERS = "members"
    ORDERED = "ordered"


class Writer(StrEnum):
    """Who may create a record of a kind, and who may change it afterwards."""

    OWNER = "owner"  # an owner of the space: the student, or each owner of a group
    TEACHER = "teacher"  # a teacher of the space
    READER = "reader"  # an owner or a teacher of the space
    SELF = "self"  # the person in whose own space it lives
    SERVER = "server"  # the server alone


class Audience(StrEnum):
    """The words of an audience field; the last two carry an id: `group:{id}`."""

    ME = "me"
    TEACHERS = "teachers"
    PUBLISHED = "published"
    GROUP = "group"
    CIRCLE = "circle"


@dataclass(frozen=True)
class Field:
    """One field: how it merges, what a value (of an element) may be, what it is for."""

    merge: Merge
    value: ValueField
    about: str
    empty: object = None
    key: ValueField | None = None
    once: bool = False  # said at creation, never changed


@dataclass(frozen=True)
class Kind:
    """One kind of record.

    `audiences`: the audience words this kind knows; without any it has one home for good.
    `about`: the field that names the artifact it belongs to and moves along with.
    `own_id`: the id is derived as `derived_id(own_id.format(...))` of person and artifact.
    `deletable`: all that its owner may do to a record that the server made.
    """

    name: str
    doc: str
    fields: Mapping[str, Field]
    creator: Writer
    lives_in: str
    audiences: tuple[Audience, ...] = ()
    default_audience: Audience | None = None
    about: str | None = None
    own_id: str | None = None
    deletable: bool = False

    @cached_property
    def plan(self) -> dict[str, str]:
        """Field name -> merge type, as `pathfolio_sync` and the client want it."""
        return {name: str(field.merge) for name, field in self.fields.items()}


def scalar(value: ValueField, about: str, *, empty: object = None, once: bool = False) -> Field:
    return Field(Merge.SCALAR, value, about, empty=empty, once=once)


def words(about: str) -> Field:
    """A long text, merged by word."""
    return Field(Merge.TEXT, LongText(), about, empty="")


def members(key: ValueField, value: ValueField, about: str) -> Field:
    return Field(Merge.MEMBERS, value, about, key=key)


def ordered(key: ValueField, value: ValueField, about: str) -> Field:
    return Field(Merge.ORDERED, value, about, key=key)
