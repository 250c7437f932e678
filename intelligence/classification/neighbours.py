"""What the other columns and the table's name say of a column: people's attributes stand beside people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from intelligence.classification import dictionaries
from intelligence.classification.decision import Candidate, Weighed
from intelligence.classification.families import IDENTITIES
from intelligence.classification.headers import tokens
from intelligence.classification.types import Evidence

LIKELY: Final = 0.5
"""Log-odds from which on a candidate counts as found when its neighbours are judged."""
ATTRIBUTES: Final = IDENTITIES | {
    "age",
    "gender",
    "city",
    "postal_code",
    "religion",
    "ethnicity",
    "national_id",
    "us_ssn",
    "passport",
    "driver_license",
}
PAIRS: Final[dict[str, str]] = {"first_name": "last_name", "last_name": "first_name", "city": "postal_code", "postal_code": "city"}
TOGETHER: Final = 0.6
PAIR: Final = 0.9


def consult(weighed: Sequence[Weighed]) -> None:
    """Adds to each candidate what its neighbours say."""
    found = [_likely(one) for one in weighed]
    for at, one in enumerate(weighed):
        others = {family for other, families in enumerate(found) if other != at for family in families}
        people = others & IDENTITIES
        about_people = not dictionaries.words("people tables").isdisjoint(tokens(one.prepared.column.table))
        for candidate in one.candidates:
            _add(candidate, others, bool(people) or about_people)


def _likely(one: Weighed) -> set[str]:
    best = max(one.candidates, key=lambda candidate: candidate.logit, default=None)
    return {best.family} if best is not None and best.logit - one.nothing() > LIKELY else set()


def _add(candidate: Candidate, others: set[str], is_people: bool) -> None:
    pair = PAIRS.get(candidate.family)
    if pair in others:
        candidate.evidence.append(Evidence("neighbours", 0, 0, f"there is a {pair.replace('_', ' ')} beside it", PAIR))
    elif is_people and candidate.family in ATTRIBUTES:
        candidate.evidence.append(Evidence("neighbours", 0, 0, "the table is about people", TOGETHER))
