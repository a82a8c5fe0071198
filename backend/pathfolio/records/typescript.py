"""The client's types, written from the declarations: `pwa/src/data/types.gen.ts`."""

from __future__ import annotations

import json

from marshmallow import Schema, fields

from pathfolio.records import values
from pathfolio.records.artifact import Attachment
from pathfolio.records.declare import Field, Kind, Merge, ValueField
from pathfolio.records.registry import KINDS

HEAD = """\
// Written by `python -m pathfolio.records.generate` (make types) from backend/pathfolio/records.
// Do not edit: change the declaration there.

export type MergeType = 'scalar' | 'text' | 'members' | 'ordered';

/** [number of changes of the record, id of the mutation that made it] */
export type Rev = [number, string];

export type Op = 'create' | 'set' | 'text' | 'add' | 'remove' | 'place' | 'delete' | 'restore';

/** A mutation as it travels; all keys are always present. */
export interface WireMutation {
  id: string;
  n: number;
  space: string;
  op: Op;
  record: string;
  field: string | null;
  value: unknown;
  base: Rev | null;
  after: string | null;
  pulled: string | null;
  at: string;
}

export type RenditionSize = 'w320' | 'w1024' | 'w2000' | 'jpg1024';

/** What the server knows about an uploaded file; written by the server alone. */
export interface MediaInfo {
  state: 'verifying' | 'verified' | 'damaged' | 'rejected';
  reason?: string;
  mime?: string;
  width?: number;
  height?: number;
  thumbhash?: string;
  sizes?: Partial<Record<RenditionSize, [width: number, height: number, bytes: number]>>;
}

/** A superseded value of a true conflict, keyed by the mutation that carried it. */
export interface Flag {
  field: string;
  value: unknown;
  by: string;
  at: string;
}

/** A record as it travels and is stored. Empty flags, media and deleted are left out. */
export interface WireRecord {
  id: string;
  kind: Kind;
  space: string;
  seq: number;
  rev: Rev;
  by: string;
  created: string;
  updated: string;
  deleted?: { by: string; at: string };
  fields: Record<string, unknown>;
  meta: Record<string, Rev>;
  flags?: Record<string, Flag>;
  media?: Record<string, MediaInfo>;
}

/** In the place of a record that left its space. */
export interface GoneRow {
  id: string;
  seq: number;
  gone: true;
  /** The space that it left, never where to. */
  space: string;
  /** It was erased on purpose: nothing of it may stay on a device. */
  erased?: true;
}
"""


def source() -> str:
    """The whole text of the generated module."""
    parts = [HEAD]
    parts.extend(_kind(kind) for kind in KINDS.values())
    parts.append(_tables())
    return "\n".join(parts)


def _kind(kind: Kind) -> str:
    name = _camel(kind.name)
    elements = "".join(
        f"export type {name}{_camel(field_name)}Value = {_type(field.value, 0)};\n\n"
        for field_name, field in kind.fields.items()
        if field.key is not None
    )
    seen = "".join(_line(name, key, field, shown=True) for key, field in kind.fields.items())
    given = "".join(_line(name, key, field, shown=False) for key, field in kind.fields.items())
    return (
        f"{elements}/** {kind.doc} Lives in {kind.lives_in}. */\n"
        f"export interface {name}Fields {{\n{seen}}}\n\n"
        f"/** What a creation of `{kind.name}` may carry. */\n"
        f"export interface {name}Input {{\n{given}}}\n"
    )


def _line(kind: str, name: str, field: Field, *, shown: bool) -> str:
    if field.merge in {Merge.SCALAR, Merge.TEXT}:
        typescript = _type(field.value, 1)
        if field.empty is None and "null" not in typescript:
            typescript += " | null" if shown and not field.once else ""
    else:
        value = f"{kind}{_camel(name)}Value"
        if shown or field.merge is Merge.ORDERED:
            typescript = f"({{ key: string }} & {value})[]"
        else:
            typescript = f"Record<string, {value}>"
    return f"  /** {field.about} */\n  {name}: {typescript};\n"


def _type(field: ValueField, depth: int) -> str:
    found = _plain(field, depth)
    return f"{found} | null" if field.allow_none and found != "unknown" else found


def _plain(field: ValueField, depth: int) -> str:  # noqa: PLR0911 - a table of cases
    match field:
        case values.Anything():
            return field.typescript
        case Attachment():
            return " | ".join(_object(schema(), depth) for schema in field.schemas)
        case fields.Nested():
            return _object(field.schema, depth)
        case fields.List():
            return f"{_type(field.inner, depth)}[]"
        case values.Choice():
            return " | ".join(f"'{choice}'" for choice in field.choices)
        case values.AudienceWord():
            patterns = {"group": "`group:${string}`", "circle": "`circle:${string}`"}
            return " | ".join(patterns.get(word, f"'{word}'") for word in field.words)
        case values.Whole():
            return "number"
        case values.YesNo():
            return "boolean"
        case fields.String():
            return "string"
        case _:
            raise TypeError(f"no TypeScript for {field!r}")


def _object(schema: Schema, depth: int) -> str:
    space = "  " * (depth + 1)
    lines = (
        f"{space}{name}{'' if field.required else '?'}: {_type(field, depth + 1)};\n"
        for name, field in schema.fields.items()
    )
    return f"{{\n{''.join(lines)}{'  ' * depth}}}"


def _tables() -> str:
    names = list(KINDS)
    union = " | ".join(f"'{name}'" for name in names)
    shown = "".join(f"  {name}: {_camel(name)}Fields;\n" for name in names)
    given = "".join(f"  {name}: {_camel(name)}Input;\n" for name in names)
    plans = "".join(_plan(kind) for kind in KINDS.values())
    empty = "".join(_empty(kind) for kind in KINDS.values())
    return f"""\
export type Kind = {union};

export interface AllFields {{
{shown}}}

export interface AllInputs {{
{given}}}

/** A record's fields as screens see them. */
export type Fields<K extends Kind> = AllFields[K];

/** What a creation may carry; ordered fields as a list, in order. */
export type Input<K extends Kind> = AllInputs[K];

/** How each field merges. */
export const KINDS: {{ readonly [K in Kind]: Readonly<Record<keyof AllFields[K], MergeType>> }} = {{
{plans}}};

/** What an absent scalar or text means. */
export const EMPTY: {{ readonly [K in Kind]: Readonly<Partial<AllFields[K]>> }} = {{
{empty}}};
"""


def _plan(kind: Kind) -> str:
    lines = "".join(f"    {name}: '{merge}',\n" for name, merge in kind.plan.items())
    return f"  {kind.name}: {{\n{lines}  }},\n"


def _empty(kind: Kind) -> str:
    lines = "".join(
        f"    {name}: {_literal(field.empty)},\n"
        for name, field in kind.fields.items()
        if field.key is None and not field.once
    )
    return f"  {kind.name}: {{\n{lines}  }},\n" if lines else f"  {kind.name}: {{}},\n"


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
