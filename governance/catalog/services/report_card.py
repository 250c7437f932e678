"""How well suggestions did, measured on what people decided: precision and recall with their intervals, what was mixed up, and whether scores keep their word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import sqrt
from typing import Any, Final, Literal

from governance.catalog.entities import known_entities
from governance.catalog.models import Decision, Field
from governance.core.access import Actor, visible
from intelligence.classification import Settings, families
from intelligence.classification.titles import title
from intelligence.models import RuleSetVersion

Basis = Literal["then", "now"]
What = Literal["right", "wrong", "missed"]
ENOUGH: Final = 10
"""Below this many decisions a share says too little."""
Z: Final = 1.959964
"""Of the normal distribution, for 95 %."""
BINS: Final = 10
ABOUT: Final = "Measured on fields that people decided. Sensitive fields that nobody has looked at are not in these numbers, so recall can only be an upper bound."


@dataclass(frozen=True, slots=True)
class Case:
    """One decided field: what was suggested, and what a person says that it holds (`truth` empty: not what was rejected)."""

    field_id: int
    suggested: str
    score: float | None
    truth: str
    rejected: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the decision says if the suggestion is right: a rejection speaks of one entity only."""
        return bool(self.truth) or not self.suggested or self.suggested == self.rejected


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `count` with Wilson's 95 % interval (E. B. Wilson, 1927); None where nothing was counted."""

    right: int
    count: int

    @property
    def value(self) -> float | None:
        return self.right / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.count:
            return None
        share, spread = self.right / self.count, Z * Z / self.count
        middle, half = share + spread / 2, Z * sqrt(share * (1 - share) / self.count + spread / (4 * self.count))
        return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))

    @property
    def is_enough(self) -> bool:
        return self.count >= ENOUGH

    def as_json(self) -> dict[str, Any]:
        low, high = self.interval or (None, None)
        return {"right": self.right, "count": self.count, "value": self.value, "low": low, "high": high, "is_enough": self.is_enough}


@dataclass(slots=True)
class Line:
    """The figures of one entity, one family, or everything. `confused`: what wrong suggestions were in truth ("" is nothing); `missed`: what was suggested instead."""

    key: str
    title: str
    family: str = ""
    suggested: int = 0
    right: int = 0
    held: int = 0
    found: int = 0
    waiting: int = 0
    confused: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> Share:
        return Share(self.right, self.suggested)

    @property
    def recall(self) -> Share:
        return Share(self.found, self.held)

    @property
    def mixed(self) -> list[tuple[str, int]]:
        """What it was mixed up with most; "" is nothing sensitive."""
        return self.confused.most_common(2)

    def as_json(self) -> dict[str, Any]:
        return {
            **{name: getattr(self, name) for name in ("key", "title", "family", "suggested", "right", "held", "found", "waiting")},
            "precision": self.precision.as_json(),
            "recall": self.recall.as_json(),
            "confused": _counted(self.confused),
            "missed": _counted(self.missed),
        }


@dataclass(slots=True)
class Card:
    """A report card. `overall` by how closely one looks: the exact entity, the family, or only whether it is sensitive."""

    decided: int
    waiting: int
    overall: dict[str, Line]
    families: list[Line]
    entities: list[Line]
    bins: list[dict[str, Any]]
    error: float | None
    """Expected calibration error over the bins; None without a score."""

    def as_json(self) -> dict[str, Any]:
        return {
            "decided": self.decided,
            "waiting": self.waiting,
            "enough": ENOUGH,
            "about": ABOUT,
            "overall": {name: line.as_json() for name, line in self.overall.items()},
            "families": [line.as_json() for line in self.families],
            "entities": [line.as_json() for line in self.entities],
            "calibration": {"bins": self.bins, "error": self.error},
        }


def report_card(
    actor: Actor, *, source: int | None = None, since: datetime | None = None, until: datetime | None = None, basis: Basis = "then"
) -> Card:
    """The card of everything that the actor may see; `since` and `until` are about when it was decided.

    `basis`: what was suggested when it was decided (then), or what the last scan suggests of the same fields (now).
    """
    waiting = _fields(actor, source).filter(state=Field.State.SUGGESTED).order_by().values_list("suggested_entity", flat=True)
    return card(cases(actor, source=source, since=since, until=until, basis=basis), Counter(waiting), families_of_all())


def cases(
    actor: Actor, *, source: int | None = None, since: datetime | None = None, until: datetime | None = None, basis: Basis = "then"
) -> list[Case]:
    """The newest decision of each field, as far as it says something of the suggestion."""
    columns = ("field_id", "verdict", "entity", "suggested_entity", "suggested_score", "field__suggested_entity", "field__suggested_score", "time")
    rows = (
        Decision.objects.filter(undone=None, field__in=_fields(actor, source)).order_by("field_id", "-id").distinct("field_id").values_list(*columns)
    )
    found = []
    for pk, verdict, entity, then, then_score, now, now_score, time in rows:
        if (since and time < since) or (until and time >= until):
            continue
        suggested, score = (now, now_score) if basis == "now" else (then, then_score)
        is_reject = verdict == Decision.Verdict.REJECT
        found.append(Case(pk, suggested, score, "" if is_reject else entity, entity if is_reject else ""))
    return [one for one in found if one.is_known]


