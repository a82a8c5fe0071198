"""What the server does not accept is kept whole, in its author's own list, with the reason."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from pathfolio import clock, ids
from pathfolio.records import kind_named
from pathfolio.records.check import RefusedError
from pathfolio.syncing import server, spaces
from pathfolio.syncing.locks import Live, Locks
from pathfolio.syncing.permission import Author
from pathfolio_sync import HistoryRow, Json, Mutation, Rev, canonical, parse_time
from pathfolio_sync.rows import MISSING, shown, writes_entry, wrote

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
    author had seen that change and whatever it knew, which may be all that is left of what they knew. But before the
    restore all of that may have lost to a change between, which is gone now, or counted otherwise: they went on from
    that one, and meant to replace none of theirs. So it is taken for seen only where its number tells that nothing
    stood between, or where nothing is taken away by it.
    """
    base, after = mutation["base"], mutation["after"]
    own: str | None = None
    at_once, passed = True, set[str]()
    while base is not None and str(base[1]) not in passed:
        name = str(base[1])
        passed.add(name)
        row = locks.past.mutation(name)
        if row is None:
            refused = refused_one(locks, author, mutation["record"], name)
            if refused is None:
                break
            earlier = _rev(refused.get("base"))
            link = came_after(locks, author, mutation["record"], name)
            own = own or link
        elif row["record"] != mutation["record"] or row["rev"] == int(base[0]):
            break
        else:
            earlier, link, own = _rev(row["base"]), row["after"], own or name
        between = [
            each for each in _chain(locks, author, mutation, link) if each.rev > int(earlier[0])
        ]
        at_once = at_once and base[0] == int(earlier[0]) + len(between) + 1
        base = earlier if earlier[0] else None
    if base == mutation["base"]:
        return base, after
    replaced = _replaced(locks, author, mutation, base, own)
    if at_once or all(_keeps(mutation, each) for each in replaced):
        return base, after or own
    return mutation["base"], after


def _chain(
    locks: Locks, author: Author, mutation: Mutation, link: str | None
) -> Iterator[HistoryRow]:
    """The author's own accepted changes of the record, from one back through what each came after."""
    passed: set[str] = set()
    while link is not None and link not in passed:
        passed.add(link)
        row = locks.past.mutation(link)
        if row is None:
            link = came_after(locks, author, mutation["record"], link)
        elif row["record"] != mutation["record"] or row["by"] != author.person:
            return
        else:
            yield locks.past.parsed(row)
            link = row["after"]


def _replaced(
    locks: Locks, author: Author, mutation: Mutation, base: Rev | None, own: str | None
) -> Iterator[Json]:
    """What a change would take away as seen: what its author's chain wrote last, and what its base shows."""
    field = mutation["field"]
    if field is None:
        return
    past = locks.past.of(mutation["record"])
    known = base is not None and past.holds(int(base[0]), str(base[1]))
    pulled = past.changes(field, int(base[0])) if base is not None and known else ()
    shows = (row for row in pulled if mutation["op"] == "add" or field in row.took)
    for rows in (_chain(locks, author, mutation, own), shows):
        found = (_written(row, mutation, field) for row in rows)
        yield from islice((each for each in found if each is not MISSING), 1)


def _written(row: HistoryRow, mutation: Mutation, field: str) -> Json:
    """What a row put where a change writes now; MISSING for nothing."""
    value = mutation["value"]
    if mutation["op"] in ("set", "text"):
        return shown(row, field) if field in row.took else wrote(row, field)
    if mutation["op"] == "add" and isinstance(value, Mapping):
        return row.value if writes_entry(row, field, str(value["key"])) else MISSING
    return MISSING


def _keeps(mutation: Mutation, other: Json) -> bool:
    """Whether nothing of another value is lost by a change: a text may hold all of its words."""
    if mutation["op"] == "text":
        return Counter(str(other).split()) <= Counter(str(mutation["value"]).split())
    return canonical(other) == canonical(mutation["value"])


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
