"""The form of a source, made from the JSON schema of its connector's Config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from governance.core.errors import InvalidInput
from governance.sources.configuration import MASK
from governance.sources.models import Source
from intelligence.classification.families import FAMILIES, label
from intelligence.classification.titles import title
from intelligence.models import RuleSet


@dataclass(slots=True)
class Input:
    """One field of the form. `value` of a secret is always empty; `is_stored` says that there is one."""

    name: str
    label: str
    help: str
    type: str
    value: str = ""
    choices: list[str] = field(default_factory=list)
    is_required: bool = False
    is_stored: bool = False
    errors: list[str] = field(default_factory=list)


class Form:
    """`values` are the arguments of the service; `refuse` writes an error's messages beside the fields that they are about."""

    def __init__(self, kind: Mapping[str, Any], *, source: Source | None = None, data: Mapping[str, Any] | None = None) -> None:
        self.kind, self.source, self.data = kind, source, data
        self.errors: list[str] = []
        self.name = self._text("name", source.name if source else "")
        self.description = self._text("description", source.description if source else "")
        self.name_errors: list[str] = []
        self.rule_set = self._text("rule_set", str(source.rule_set_id or "") if source else "")
        self.rule_sets = list(RuleSet.objects.order_by("-is_default", "name"))
        self.own = dict(source.classification or {}) if source else {}
        self.threshold = self._text("own.threshold", str(self.own.get("threshold", "")))
        self.left_out = self._left_out()
        self.inputs = [self._input(name, one) for name, one in kind["schema"].get("properties", {}).items()]

    @property
    def values(self) -> dict[str, Any]:
        rule_set = next((one for one in self.rule_sets if str(one.pk) == self.rule_set), None)
        found = {"name": self.name, "description": self.description, "rule_set": rule_set, "config": self._config()}
        return found | ({"classification": self._classification()} if self.source and self.data is not None and "own.threshold" in self.data else {})

    @property
    def families(self) -> list[tuple[str, str, bool]]:
        """Name, label and whether it is left out in this source."""
        return sorted(((name, label(name), name in self.left_out) for name in FAMILIES), key=lambda one: one[1])

    @property
    def thresholds(self) -> list[tuple[str, float]]:
        """What has a threshold of its own here, in words."""
        return told_thresholds(self.own)

    def refuse(self, error: InvalidInput) -> None:
        messages: dict[str, list[str]] = error.context.get("errors", {})
        by_name = {f"config.{one.name}": one for one in self.inputs}
        for name, texts in messages.items():
            if name in by_name:
                by_name[name].errors += texts
            elif name == "name":
                self.name_errors += texts
            else:
                self.errors += texts
        if not messages:
            self.errors.append(error.detail)

    def _config(self) -> dict[str, Any]:
        """What was filled in; a stored secret that was left empty is kept."""
        shown = self.source.config if self.source else {}
        config: dict[str, Any] = {}
        for one in self.inputs:
            given = str((self.data or {}).get(f"config.{one.name}", ""))
            if one.type == "checkbox":
                config[one.name] = given == "on"
            elif given.strip() or (given and one.type == "password"):
                config[one.name] = given if one.type == "password" else given.strip()
            elif one.is_stored and not (self.data or {}).get(f"forget.{one.name}"):
                config[one.name] = shown[one.name]
        return config

    def _left_out(self) -> set[str]:
        if self.data is None:
            return set(self.own.get("disabled", ()))
        return {name for name in FAMILIES if self.data.get(f"off.{name}") == "on"}

    def _classification(self) -> dict[str, Any]:
        """What the source adds to its rule set; single thresholds and entities are set elsewhere and stay."""
        kept = [name for name in self.own.get("disabled", ()) if name not in FAMILIES]
        threshold = {"threshold": _number(self.threshold)} if self.threshold.strip() else {}
        return {**threshold, "thresholds": self.own.get("thresholds", {}), "disabled": sorted({*kept, *self.left_out})}

    def _input(self, name: str, schema: Mapping[str, Any]) -> Input:
        flat = next((one for one in schema.get("anyOf", []) if one.get("type") != "null"), schema)
        is_secret = name in self.kind["secrets"]
        stored = (self.source.config if self.source else {}).get(name)
        is_required = name in self.kind["schema"].get("required", [])
        choices = [str(one) for one in flat.get("enum", [])]
        kind = "password" if is_secret else "select" if choices else {"integer": "number", "boolean": "checkbox"}.get(flat.get("type", ""), "text")
        before = stored if stored is not None and MASK not in str(stored) else "" if is_secret else schema.get("default")
        shown = "" if before is None else str(before)
        value = "" if is_secret else self._text(f"config.{name}", shown)
        has_secret = isinstance(stored, str) and MASK in stored
        return Input(name, schema.get("title") or name, schema.get("description", ""), kind, value, choices, is_required, has_secret)

    def _text(self, name: str, otherwise: str) -> str:
        return str(self.data.get(name, "")) if self.data is not None else otherwise


def told_thresholds(own: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Entity or family in words → its threshold in this source."""
    return [(label(name) if name in FAMILIES else title(name), value) for name, value in sorted(own.get("thresholds", {}).items())]


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
