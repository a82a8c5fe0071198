"""Rules of the product that no feature may break: no ranking of students or careers, no pressure, no tracking.

They are checked on everything that has words: the screens' messages, the kinds of record, the API's description.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pathfolio.app import create_app
from pathfolio.ids import new_id
from pathfolio.records import KINDS
from pathfolio.records.check import creation
from pathfolio.settings import Settings

ROOT = Path(__file__).parents[2]
# Whole words or stems, in the two languages of the screens and in names of fields and routes.
FORBIDDEN = {
    "ranking of students": r"leaderboard|\brank(ed|ing|s)?\b|\bscores?\b|puntaje|puntuaci|clasificaci"
    r"|percentile|\baverage\b|promedio",
    "rewards": r"\bstreaks?\b|\bbadges?\b|insignia|\bstars? earned"
    r"|(\d|#|more|your) points\b|(\d|#|tus|más) puntos\b|(\d|#|number of) likes\b|\bracha\b",
    "pressure": r"\boverdue\b|\blate\b|atrasad|vencid|\bdeadline\b|percent complete|% complete|por ciento completo",
    "ranking of careers": r"\bsalar(y|ies)\b|salario|\bsueldo\b|degree required|high.?paying",
    "risk labels": r"\bat.risk\b|risk.?score|en riesgo|\bclarity.?score",
    "recognition": r"face.?recogn|voice.?recogn|reconocimiento facial",
}


def words_of_screens() -> list[tuple[str, str]]:
    files = sorted((ROOT / "pwa" / "src" / "i18n").glob("*/*.ts"))
    assert len(files) > 8
    return [(str(path.relative_to(ROOT)), path.read_text("utf-8")) for path in files]


def words_of_records() -> list[tuple[str, str]]:
    return [
        (f"kind {kind.name}", " ".join([kind.name, kind.doc, *kind.fields]))
        for kind in KINDS.values()
    ]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The API's description, as clients read it."""
    app = create_app(Settings(data=tmp_path_factory.mktemp("rules"), log_level="ERROR"))
    answer = app.test_client().get("/api/openapi.json")
    found: dict[str, object] = answer.get_json()
    assert found["paths"]
    return found


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_screen_record_or_route_breaks_the_rule(rule: str, described: dict[str, object]) -> None:
    texts = [
        *words_of_screens(),
        *words_of_records(),
        ("API", json.dumps(described, ensure_ascii=False)),
    ]
    found = [
        f"{place}: {match.group(0)!r} in …{text[max(0, match.start() - 40) : match.end() + 40]}…"
        for place, text in texts
        for match in re.finditer(FORBIDDEN[rule], text, re.IGNORECASE)
    ]
    assert found == []


def test_the_rules_would_be_noticed_if_they_were_broken() -> None:
    for text in (
        "Leaderboard",
        "12 points",
        "This is overdue",
        "average salary",
        "at-risk students",
    ):
        assert any(re.search(pattern, text, re.IGNORECASE) for pattern in FORBIDDEN.values()), text


def test_work_is_private_to_the_student_and_their_teachers_until_more_is_chosen() -> None:
    audiences = {kind.name: kind.default_audience for kind in KINDS.values() if kind.audiences}
    assert audiences["artifact"] == "teachers"
    assert set(audiences.values()) <= {"me", "teachers"}


def test_nothing_in_a_piece_of_work_must_be_filled_in() -> None:
    kind, fields = creation({"kind": "artifact", "fields": {}}, new_id(), new_id())
    assert kind is KINDS["artifact"]
    assert fields == {} or set(fields) <= {"audience"}
