"""Plugins: one file and one line. A registry maps a short name to a class that is imported on first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from governance.core.errors import ConfigurationError, NotFound

Base = TypeVar("Base")


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a plugin can be used here; `reason` says what to install when it cannot."""

    name: str
    is_available: bool
    reason: str = ""


class Registry(Generic[Base]):
    """`Registry(Base, {"name": "package.module.Class"}, group="governance.things")`.

    Entry points of `group` add outside plugins. A plugin whose import fails is unavailable and says why; the others go on.
    """

    def __init__(self, base: type[Base], table: Mapping[str, str], *, group: str) -> None:
        self.base = base
        self.group = group
        self._paths: dict[str, str] = dict(table)
        self._classes: dict[str, type[Base]] = {}
        self._outside_read = False

    def add(self, name: str, path: str) -> None:
        """Add a plugin from a room above; call it in that app's `ready()`."""
        self._paths[name] = path

    def names(self) -> list[str]:
        """Names of all plugins, available or not, in the order of the table."""
        self._read_outside()
        return list(self._paths)

    def __contains__(self, name: object) -> bool:
        return name in self.names()

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def get(self, name: str) -> type[Base]:
        """The class; `NotFound` for an unknown name, `ConfigurationError` when its driver is missing."""
        if name in self._classes:
            return self._classes[name]
        if name not in self.names():
            raise NotFound(f"There is no {self.base.__name__.lower()} called {name!r}. Known: {', '.join(self.names())}.")
        module, _, attribute = self._paths[name].rpartition(".")
        try:
            found: Any = getattr(import_module(module), attribute)
        except ImportError as error:
            missing = getattr(error, "name", None) or str(error)
            raise ConfigurationError(f"{name} needs the Python package {missing}. Install it with: pip install {missing}", plugin=name) from error
        if not (isinstance(found, type) and issubclass(found, self.base)):
            raise ConfigurationError(f"The plugin {name} is not a {self.base.__name__}.", plugin=name)
        self._classes[name] = found
        return self._classes[name]

    def available(self, name: str) -> Availability:
        try:
            self.get(name)
        except ConfigurationError as error:
            return Availability(name, False, error.detail)
        return Availability(name, True)

    def _read_outside(self) -> None:
        if self._outside_read:
            return
        self._outside_read = True
        for entry in entry_points(group=self.group):
            self._paths.setdefault(entry.name, entry.value.replace(":", "."))
