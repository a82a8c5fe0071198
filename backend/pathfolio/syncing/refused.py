"""What the server does not accept is kept whole, in its author's own list, with the reason."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pathfolio import clock, ids
from pathfolio.records import kind_named
from pathfolio.records.check import RefusedError
from pathfolio.syncing import server, spaces
from pathfolio.syncing.locks import Live, Locks
from pathfolio.syncing.permission import Author
from pathfolio_sync import HistoryRow, Json, Mutation, Rev, canonical, parse_time
from pathfolio_sync.rows import MISSING, writes_entry, wrote

KIND = "not_accepted"
FOLLOWERS_BYTES = 128 * 1024
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@lru_cache(maxsize=1024)  # asked for several times within one push
def entry_id(mutation: str) -> str:
    """The same for each time the same mutation is refused."""
    return ids.derived_id(f"{KIND}:{mutation}")


def was_refused(locks: Locks, mutation: str) -> RefusedError | None:
    """The reason of then, when this very mutation was refused before."""
    live = locks.find(entry_id(mutation))
    if live is None:
        return None
    fields = live.state["fields"]
    return RefusedError(fields["code"], fields["sentence"])


def refused_one(locks: Locks, author: Author, record: str, mutation: str) -> dict[str, Any] | None:
    """The change of the author's on this record that is kept in their list under this id."""
    live = locks.find(entry_id(mutation))
    if live is None or live.kind.name != KIND or live.by != author.person:
        return None
    found: dict[str, Any] = live.state["fields"]["mutation"]
    return found if found.get("record") == record else None


def came_after(locks: Locks, author: Author, record: str, mutation: str) -> str | None:
    """What a refused change of the record came after on its device; None for nothing that is known."""
    after = (refused_one(locks, author, record, mutation) or {}).get("after")
    return str(after) if ids.is_id(after) else None


def stood_on(locks: Locks, author: Author, mutation: Mutation) -> tuple[Rev | None, str | None]:
    """Base and `after` of a change, also where a restore made its base another one.

    A base that was accepted once may be refused now, or have another number because one before it was refused. Its
    author had seen that change and whatever it knew, which may be all that is left of what they knew.
    """
    base, after = mutation["base"], mutation["after"]
    own: str | None = None
    passed: set[str] = set()
    while base is not None and str(base[1]) not in passed:
        name = str(base[1])
        passed.add(name)
        row = locks.past.mutation(name)
        if row is None:
            refused = refused_one(locks, author, mutation["record"], name)
            if refused is None:
                break
            earlier = _rev(refused.get("base"))
            own = own or came_after(locks, author, mutation["record"], name)
        elif row["record"] != mutation["record"] or row["rev"] == int(base[0]):
            break
        else:
            earlier = _rev(row["base"])
            own = own or name
        base = earlier if earlier[0] else None
    if after is None and own is not None and _goes_on_from(locks, author, mutation, own):
        after = own
    return base, after


def _goes_on_from(locks: Locks, author: Author, mutation: Mutation, own: str) -> bool:
    """Whether a change surely replaces what its author's earlier ones wrote in the same place.

    Before the restore one of those may have lost to a change between, which is gone now, or comes later: the author
    went on from that one, and no word of theirs was to be replaced. It had not lost if nothing stood between it and
    its base, as its number of then tells; a text takes nothing away that is whole in the next one.
    """
    link: str | None = own
    passed: set[str] = set()
    while link is not None and link not in passed:
        passed.add(link)
        row = locks.past.mutation(link)
        if row is None:
            link = came_after(locks, author, mutation["record"], link)
            continue
        if row["record"] != mutation["record"] or row["by"] != author.person:
            break
        written = _written(locks.past.parsed(row), mutation)
        if written is not MISSING:
            at_once = mutation["base"] == [int(_rev(row["base"])[0]) + 1, link]
            return at_once or (mutation["op"] == "text" and _holds(mutation["value"], written))
        link = row["after"]
    return True


def _written(row: HistoryRow, mutation: Mutation) -> Json:
    """What a row put where a change writes now; MISSING for nothing."""
    field, value = mutation["field"], mutation["value"]
    if field is not None and mutation["op"] in ("set", "text"):
        return wrote(row, field)
    if field is not None and mutation["op"] == "add" and isinstance(value, Mapping):
        return value if writes_entry(row, field, str(value["key"])) else MISSING
    return MISSING


def _holds(text: Json, other: Json) -> bool:
    """Whether all words of another text are in this one."""
    return Counter(str(other).split()) <= Counter(str(text).split())


def base_before(locks: Locks, author: Author, mutation: Mutation) -> Rev | None:
    """What the author of a change had surely seen of its field.

    On their screen a change of theirs that was refused by then, unknown to them, still covered what its base shows:
    then it is the base of that one.
    """
    base, field = mutation["base"], mutation["field"]
    if base is None or mutation["after"] is None or field is None:
        return base
    for covered in _covering(locks, author, mutation["record"], field, mutation["pulled"]):
        base = min(base, _rev(covered.get("base")), key=lambda rev: int(rev[0]))
    return base if base[0] else None


def covers(locks: Locks, author: Author, record: str, field: str, pulled: str | None) -> bool:
    """Whether the author's screen still showed a change of a field that was refused after their pull of then."""
    return any(True for _ in _covering(locks, author, record, field, pulled))


