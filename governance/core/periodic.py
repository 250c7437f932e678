"""Tasks that run by the clock, and steps of the first start: each app registers its own in `ready()`, and `manage.py setup` puts them in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Periodic:
    """`task` every `seconds`; a tick nobody took within `expires` seconds is dropped. Expiry and queue are those of the message."""

    name: str
    task: str
    seconds: int
    queue: str = "default"
    expires: int | None = None


_periodic: dict[str, Periodic] = {}
_steps: dict[str, Callable[[], None]] = {}


def every(seconds: int, task: str, *, name: str = "", queue: str = "default", expires: int | None = None) -> None:
    """Register a periodic task of the portal itself."""
    one = Periodic(name or task, task, seconds, queue, expires or seconds)
    _periodic[one.name] = one


def setup_step(name: str, step: Callable[[], None]) -> None:
    """Register what `manage.py setup` does after the migrations; it must be safe to do again at each start."""
    _steps[name] = step


def steps() -> dict[str, Callable[[], None]]:
    return dict(_steps)


def tasks() -> list[Periodic]:
    return list(_periodic.values())
