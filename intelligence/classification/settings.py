"""What a rule set decides about a classification, and its JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast, get_args

from governance.core.errors import InvalidInput
from intelligence.classification.checksums import CHECKSUMS
from intelligence.classification.expressions import refusal
from intelligence.classification.families import FAMILIES, SENSITIVITIES, Sensitivity, sensitivity

Kind = Literal["regex", "dictionary", "field_name"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
HEAVIEST: Final = 20.0
LONGEST_PATTERN: Final = 2_000
MOST_WORDS: Final = 100_000
MOST_CUSTOM: Final = 200


@dataclass(frozen=True, slots=True)
class CustomRecognizer:
    """Somebody's own recognizer.

    `regex` matches whole values and `field_name` a part of the header, both in RE2's syntax; `dictionary` knows its `words`, in any case.
    `weight` is in log-odds: it counts in full, whatever a column model learned; 8 outweighs most of what else speaks. A word of `context` in the header or the table's name adds to it.
    Values that fit a `regex` must also pass the checksum `check` (one of `checksums.CHECKSUMS`), if one is named. One that is not `is_enabled` is kept and does nothing.
    """

    name: str
    kind: Kind
    entity: str
    family: str
    pattern: str = ""
    words: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    weight: float = 8.0
    is_enabled: bool = True
    check: str = ""

    @classmethod
    def from_json(cls, data: object) -> CustomRecognizer:
        """Checks everything, the pattern's syntax too; `InvalidInput` says what to change."""
        if not isinstance(data, Mapping):
            raise InvalidInput("A custom recognizer is an object with name, kind, entity and family.")
        unknown = sorted(set(map(str, data)) - {"name", "kind", "entity", "family", "pattern", "words", "context", "weight", "is_enabled", "check"})
        if unknown:
            raise InvalidInput(f"A custom recognizer has no field {unknown[0]!r}. Leave it out.")
        name, entity, family = (_text(data, key) for key in ("name", "entity", "family"))
        if data.get("kind") not in KINDS:
            raise _wrong("kind", f"The recognizer {name!r} needs a kind: {', '.join(KINDS)}.")
        if not isinstance(data.get("is_enabled", True), bool):
            raise _wrong("is_enabled", f"is_enabled of the recognizer {name!r} is true or false.")
        own = cls(
            name,
            cast("Kind", data["kind"]),
            entity,
            family,
            str(data.get("pattern") or ""),
            _words(data, "words"),
            _words(data, "context"),
            _weight(data),
            data.get("is_enabled", True),
            str(data.get("check") or ""),
        )
        own._check()
        return own

    def as_json(self) -> dict[str, Any]:
        """The inverse of `from_json`; `is_enabled` stands there only where it is false."""
        off = ({} if self.is_enabled else {"is_enabled": False}) | ({"check": self.check} if self.check else {})
        return {
            "name": self.name,
            "kind": self.kind,
            "entity": self.entity,
            "family": self.family,
            "pattern": self.pattern,
            "words": list(self.words),
            "context": list(self.context),
            "weight": self.weight,
            **off,
        }

    def _check(self) -> None:
        if self.kind == "dictionary":
            if not self.words or len(self.words) > MOST_WORDS:
                raise _wrong("words", f"The dictionary {self.name!r} needs between 1 and {MOST_WORDS:,} words.")
            return
        if not self.pattern or len(self.pattern) > LONGEST_PATTERN:
            raise _wrong("pattern", f"The recognizer {self.name!r} needs a pattern of at most {LONGEST_PATTERN:,} characters.")
        why = refusal(self.pattern, is_whole=self.kind == "regex")
        if why:
            raise _wrong("pattern", f"The pattern of {self.name!r} is refused. {why}")
        if self.check and self.check not in CHECKSUMS:
            raise _wrong("check", f"The checksum of {self.name!r} is one of {', '.join(CHECKSUMS)}, or empty.")


