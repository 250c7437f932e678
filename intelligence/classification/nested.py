"""Takes documents apart: a column of JSON, structs or lists becomes one column for each path, so that each path is judged for itself.

Paths are written as people write them: `payload.customer.email`, `items[].sku` for what stands in lists, `users.*.name` where the keys of an object are
data themselves, and `users.{key}` for those keys. A key that holds a dot or a bracket is quoted: `headers["x.y"]`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson

from intelligence.classification.families import SENSITIVITIES
from intelligence.classification.settings import Settings
from intelligence.classification.types import Column, Verdict

NESTED: Final = frozenset({"json", "struct", "list"})
PROBED: Final = 50
"""Texts that are tried before a column of text counts as one of documents."""
DOCUMENTS: Final = 0.6
"""Share of them that must be objects or lists."""
MOST_PATHS: Final = 300
DEEPEST: Final = 12
MOST_NODES: Final = 400_000
"""Values of all documents together that are looked at."""
MOST_ITEMS: Final = 200
"""Items of one list that are looked at."""
FEWEST_KEYS: Final = 20
RARE: Final = 0.1
"""Keys that stand in fewer of the objects, on average, are data and not names."""
LONGEST_KEY: Final = 100
STEP: Final = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|([^.\[\]]+)')
MOST_MAPS: Final = 3
"""Objects of that kind inside of each other."""
SPECIAL: Final = frozenset('."[]{}*')

KINDS: Final[tuple[tuple[str, type | tuple[type, ...]], ...]] = (
    ("boolean", bool),
    ("integer", int),
    ("decimal", (float, Decimal)),
    ("timestamp", datetime),
    ("date", date),
    ("time", time),
    ("uuid", UUID),
    ("binary", (bytes, bytearray, memoryview)),
)

Path = tuple[str, ...]
Node = Mapping[Any, Any] | list[Any]


def unfold(column: Column) -> tuple[Column, ...]:
    """One column for each path of a column's documents, empty for what holds no documents.

    `values` of a path are what the documents hold there, in their order, and a None for each document that holds nothing there.
    """
    documents = _documents(column)
    if documents is None:
        return ()
    maps = _maps(documents)
    found: dict[Path, list[Any]] = {}
    holding: dict[Path, int] = defaultdict(int)
    budget = MOST_NODES
    for document in documents:
        here: set[Path] = set()
        for path, value in _leaves(document, maps):
            budget -= 1
            if path not in found and len(found) >= MOST_PATHS:
                continue
            found.setdefault(path, []).append(value)
            here.add(path)
        for path in here:
            holding[path] += 1
        if budget < 0:
            break
    present = sum(document is not None for document in documents)
    return tuple(
        replace(
            column,
            name=column.name + written(path),
            kind=_kind(values),
            values=[*values, *[None] * (present - holding[path])],
            leaves=(),
        )
        for path, values in found.items()
    )


def is_plain_list(column: Column, leaves: Sequence[Column]) -> bool:
    """Whether a column holds lists of simple values and nothing below them: then the column itself is what its items are."""
    return len(leaves) == 1 and leaves[0].name == f"{column.name}[]"


def written(path: Path) -> str:
    """A path behind the name of its column."""
    return "".join(step if step.startswith("[") else f".{step}" for step in path)


def heading(name: str) -> str:
    """What of a path says what stands there: its last two names, `customer.email` of `payload.customer.email`."""
    steps = [quoted or plain for quoted, plain in STEP.findall(name) if plain not in ("*", "{key}")]
    return ".".join(steps[-2:])


def combined(verdict: Verdict, below: dict[str, Verdict], settings: Settings) -> Verdict:
    """The verdict of a column of documents: that of its most sensitive path, or nothing where no path holds anything."""
    holding = {path: one for path, one in below.items() if one.entity is not None}
    if not holding:
        reason = f"None of its {len(below)} paths holds anything sensitive." if len(below) > 1 else "Its one path holds nothing sensitive."
        return replace(verdict, entity=None, family=None, reason=reason, evidence=[], examples=[], nested=below)
    first = max(holding, key=lambda path: (SENSITIVITIES.index(settings.sensitivity(holding[path].family)), holding[path].score))
    others = len(holding) - 1
    more = "" if not others else " One more of its paths holds something." if others == 1 else f" {others} more of its paths hold something."
    best = holding[first]
    return replace(best, reason=f"At {first}: {best.reason}{more}", nested=below, examined=verdict.examined, candidates=verdict.candidates)


def _documents(column: Column) -> list[Node | None] | None:
    """The objects and lists of a column, None where it has no value; None when it is no column of documents."""
    if column.kind not in NESTED:
        probe = [value for value in column.values if value is not None][:PROBED]
        hits = sum(isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and _parsed(value) is not None for value in probe)
        hits += sum(isinstance(value, dict | list | tuple) for value in probe)
        if not probe or hits < DOCUMENTS * len(probe):
            return None
    # What cannot be parsed (a document that was cut, say) tells nothing of what is missing in it.
    read = [(value, _parsed(value)) for value in column.values]
    parsed = [one for value, one in read if one is not None or value is None]
    return parsed if any(one is not None for one in parsed) else None


def _parsed(value: object) -> Node | None:
    """An object or a list, from what a driver gives; None for anything else."""
    if isinstance(value, Mapping | list):
        return value
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    if isinstance(value, str | bytes):
        try:
            found = orjson.loads(value)
        except ValueError:
            return None
        return found if isinstance(found, dict | list) else None
    return None


def _maps(documents: Sequence[Node | None]) -> frozenset[Path]:
    """Paths of objects whose keys are data: many different ones, each of them rare. Such objects may stand inside of each other."""
    maps: frozenset[Path] = frozenset()
    for _ in range(MOST_MAPS):
        found = maps | _map_like(documents, maps)
        if found == maps:
            break
        maps = found
    return maps


def _map_like(documents: Sequence[Node | None], maps: frozenset[Path]) -> frozenset[Path]:
    keys: dict[Path, set[str]] = defaultdict(set)
    objects: dict[Path, int] = defaultdict(int)
    counted: dict[Path, int] = defaultdict(int)
    queue: list[tuple[Path, Any, int]] = [((), document, 0) for document in documents]
    budget = MOST_NODES
    while queue and budget > 0:
        path, value, depth = queue.pop()
        budget -= 1
        if isinstance(value, Mapping):
            objects[path] += 1
            counted[path] += len(value)
            keys[path].update(map(str, value))
        if depth < DEEPEST:
            queue += [(step, item, depth + 1) for step, item in _steps(path, value, maps)]
    return frozenset(
        path
        for path, seen in keys.items()
        if len(seen) > MOST_PATHS or (len(seen) >= FEWEST_KEYS and counted[path] < RARE * len(seen) * objects[path])
    )


def _leaves(document: Node | None, maps: frozenset[Path]) -> Iterator[tuple[Path, Any]]:
    """Paths with their values in the order of the document."""
    stack: list[tuple[Path, Any, int]] = [((), document, 0)]
    while stack:
        path, value, depth = stack.pop()
        inner = _parsed(value) if not isinstance(value, str) or value[:1] in ("{", "[") else None
        if inner is None or depth >= DEEPEST:
            if value is not None and path:
                yield path, value if inner is None else orjson.dumps(inner, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
            continue
        if isinstance(inner, Mapping) and path in maps:
            yield from (((*path, "{key}"), str(key)) for key in inner)
        stack += [(step, item, depth + 1) for step, item in reversed(list(_steps(path, inner, maps)))]


def _steps(path: Path, value: Any, maps: frozenset[Path]) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        is_map = path in maps
        for key, item in value.items():
            yield (*path, "*" if is_map else _step(str(key))), item
    elif isinstance(value, list | tuple):
        for item in value[:MOST_ITEMS]:
            yield (*path, "[]"), item


def _step(key: str) -> str:
    key = key[:LONGEST_KEY]
    return f"[{orjson.dumps(key).decode()}]" if not key or not SPECIAL.isdisjoint(key) else key


def _kind(values: Sequence[Any]) -> str:
    """What all values of a path are; "text" where they differ."""
    kinds = {_kind_of(value) for value in values}
    if kinds == {"integer", "decimal"}:
        return "decimal"
    return kinds.pop() if len(kinds) == 1 else "text"


def _kind_of(value: object) -> str:
    for kind, types in KINDS:
        if isinstance(value, types):
            return kind
    return "text"
