"""What goes into a classification and what comes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table with a sample of its values.

    `values` may hold None and anything that a driver returns. `kind` is one of `governance.sources.connectors.base.Kind`.
    """

    name: str
    values: Sequence[object]
    kind: str = "text"
    table: str = ""
    position: int = 0
    leaves: Sequence[Column] | None = None
    """The paths of its documents (see `nested.unfold`); None where nobody has looked yet."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for a verdict: `matched` of `distinct` values, and its `weight` in log-odds (natural logarithm)."""

    recognizer: str
    matched: int
    distinct: int
    detail: str
    weight: float
    is_own: bool = False
    """A rule set's own recognizer says so."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a column holds; `entity` and `family` are None where nothing is sensitive or we cannot tell. Holds masked values only."""

    entity: str | None
    family: str | None
    score: float
    reason: str
    evidence: list[Evidence] = field(default_factory=list)
    against: list[str] = field(default_factory=list)
    candidates: list[tuple[str, float]] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    examined: int = 0
    distinct: int = 0
    minorities: list[dict[str, Any]] = field(default_factory=list)
    """What some of its values hold, found by reading every value: {"entity", "family", "matched", "read"}."""
    nested: dict[str, Verdict] = field(default_factory=dict)
    """Name of each path of its documents → what that holds; empty for what holds no documents."""
    arithmetic: list[dict[str, str | float]] = field(default_factory=list)
    """Steps `{"label", "value"}` in log-odds; the last one is the score that their sum stands for."""
    judge: dict[str, str] = field(default_factory=dict)
    """`model`: the column model that weighed the evidence; `text`: the engine that read free text, if any did."""
    features: dict[str, float] = field(default_factory=dict)
    """What the column model weighed, as numbers only: learning refits from these."""
    threshold: float | None = None
    """The lowest score that would have been a suggestion, for the likeliest entity."""

    def as_json(self) -> dict[str, Any]:
        """Plain lists and dicts, ready for a JSON column; of the paths only those that hold something, with entity and score."""
        data = asdict(replace(self, nested={}))
        data["candidates"] = [list(pair) for pair in self.candidates]
        data["nested"] = [[path, one.entity, one.score] for path, one in self.nested.items() if one.entity is not None]
        return data


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of a text are an `entity`."""

    start: int
    end: int
    entity: str
    score: float