def card(found: Sequence[Case], waiting: Mapping[str, int], known: Mapping[str, str]) -> Card:
    """The card of these cases; `waiting` counts undecided suggestions by entity, `known` maps entities to families."""

    def family(entity: str) -> str:
        return known.get(entity, entity)

    by_family = [replace(one, suggested=family(one.suggested), truth=family(one.truth)) for one in found]
    only_sensitive = [replace(one, suggested="sensitive" if one.suggested else "", truth="sensitive" if one.truth else "") for one in found]
    waiting_in: Counter[str] = Counter()
    for entity, count in waiting.items():
        waiting_in[family(entity)] += count
    total = sum(waiting.values())
    overall = {
        "entity": _sum("entity", "The exact entity", _lines(found, title), total),
        "family": _sum("family", "The family", _lines(by_family, families.label), total),
        "sensitive": _sum("sensitive", "Sensitive or not", _lines(only_sensitive, str), total),
    }
    bins, error = calibration(found)
    entities = _with_waiting(_lines(found, title), waiting, title)
    for line in entities:
        line.family = family(line.key)
    return Card(len(found), total, overall, _with_waiting(_lines(by_family, families.label), waiting_in, families.label), entities, bins, error)


def calibration(found: Iterable[Case]) -> tuple[list[dict[str, Any]], float | None]:
    """Ten bins of the score with the share that was right in each, and the mean distance of the two weighted by count."""
    sums = [[0, 0, 0.0] for _ in range(BINS)]
    for one in found:
        if one.suggested and one.score is not None:
            slot = sums[min(int(one.score * BINS), BINS - 1)]
            slot[0] += 1
            slot[1] += one.suggested == one.truth
            slot[2] += one.score
    bins = [
        {
            "low": at / BINS,
            "high": (at + 1) / BINS,
            "count": count,
            "right": right,
            "share": right / count if count else None,
            "mean": mean / count if count else None,
        }
        for at, (count, right, mean) in enumerate(sums)
    ]
    total = sum(count for count, _, _ in sums)
    return bins, sum(abs(right - mean) for _, right, mean in sums) / total if total else None


def behind(found: Iterable[Case], entity: str, what: What) -> list[int]:
    """The fields that a number counts: suggested as this entity and right, or wrong, or holding it without having been suggested so."""
    checks: dict[str, Callable[[Case], bool]] = {
        "right": lambda one: one.suggested == entity and one.truth == entity,
        "wrong": lambda one: one.suggested == entity and one.truth != entity,
        "missed": lambda one: one.truth == entity and one.suggested != entity,
    }
    return [one.field_id for one in found if checks[what](one)]


def families_of_all() -> dict[str, str]:
    """Entity → family of everything, with the own recognizers of all rule sets that count."""
    newest = RuleSetVersion.objects.order_by("rule_set_id", "-number").distinct("rule_set_id").values_list("settings", flat=True)
    known = known_entities()
    for settings in newest:
        known |= {one.entity: one.family for one in Settings.from_json(settings).custom}
    return known


def _fields(actor: Actor, source: int | None) -> Any:
    rows = visible(actor, Field.objects.filter(gone=None, dataset__gone=None))
    return rows.filter(dataset__source_id=source) if source else rows


def _lines(found: Iterable[Case], words: Callable[[str], str]) -> dict[str, Line]:
    lines: dict[str, Line] = {}

    def line(key: str) -> Line:
        return lines.setdefault(key, Line(key, words(key)))

    for one in found:
        is_right = one.suggested == one.truth
        if one.suggested:
            of = line(one.suggested)
            of.suggested += 1
            of.right += is_right
            of.confused.update([] if is_right else [one.truth])
        if one.truth:
            of = line(one.truth)
            of.held += 1
            of.found += is_right
            of.missed.update([] if is_right else [one.suggested])
    return lines


def _with_waiting(lines: dict[str, Line], waiting: Mapping[str, int], words: Callable[[str], str]) -> list[Line]:
    for key, count in waiting.items():
        if key:
            lines.setdefault(key, Line(key, words(key))).waiting = count
    return sorted(lines.values(), key=lambda one: (-(one.suggested + one.held), -one.waiting, one.title))


def _sum(key: str, words: str, lines: Mapping[str, Line], waiting: int) -> Line:
    whole = Line(key, words, waiting=waiting)
    for one in lines.values():
        whole.suggested, whole.right = whole.suggested + one.suggested, whole.right + one.right
        whole.held, whole.found = whole.held + one.held, whole.found + one.found
    return whole


def _counted(counts: Counter[str]) -> list[dict[str, Any]]:
    return [{"entity": key, "title": title(key) if key else "nothing sensitive", "count": count} for key, count in counts.most_common(10)]
