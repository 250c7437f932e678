"""What was measured, in Valkey: the last frame of each host, and two rings of bounded length (each second for 15 min, every 10 s for a day)."""

from __future__ import annotations

import time
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from struct import Struct
from typing import Any

import orjson

from governance.core.cache import redis_client
from monitoring.collectors import Family

FRAMES, FAMILIES = "monitoring:frames", "monitoring:families"
SECOND, SLOT = 1, 10
LENGTHS = {SECOND: 900, SLOT: 8640}
DAY = 86_400
HEAD = Struct("<dI")  # when it was measured, and which columns its 4-byte floats are

Row = tuple[float, int, "array[float]"]


def flat(frame: Mapping[str, Any], before: str = "") -> dict[str, float]:
    """{"host": {"load": {"1": 0.5}}} as {"host.load.1": 0.5}; what is not available is NaN, and what is no number is left out."""
    found: dict[str, float] = {}
    for name, value in frame.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping):
            if "reason" in value and value.get("value", 0) is None:
                found[path] = nan
            else:
                found |= flat(value, f"{path}.")
        elif isinstance(value, (int, float)):
            found[path] = float(value)
    return found


class Recorder:
    """Writes one host's frames; it remembers the seconds of the slot that is under way."""

    def __init__(self, instance: str) -> None:
        self.instance = instance
        self.columns: tuple[str, ...] = ()
        self.schema = 0
        self.slot = 0
        self.rows: list[Sequence[float]] = []

    def save(self, frame: Mapping[str, Any], families: Sequence[Family] | None) -> None:
        """One round trip. `families` are written when they are given."""
        at = float(frame["at"])
        values = flat({name: part for name, part in frame.items() if name not in ("at", "instance")})
        pipeline = redis_client().pipeline(transaction=False)
        pipeline.hset(FRAMES, self.instance, orjson.dumps(frame))
        slot = int(at) // SLOT * SLOT
        if slot != self.slot or tuple(values) != self.columns:
            self._finish(pipeline)
            self._begin(pipeline, values)
            self.slot = slot
        row = array("f", values.values())
        self.rows.append(row)
        _push(pipeline, ring(self.instance, SECOND), at, self.schema, row, LENGTHS[SECOND])
        if families is not None:
            pipeline.hset(FAMILIES, self.instance, orjson.dumps([[one.name, one.kind, one.help, one.samples] for one in families]))
        pipeline.execute()

    def _begin(self, pipeline: Any, values: Mapping[str, float]) -> None:
        self.columns = tuple(values)
        names = orjson.dumps(self.columns)
        self.schema = zlib.crc32(names)
        # Two slots longer than the oldest row that needs it.
        pipeline.set(schema(self.schema), names, ex=DAY + 2 * SLOT)

    def _finish(self, pipeline: Any) -> None:
        """The mean of each column over the slot's seconds, without those in which it was not available."""
        if self.rows:
            means = array("f", (_mean(column) for column in zip(*self.rows, strict=True)))
            _push(pipeline, ring(self.instance, SLOT), float(self.slot), self.schema, means, LENGTHS[SLOT])
            pipeline.expire(ring(self.instance, SLOT), DAY)
            pipeline.expire(ring(self.instance, SECOND), LENGTHS[SECOND])
        self.rows = []


def _mean(values: Sequence[float]) -> float:
    whole = sum(values)
    if not isnan(whole):
        return whole / len(values)
    known = [one for one in values if not isnan(one)]
    return sum(known) / len(known) if known else nan


def _push(pipeline: Any, key: str, at: float, columns: int, row: array[float], length: int) -> None:
    pipeline.rpush(key, HEAD.pack(at, columns) + row.tobytes())
    pipeline.ltrim(key, -length, -1)


def ring(instance: str, step: int) -> str:
    return f"monitoring:{step}s:{instance}"


def schema(number: int) -> str:
    return f"monitoring:schema:{number:08x}"


def latest_frames() -> list[dict[str, Any]]:
    """The last frame of each host, newest first; those of hosts that were silent for a day are forgotten."""
    frames: list[dict[str, Any]] = [orjson.loads(one) for one in redis_client().hvals(FRAMES)]
    return sorted((one for one in frames if time.time() - one["at"] < DAY), key=lambda one: -one["at"])


