"""What a part of a large dataset measured, until all parts are gathered: raw extremes and top values, therefore sealed, and removed afterwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from governance.core.secrets import seal, unseal
from governance.scans.models import ScanUnit
from governance.sources.connectors.base import DatasetProfile, FieldProfile, Sketch
from governance.sources.connectors.merge import merge

READERS: dict[str, Any] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda text: timedelta(seconds=float(text)),
    "Decimal": Decimal,
    "UUID": UUID,
    "bytes": bytes.fromhex,
}


def sealed(unit: ScanUnit, measured: DatasetProfile) -> bytes:
    """A part's measures for its row; they open in that row only."""
    return seal(json.dumps(_packed(asdict(measured)), ensure_ascii=True), _context(unit))


def merged(parts: Sequence[ScanUnit]) -> DatasetProfile:
    """The whole dataset's measures from those of all its parts."""
    return merge([_opened(unit) for unit in parts])


def _opened(unit: ScanUnit) -> DatasetProfile:
    values = _unpacked(json.loads(unseal(bytes(unit.sealed or b""), _context(unit))))
    fields = [_field(one) for one in values.pop("fields")]
    return DatasetProfile(fields=fields, **values)


def _field(values: dict[str, Any]) -> FieldProfile:
    for name in ("top", "histogram", "shapes"):
        if values.get(name) is not None:
            values[name] = [tuple(one) for one in values[name]]
    sketch = values.pop("sketch")
    return FieldProfile(**values, sketch=Sketch(**sketch) if sketch is not None else None)


def _context(unit: ScanUnit) -> str:
    return f"unit:{unit.pk}:measured"


def _packed(value: Any) -> Any:
    """JSON with the type beside what JSON has no word for."""
    if isinstance(value, dict):
        return {"": [[_packed(key), _packed(one)] for key, one in value.items()]}
    if isinstance(value, list | tuple):
        return [_packed(one) for one in value]
    if isinstance(value, datetime | date | time):
        return {type(value).__name__: value.isoformat()}
    if isinstance(value, timedelta):
        return {"timedelta": repr(value.total_seconds())}
    if isinstance(value, bytes | bytearray | memoryview):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, Decimal | UUID):
        return {type(value).__name__: str(value)}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unpacked(one) for one in value]
    if not isinstance(value, dict):
        return value
    ((name, inner),) = value.items()
    if not name:
        return {_unpacked(key): _unpacked(one) for key, one in inner}
    return READERS[name](inner)
