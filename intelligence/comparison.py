"""What is different between two versions of rules, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from intelligence.classification.families import label, sensitivity
from intelligence.classification.titles import title
from intelligence.models import RuleSetVersion

PARTS: Final = ("kind", "entity", "family", "pattern", "check", "words", "context", "weight", "is_enabled")
MISSING: Final = "–"
LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where, what, and both sides in words."""

    group: str
    what: str
    before: str
    after: str


def compare(before: RuleSetVersion, after: RuleSetVersion) -> list[Change]:
    """All differences, in the order of the form; empty when both say the same."""
    old, new = before.settings, after.settings
    found = [Change("Scores", "Lowest score that counts", _shown(old.get("threshold")), _shown(new.get("threshold")))]
    found += _mapped("Thresholds", old.get("thresholds"), new.get("thresholds"))
    found.append(Change("Sample", "Rows", _shown((before.sampling or {}).get("rows")), _shown((after.sampling or {}).get("rows"))))
    found += [
        Change("Looked for", _name(name), _on(name not in (old.get("disabled") or ())), _on(name not in (new.get("disabled") or ())))
        for name in sorted({*(old.get("disabled") or ()), *(new.get("disabled") or ())})
    ]
    levels = [dict(one.get("sensitivities") or {}) for one in (old, new)]
    found += [
        Change("Sensitivity", _name(name), levels[0].get(name) or sensitivity(name), levels[1].get(name) or sensitivity(name))
        for name in sorted({*levels[0], *levels[1]})
    ]
    found += _recognizers(old, new)
    return [one for one in found if one.before != one.after]


def _recognizers(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    mine, theirs = ({one["name"]: one for one in side.get("custom") or ()} for side in (old, new))
    found: list[Change] = []
    for name in dict.fromkeys([*mine, *theirs]):
        if name not in mine or name not in theirs:
            found.append(Change("Recognizers", name, *(("not there", _told(theirs[name])) if name not in mine else (_told(mine[name]), "not there"))))
            continue
        found += [
            Change("Recognizers", f"{name}: {part.replace('is_enabled', 'on')}", _part(mine[name], part), _part(theirs[name], part)) for part in PARTS
        ]
    return found


def _mapped(group: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[Change]:
    names = sorted({*(old or {}), *(new or {})})
    return [Change(group, _name(name), _shown((old or {}).get(name)), _shown((new or {}).get(name))) for name in names]


def _told(one: Mapping[str, Any]) -> str:
    held = one.get("pattern") or f"{len(one.get('words') or ())} words"
    return f"{title(one['entity'])}: {held}"[:LONGEST]


def _part(one: Mapping[str, Any], part: str) -> str:
    value = one.get(part, True if part == "is_enabled" else None)
    return _on(bool(value)) if part == "is_enabled" else _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))[:LONGEST] or MISSING
    return MISSING if value is None or value == "" else f"{value:g}" if isinstance(value, int | float) else str(value)[:LONGEST]


def _on(is_on: bool) -> str:
    return "on" if is_on else "off"


def _name(name: str) -> str:
    return title(name) if name == name.upper() else label(name)