def latest_families(within: float = 60.0) -> dict[str, list[Family]]:
    """The last metrics of each host that measured within so many seconds."""
    pipeline = redis_client().pipeline(transaction=False)
    pipeline.hgetall(FRAMES)
    pipeline.hgetall(FAMILIES)
    frames, families = pipeline.execute()
    fresh = [instance for instance, frame in frames.items() if time.time() - orjson.loads(frame)["at"] < within]
    return {instance.decode(): [Family(*one) for one in orjson.loads(families[instance])] for instance in fresh if instance in families}


def forget_silent() -> None:
    """Drops the last frames of hosts that have been silent for a day; their rings have expired by themselves."""
    for instance, frame in redis_client().hgetall(FRAMES).items():
        if time.time() - orjson.loads(frame)["at"] >= DAY:
            redis_client().hdel(FRAMES, instance)
            redis_client().hdel(FAMILIES, instance)


@dataclass(frozen=True, slots=True)
class History:
    """Points of one host: `series` maps a path to as many values as there are `times`; None is "not available" or, where all are None, a gap."""

    instance: str
    step: int
    times: list[float]
    series: dict[str, list[float | None]]


def step_for(window: int) -> int:
    """Seconds between two points, so that a window has at most about 900 of them."""
    return SECOND if window <= LENGTHS[SECOND] else max(SLOT, -(-window // 720 // SLOT) * SLOT)


def history(instance: str, window: int, prefixes: Sequence[str] = ()) -> History:
    """The last `window` seconds of one host; only paths that begin with one of `prefixes`, all when there are none."""
    step, now = step_for(window), time.time()
    kept = SECOND if step == SECOND else SLOT
    raw = redis_client().lrange(ring(instance, kept), -(window // kept + 1), -1)
    rows = [row for row in map(_row, raw) if row[0] > now - window]
    names = _columns({row[1] for row in rows})
    chosen = {
        number: [(at, name) for at, name in enumerate(columns) if not prefixes or name.startswith(tuple(prefixes))]
        for number, columns in names.items()
    }
    points = _points([row for row in rows if row[1] in chosen], chosen, step)
    paths = list(dict.fromkeys(name for columns in chosen.values() for _, name in columns))
    times = [at for at, _ in points]
    return History(instance, step, times, {path: [_number(values.get(path)) for _, values in points] for path in paths})


def _row(raw: Any) -> Row:
    at, columns = HEAD.unpack_from(raw)
    values = array("f")
    values.frombytes(raw[HEAD.size :])
    return at, columns, values


def _columns(numbers: set[int]) -> dict[int, list[str]]:
    ordered = sorted(numbers)
    found = redis_client().mget([schema(number) for number in ordered]) if ordered else []
    return {number: orjson.loads(names) for number, names in zip(ordered, found, strict=True) if names}


def _points(rows: Sequence[Row], chosen: Mapping[int, list[tuple[int, str]]], step: int) -> list[tuple[float, dict[str, float]]]:
    """Rows by time; in steps longer than a row's own the mean of each step. An empty point stands in every gap."""
    points: list[tuple[float, dict[str, float]]] = []
    bucket: list[Row] = []

    def close() -> None:
        if bucket:
            at = bucket[0][0] if step <= SLOT else bucket[0][0] // step * step
            if points and at - points[-1][0] > (2.5 if step == SECOND else 1.5) * step:
                points.append((points[-1][0] + step, {}))
            points.append((at, _averaged(bucket, chosen)))
            bucket.clear()

    for row in rows:
        if bucket and (step <= SLOT or row[0] // step != bucket[0][0] // step):
            close()
        bucket.append(row)
    close()
    return points


def _averaged(rows: Sequence[Row], chosen: Mapping[int, list[tuple[int, str]]]) -> dict[str, float]:
    if len(rows) == 1:
        return {name: rows[0][2][at] for at, name in chosen[rows[0][1]]}
    if len({columns for _, columns, _ in rows}) == 1:
        every = list(zip(*(values for _, _, values in rows), strict=True))
        return {name: _mean(every[at]) for at, name in chosen[rows[0][1]]}
    found: dict[str, list[float]] = {}
    for _, columns, values in rows:
        for at, name in chosen[columns]:
            found.setdefault(name, []).append(values[at])
    return {name: _mean(values) for name, values in found.items()}


def _number(value: float | None) -> float | None:
    """Four significant digits more than a chart can show; None for NaN."""
    return None if value is None or isnan(value) else float(f"{value:.6g}")
