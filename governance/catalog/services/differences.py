"""What changed between two structures of a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TOLD = ("type", "nullable", "is_key", "comment")


@dataclass(slots=True)
class Difference:
    """Fields by name; `renamed` and `changed` with what they were and are."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    renamed: list[dict[str, str]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    has_other: bool = False
    """The order of the fields, the comment or the definition."""

    @property
    def is_any(self) -> bool:
        return bool(self.added or self.removed or self.renamed or self.changed or self.has_other)

    def as_json(self) -> dict[str, Any]:
        """For a version: without what is empty."""
        told = {"added": self.added, "removed": self.removed, "renamed": self.renamed, "changed": self.changed}
        return {name: value for name, value in told.items() if value} | ({"other": True} if self.has_other else {})

    def summary(self, most: int) -> dict[str, Any]:
        """For a fact: names alone, at most `most` of each kind, cut to what fits."""
        names = {"added": self.added, "removed": self.removed, "changed": [one["name"] for one in self.changed]}
        told: dict[str, Any] = {kind: [name[:100] for name in group[:most]] for kind, group in names.items()}
        told["renamed"] = [{"before": one["before"][:100], "after": one["after"][:100]} for one in self.renamed[:most]]
        told["more"] = sum(max(0, len(group) - most) for group in (*names.values(), self.renamed))
        return told


def difference(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], *, has_other_facts: bool = False) -> Difference:
    """Compare fields by name; `before` holds those that were there (not the gone ones).

    A field is renamed, and not replaced, when it stands where another of the same type stood, and most of the dataset kept its names.
    """
    told = Difference(
        added=[name for name in after if name not in before],
        removed=[name for name in before if name not in after],
    )
    if told.added and told.removed and 2 * len(told.removed) <= len(before):
        _find_renamed(told, before, after)
    for name, new in after.items():
        old = before.get(name)
        if old is not None and any(old[what] != new[what] for what in TOLD):
            told.changed.append({"name": name, "before": _shown(old, new), "after": _shown(new, old)})
    told.has_other = has_other_facts and not (told.added or told.removed or told.renamed or told.changed)
    return told


def _find_renamed(told: Difference, before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> None:
    at = {(before[name]["position"], before[name]["type"]): name for name in told.removed}
    for name in list(told.added):
        old = at.pop((after[name]["position"], after[name]["type"]), None)
        if old is not None:
            told.renamed.append({"before": old, "after": name})
            told.added.remove(name)
            told.removed.remove(old)


def _shown(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {what: one[what] for what in TOLD if one[what] != other[what]}
