"""Write, or with --check compare, what is derived from the declarations.

`python -m pathfolio.records.generate [--check]` keeps `pwa/src/data/types.gen.ts` and
`docs/records.md` equal to `pathfolio.records`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pathfolio.records import typescript
from pathfolio.records.declare import Field, Kind
from pathfolio.records.registry import KINDS

ROOT = Path(__file__).resolve().parents[3]

DOC_HEAD = """\
# Kinds of record

Written by `python -m pathfolio.records.generate` (`make types`) from the declarations in
`backend/pathfolio/records`. How fields merge is explained in [protocol.md](protocol.md).
"""


def outputs() -> dict[Path, str]:
    """Path -> text of every derived file."""
    return {
        ROOT / "pwa/src/data/types.gen.ts": typescript.source(),
        ROOT / "docs/records.md": documentation(),
    }


def documentation() -> str:
    return "\n".join([DOC_HEAD, *(_section(kind) for kind in KINDS.values())])


def _section(kind: Kind) -> str:
    rows = "".join(_row(name, field) for name, field in kind.fields.items())
    fixed = f"\nIts id is derived from `{kind.own_id}`.\n" if kind.own_id else ""
    moves = f"\nMoves along with the artifact in `{kind.about}`.\n" if kind.about else ""
    return (
        f"## `{kind.name}`\n\n{kind.doc}\n\n"
        f"Lives in {kind.lives_in}. Created by: {kind.creator.value}.\n{fixed}{moves}\n"
        f"| field | merge | meaning |\n| --- | --- | --- |\n{rows}"
    )


def _row(name: str, field: Field) -> str:
    once = " Said once, at creation." if field.once else ""
    return f"| `{name}` | {field.merge.value} | {field.about}{once} |\n"


def main(arguments: list[str]) -> int:
    """0 when everything is up to date (or was written), 1 when --check found a difference."""
    stale = [
        path
        for path, text in outputs().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        shown = path.relative_to(ROOT)
        if "--check" in arguments:
            sys.stderr.write(f"{shown} is not what the declarations say: run `make types`\n")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(outputs()[path], encoding="utf-8")
        sys.stdout.write(f"wrote {shown}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
