"""Reading a few rows of a source live, for one reader: masked above their ceiling, told as a fact, kept nowhere."""

from __future__ import annotations

import copy
import glob
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from governance.catalog.models import Dataset, Field, Sensitivity
from governance.catalog.services.registering import stored_key, stored_name
from governance.core.access import Actor, mask, require
from governance.core.errors import Cancelled, Conflict, InvalidInput, Overloaded, TimedOut
from governance.core.events import record
from governance.env import env
from governance.sources.connectors.base import Connector, DatasetInfo, Sample
from governance.sources.services import connect

ROWS = 20
MOST_ROWS = 100
LONGEST = 200
"""Characters of a value that are shown."""
NAMED = 100
slots = threading.BoundedSemaphore(max(1, env.web_threads // 2))
"""Previews that one process reads at once: a source that is slow never takes all threads of the web process."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a preview. `masked`: some of its values are hidden from this reader; `known`: a scan has looked at it."""

    name: str
    type: str
    masked: bool
    known: bool
    sensitivity: str
    entity: str
    field: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """`rows` are lists in the order of `columns`; values are numbers, truth values, texts or null."""

    columns: list[Column]
    rows: list[list[Any]]
    method: str


def preview(dataset: Dataset, *, rows: int = ROWS, actor: Actor) -> Preview:
    """The first rows of a dataset, as its source has them now. What no scan has looked at yet counts as restricted."""
    require(actor, "preview", dataset)
    if not 1 <= rows <= MOST_ROWS:
        raise InvalidInput(f"A preview has 1 to {MOST_ROWS} rows.", errors={"rows": [f"from 1 to {MOST_ROWS}"]})
    sample = _read(dataset, rows)
    fields = {one.name: one for one in Field.objects.filter(dataset=dataset).select_related("dataset").only(*_NEEDED)}
    columns: list[Column] = []
    values: list[list[Any]] = []
    for info, column in zip(sample.fields, sample.columns, strict=True):
        name = stored_name(info.name)
        field = fields.get(name)
        is_known = field is not None and field.evidence is not None
        judged = field if is_known and field is not None else unknown(field, dataset, name)
        shown = [_masked(actor, judged, value) for value in column[:rows]]
        is_masked = any(one is not raw for one, raw in zip(shown, column, strict=False))
        entity = field.entity if field else ""
        columns.append(Column(name, info.type, is_masked, is_known, judged.sensitivity, entity, field.pk if field else None))
        values.append([_plain(one) for one in shown])
    count = max((len(column) for column in values), default=0)
    with transaction.atomic():
        masked = [one.name[:100] for one in columns if one.masked][:NAMED]
        record("catalog.preview.read", dataset, actor=actor, rows=count, fields=len(columns), masked=masked)
    return Preview(columns, [[column[at] for column in values] for at in range(count)], sample.method)


_NEEDED = ("name", "sensitivity", "family", "entity", "evidence", "dataset_id", "dataset__source_id", "dataset__domain_id")


def as_json(found: Preview) -> Mapping[str, Any]:
    """For the API."""
    columns = [
        {
            "name": one.name,
            "type": one.type,
            "is_masked": one.masked,
            "is_scanned": one.known,
            "sensitivity": one.sensitivity,
            "entity": one.entity,
            "field": one.field,
        }
        for one in found.columns
    ]
    return {"columns": columns, "rows": found.rows, "method": found.method}


def live_sample(dataset: Dataset, rows: int) -> Sample:
    """A uniform sample, read now. Overloaded and TimedOut as a preview; its caller checks that the reader may preview the dataset."""
    return _read(dataset, rows, is_uniform=True)


def _read(dataset: Dataset, rows: int, *, is_uniform: bool = False) -> Sample:
    """The source's own rows. Overloaded at once when enough others are being read; TimedOut when all of it together takes too long."""
    if not slots.acquire(blocking=False):
        raise Overloaded("Too many previews are being read now. Try again in a moment.")
    seconds = env.preview_timeout
    try:
        with connect(dataset.source, statement_timeout=seconds) as connector, _ended_after(connector, seconds):
            listed = _live(connector, dataset)
            return connector.sample(listed, rows) if is_uniform else connector.preview(listed, rows)
    except (Cancelled, TimedOut):
        words = (
            f"The source did not give the first rows within {seconds:g} s. Try again later, or ask an administrator about GOVERNANCE_PREVIEW_TIMEOUT."
        )
        raise TimedOut(words) from None
    finally:
        slots.release()


@contextmanager
def _ended_after(connector: Connector, seconds: float) -> Iterator[None]:
    """Cancels the connector's work: a login, a listing and a reading may each be just fast enough."""
    timer = threading.Timer(seconds, connector.cancel)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _live(connector: Connector, dataset: Dataset) -> DatasetInfo:
    """The dataset as the source lists it now, so that a changed structure is read as it is."""
    pattern = glob.escape(".".join((*dataset.path, dataset.name)))
    for patterns in ((pattern,), ()):
        for info in connector.datasets(patterns):
            if stored_key(info.key) == dataset.key:
                if info.error:
                    raise Conflict(f"{dataset} cannot be read: {info.error}")
                return info
    raise Conflict(f"The source does not show {dataset} any more. Scan the source again.")


def unknown(field: Field | None, dataset: Dataset, name: str) -> Field:
    """A field that counts as restricted, for the gate."""
    judged = copy.copy(field) if field is not None else Field(dataset=dataset, name=name)
    judged.sensitivity, judged.family = Sensitivity.RESTRICTED, "secret"
    return judged


def _masked(actor: Actor, field: Field, value: Any) -> Any:
    return None if value is None else mask(actor, field, value)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = bytes(value[:100]).hex() if isinstance(value, bytes | bytearray | memoryview) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
