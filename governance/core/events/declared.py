"""The declared types of facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from governance.core.errors import ConfigurationError

NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+")


class NoData(BaseModel):
    """For facts that say all with their type and subject."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Declaration:
    name: str
    model: type[BaseModel]
    title: str
    refers: Mapping[str, str] = field(default_factory=dict)

    def fit(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The data checked against the model, as JSON has them; pydantic's ValidationError when they do not fit."""
        # What model_validate() and model_dump() call, without their dozen arguments.
        checked = self.model.__pydantic_validator__.validate_python(data)
        found: dict[str, Any] = self.model.__pydantic_serializer__.to_python(checked, mode="json")
        return found


_declared: dict[str, Declaration] = {}


def declare(type: str, model: type[BaseModel] = NoData, *, title: str, refers: Mapping[str, str] | None = None) -> None:
    """Make a type known: dotted, lower case, the last word in the past tense. `title` is what people read; `refers` names the subject type
    of those parts of its change that hold ids, so that pages can name them."""
    if not NAME.fullmatch(type):
        raise ConfigurationError(f"{type!r} is not a name for a fact: use dotted lower-case words.")
    known = _declared.get(type)
    if known and known.model is not model:
        raise ConfigurationError(f"The fact {type} is declared twice with different models.")
    _declared[type] = Declaration(type, model, title, refers or {})


def declaration(type: str) -> Declaration:
    if type not in _declared:
        raise ConfigurationError(f"The fact {type!r} is not declared. Declare it beside the service that records it.")
    return _declared[type]


def title_of(type: str) -> str:
    """What people read for a type; the type itself when a newer or older release declared it."""
    return _declared[type].title if type in _declared else type


def refers_of(type: str) -> Mapping[str, str]:
    """Which parts of a type's change hold ids, and of what."""
    return _declared[type].refers if type in _declared else {}


def types() -> dict[str, str]:
    """All declared types with their titles."""
    return {name: one.title for name, one in sorted(_declared.items())}