def _covering(
    locks: Locks, author: Author, record: str, field: str, pulled: str | None
) -> Iterator[dict[str, Any]]:
    last = parse_time(pulled)
    for live in locks.about(record, spaces.own(author.person)):
        fields = live.state["fields"]
        covered = fields.get("mutation", {})
        if live.kind.name != KIND or not _covers(covered, field):
            continue
        if last is None or last < clock.from_wire(fields["at"]):
            yield covered


def _covers(refused: dict[str, Any], field: str) -> bool:
    """Whether a refused change shows in this field, on the device where it was made; a kept flag never did."""
    return refused.get("n") != 0 and (
        refused.get("field") == field or refused.get("op") == "create"
    )


def _rev(base: object) -> Rev:
    """A base as a device sent it, whatever that was; `[0, ""]` for none."""
    match base:
        case [int(number), str(identity)] if number > 0:
            return [number, identity]
        case _:
            return [0, ""]


def keep(
    locks: Locks, author: Author, mutation: dict[str, Any], problem: RefusedError
) -> RefusedError:
    """Keep a refused mutation; returns the reason, that of the creation for its followers.

    Words on something that was erased are not kept.
    """
    if problem.code == "erased":
        return problem
    record = mutation.get("record")
    if ids.is_id(record) and mutation.get("op") != "create" and locks.find(str(record)) is None:
        creation = _refused_creation(locks, author, str(record))
        if creation is not None:
            return _join(locks, author, creation, mutation)
    _keep_alone(locks, author, mutation, problem)
    return problem


def _keep_alone(
    locks: Locks, author: Author, mutation: dict[str, Any], problem: RefusedError
) -> None:
    """An entry of its own, unless there is one, or its author threw it away for good."""
    identity = entry_id(mutation["id"])
    if locks.find(identity) is None and locks.tombstone(identity) is None:
        fields = _entry(locks, mutation, problem)
        # After a restore it is made anew, and what its author then did with it (thrown away, say) still fits.
        made = ids.derived_id(f"made:{identity}")
        server.write(locks, spaces.own(author.person), KIND, identity, fields, author.person, made)


def keep_as_text(
    locks: Locks, author: Author, mutation: dict[str, Any], problem: RefusedError
) -> RefusedError:
    """Keep a change that could not be kept as it is (a mistake of this server): its JSON as one text."""
    if problem.code != "erased":
        text = json.dumps(mutation, ensure_ascii=True)
        plain = {"id": mutation["id"], "n": mutation["n"], "op": "", "record": ""}
        plain |= {"field": None, "value": text}
        _keep_alone(locks, author, plain, problem)
    return problem


def keep_flag(
    locks: Locks, author: Author, live: Live, identity: str, flag: dict[str, Any]
) -> None:
    """Keep a superseded value that the new, wider audience of its record should not read."""
    op = {"text": "text", "scalar": "set"}.get(live.kind.plan.get(flag["field"], ""), "add")
    mutation = {
        "id": identity,
        "n": 0,
        "space": live.space,
        "op": op,
        "record": live.record,
        "field": flag["field"],
        "value": flag["value"],
        "base": None,
        "after": None,
        "pulled": None,
        "at": flag["at"],
    }
    sentence = "Another version, written while fewer people could see the work. Add it now?"
    keep(locks, author, mutation, RefusedError("widened", sentence))


def _entry(locks: Locks, mutation: dict[str, Any], problem: RefusedError) -> dict[str, Any]:
    record = mutation.get("record")
    live = locks.find(str(record)) if ids.is_id(record) and locks.holds(str(record)) else None
    return {
        "mutation": storable(mutation),
        "code": problem.code,
        "sentence": problem.sentence,
        "record": record if ids.is_id(record) else "",
        "kind": live.kind.name if live else _named_kind(mutation),
        "at": clock.to_wire(locks.now),
        "followers": [],
    }


def _named_kind(mutation: dict[str, Any]) -> str | None:
    value = mutation.get("value")
    found = kind_named(value.get("kind")) if isinstance(value, dict) else None
    return found.name if found else None


def _refused_creation(locks: Locks, author: Author, record: str) -> Live | None:
    for live in locks.about(record, spaces.own(author.person)):
        if live.kind.name != KIND or "deleted" in live.state:
            continue  # what waits in the trash would take its followers along
        if live.state["fields"]["mutation"].get("op") == "create":
            return live
    return None


def _join(locks: Locks, author: Author, entry: Live, mutation: dict[str, Any]) -> RefusedError:
    fields = entry.state["fields"]
    problem = RefusedError(fields["code"], fields["sentence"])
    followers = list(fields.get("followers") or [])
    if any(each.get("id") == mutation["id"] for each in followers):
        return problem
    followers.append(storable(mutation))
    if len(canonical(followers)) <= FOLLOWERS_BYTES:
        # Without a history of the list itself, which would hold each follower once for each that came after.
        longer = entry.state | {"fields": fields | {"followers": followers}}
        locks.put(entry.space, entry.kind, longer, ids.new_id())
    else:  # a body has a limit; what does not fit gets an entry of its own
        _keep_alone(locks, author, mutation, problem)
    return problem


def storable(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A JSON value with U+FFFD for what no database can hold; everything else as it came."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [storable(each) for each in value]
    if isinstance(value, dict):
        return {storable(key): storable(each) for key, each in value.items()}
    return value
