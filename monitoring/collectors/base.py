"""The base of collectors: one reading, told twice — as a part of the live frame and as Prometheus metrics."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from governance.core.registry import Registry

Labels = Mapping[str, str]
NOT_YET = "a rate needs two readings"


@dataclass(frozen=True, slots=True)
class Family:
    """One metric of the exposition with its samples; names and units are node_exporter's where it has them. A counter's name ends in `_total`."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    samples: Sequence[tuple[Labels, float]]


def missing(reason: str) -> dict[str, Any]:
    """What stands in a frame instead of a number that cannot be had; never a zero."""
    return {"value": None, "reason": reason}


class Collector(ABC):
    """Lives as long as the collect process, so it may remember its last reading.

    `collect()` answers a nested mapping of numbers (bytes, seconds, shares in per cent, rates a second); `families()` tells the same reading, with
    totals instead of rates. Both are called from one thread at a time. An exception of `collect()` makes this part of the frame "not available".
    """

    every: ClassVar[float] = 1.0
    """Seconds between two readings; the frame repeats the last one in between."""
    is_shared: ClassVar[bool] = False
    """Whether it measures something of all hosts together: then one collect process at a time does it."""
    may_hang: ClassVar[bool] = False
    """Whether it waits for somebody else, such as the database: then it is read beside the others, who must not wait with it."""

    @abstractmethod
    def collect(self) -> Mapping[str, Any]: ...

    def families(self) -> Iterable[Family]:
        return ()


class Rates:
    """Remembers totals, and says how fast they grow."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, float]] = {}

    def per_second(self, key: str, total: float, now: float | None = None) -> float | dict[str, Any]:
        """Growth a second since the last call with this key. A total that fell began again at zero, as Prometheus reads it."""
        now = time.monotonic() if now is None else now
        before = self._last.get(key)
        self._last[key] = (now, total)
        if before is None or now <= before[0]:
            return missing(NOT_YET)
        grown = total - before[1] if total >= before[1] else total
        return round(grown / (now - before[0]), 3)


collectors: Registry[Collector] = Registry(
    Collector,
    {
        "host": "monitoring.collectors.host.Host",
        "processes": "monitoring.collectors.processes.Processes",
        "database": "monitoring.collectors.database.Database",
        "broker": "monitoring.collectors.broker.Broker",
        "web": "monitoring.collectors.web.Web",
        "runs": "monitoring.collectors.runs.Runs",
        "facts": "monitoring.collectors.facts.Facts",
    },
    group="governance.collectors",
)