@dataclass(frozen=True, slots=True)
class Settings:
    """`threshold` is the lowest score that is a suggestion, `disabled` holds entities and families, `sensitivities` family → sensitivity.

    `thresholds` are those of single entities or families; an entity's own wins over its family's, and that over `threshold`.
    """

    threshold: float = 0.5
    disabled: frozenset[str] = frozenset()
    sensitivities: dict[str, str] = field(default_factory=dict)
    custom: tuple[CustomRecognizer, ...] = ()
    thresholds: dict[str, float] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: object) -> Settings:
        """Whatever is left out keeps its default; `InvalidInput` says what to change."""
        if not isinstance(data, Mapping):
            raise InvalidInput("Classification settings are an object with threshold, disabled, sensitivities and custom.")
        unknown = sorted(set(map(str, data)) - {"threshold", "thresholds", "disabled", "sensitivities", "custom"})
        if unknown:
            raise InvalidInput(f"Classification settings have no field {unknown[0]!r}. Leave it out.")
        threshold = _threshold(data.get("threshold", 0.5), "The threshold")
        custom = data.get("custom") or []
        if not isinstance(custom, (list, tuple)):
            raise InvalidInput("custom is a list of recognizers.")
        if len(custom) > MOST_CUSTOM:
            raise InvalidInput(f"A rule set has at most {MOST_CUSTOM} recognizers of its own. Put the words of several into one dictionary.")
        recognizers = tuple(CustomRecognizer.from_json(one) for one in custom)
        names = [own.name for own in recognizers]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InvalidInput(f"Two custom recognizers are called {twice!r}. Give one of them another name.")
        return cls(
            threshold,
            frozenset(_words(data, "disabled")),
            _sensitivities(data.get("sensitivities") or {}),
            recognizers,
            _thresholds(data.get("thresholds") or {}),
        )

    def as_json(self) -> dict[str, Any]:
        """The inverse of `from_json`."""
        return {
            "threshold": self.threshold,
            **({"thresholds": dict(sorted(self.thresholds.items()))} if self.thresholds else {}),
            "disabled": sorted(self.disabled),
            "sensitivities": dict(sorted(self.sensitivities.items())),
            "custom": [own.as_json() for own in self.custom],
        }

    def threshold_for(self, entity: str | None, family: str | None) -> float:
        """The lowest score that is a suggestion for this entity."""
        for name in (entity, family):
            if name is not None and name in self.thresholds:
                return self.thresholds[name]
        return self.threshold

    def sensitivity(self, family: str | None) -> Sensitivity:
        """The family's sensitivity under this rule set."""
        own = self.sensitivities.get(family or "")
        return own if own in SENSITIVITIES else sensitivity(family)

    def but(self, **changes: Any) -> Settings:
        """A copy with some fields changed."""
        return replace(self, **changes)


DEFAULT: Final = Settings()


def _wrong(field: str, detail: str) -> InvalidInput:
    return InvalidInput(detail, errors={field: [detail]})


NEEDED: Final = {"name": "Give the recognizer a name.", "entity": "Say what it finds.", "family": "Say which family that belongs to."}


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > 100:
        raise _wrong(key, f"{NEEDED[key]} At most 100 characters.")
    return value.strip()


def _words(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key) or ()
    if not isinstance(value, (list, tuple, set, frozenset)) or not all(isinstance(word, str) for word in value):
        raise _wrong(key, f"{key} is a list of texts.")
    return tuple(dict.fromkeys(word.strip() for word in value if word.strip()))


def _weight(data: Mapping[str, Any]) -> float:
    weight = data.get("weight", 8.0)
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight <= HEAVIEST:
        raise _wrong(
            "weight",
            f"The weight of a custom recognizer is a number above 0 and at most {HEAVIEST:.0f}; 8 outweighs most else.",
        )
    return float(weight)


def _sensitivities(data: object) -> dict[str, str]:
    if not isinstance(data, Mapping):
        raise InvalidInput("sensitivities is an object: family to sensitivity.")
    for family, value in data.items():
        if value not in SENSITIVITIES:
            raise InvalidInput(f"The sensitivity of {family!r} is one of {', '.join(SENSITIVITIES)}. Known families: {', '.join(FAMILIES)}.")
    return {str(family): str(value) for family, value in data.items()}


def _threshold(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
        raise InvalidInput(f"{what} is a number above 0 and at most 1.")
    return float(value)


def _thresholds(data: object) -> dict[str, float]:
    if not isinstance(data, Mapping):
        raise InvalidInput("thresholds is an object: entity or family to the lowest score.")
    return {str(name): _threshold(value, f"The threshold of {str(name)[:100]!r}") for name, value in data.items()}
