"""What `manage.py scan` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from governance.catalog.models import Dataset, Field
from governance.scans.models import ScanRun, ScanUnit

WIDEST = 40


def result(target: str, run: ScanRun) -> dict[str, Any]:
    """One target's scan: the run, and the datasets that it listed with what their fields hold."""
    units = {one.dataset_id: one for one in run.units.order_by("part")}
    datasets = Dataset.objects.filter(pk__in=list(filter(None, units))).order_by("path", "name").prefetch_related("fields")
    seconds = (run.finished - run.started).total_seconds() if run.finished and run.started else None
    return {
        "target": target,
        "source": {"id": run.source_id, "name": run.source.name, "kind": run.source.kind},
        "scan": run.pk,
        "state": run.state,
        "outcome": run.outcome,
        "error": run.error,
        "summary": run.summary,
        "progress": run.progress(),
        "seconds": seconds,
        "datasets": [_dataset(one, units[one.pk]) for one in datasets],
    }


def failures(result: dict[str, Any]) -> list[str]:
    """One line for everything that did not work."""
    found = [f"{result['target']}: {result['error']['detail']}"] if result.get("error") else []
    if result.get("state") == ScanRun.State.ABORTED:
        found.append(f"{result['target']}: the scan was stopped.")
    return found + [f"{one['name']}: {one['error']['detail']}" for one in result.get("datasets", []) if one["error"]]


def as_json(results: Sequence[dict[str, Any]]) -> str:
    return orjson.dumps({"scans": results}, option=orjson.OPT_INDENT_2, default=str).decode()


def as_table(results: Sequence[dict[str, Any]]) -> str:
    """A table of datasets, fields and entities for each target, with a line that sums it up."""
    blocks = []
    for one in results:
        if "datasets" not in one:
            continue
        rows: list[tuple[str, ...]] = [("Dataset", "Rows", "Field", "Type", "Entity", "Score")]
        for dataset in one["datasets"]:
            rows += _lines(dataset)
        blocks.append("\n".join([one["target"], *_aligned(rows), _sum(one)]))
    return "\n\n".join(blocks)


def _dataset(dataset: Dataset, unit: ScanUnit) -> dict[str, Any]:
    fields = sorted((one for one in dataset.fields.all() if one.gone is None), key=lambda one: one.position)
    return {
        "id": dataset.pk,
        "name": str(dataset),
        "kind": dataset.kind,
        "rows": dataset.rows,
        "size": dataset.size,
        "state": unit.state,
        "error": unit.error if unit.state == ScanUnit.State.FAILED else None,
        "fields": [_field(one) for one in fields],
    }


def _field(field: Field) -> dict[str, Any]:
    is_sensitive = bool(field.entity) and field.state != Field.State.REJECTED
    return {
        "name": field.name,
        "type": field.type,
        "entity": field.entity if is_sensitive else None,
        "family": field.family if is_sensitive else None,
        "score": field.score if is_sensitive else None,
        "state": field.state,
    }


def _lines(dataset: dict[str, Any]) -> list[tuple[str, ...]]:
    rows = "" if dataset["rows"] is None else f"{dataset['rows']:,}"
    found = [one for one in dataset["fields"] if one["entity"]]
    told = f"{len(dataset['fields'])} fields, nothing sensitive" if dataset["state"] != ScanUnit.State.FAILED else "not read, see below"
    if not found:
        return [(dataset["name"], rows, told, "", "", "")]
    lines: list[tuple[str, ...]] = []
    for at, one in enumerate(found):
        name, count = (dataset["name"], rows) if at == 0 else ("", "")
        lines.append((name, count, one["name"], one["type"], one["entity"], "" if one["score"] is None else f"{one['score']:.2f}"))
    return lines


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    cut = [tuple(_plain(cell) for cell in row) for row in rows]
    widths = [max(len(row[at]) for row in cut) for at in range(len(cut[0]))]
    right = (1, 5)
    return ["  ".join(cell.rjust(widths[at]) if at in right else cell.ljust(widths[at]) for at, cell in enumerate(row)).rstrip() for row in cut]


def _plain(cell: str) -> str:
    """One line that no terminal takes for commands, cut to a readable width."""
    text = "".join(char if char.isprintable() else "�" for char in cell)
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _sum(one: dict[str, Any]) -> str:
    summary, seconds = one["summary"], one["seconds"]
    took = f" in {seconds:.1f} s" if seconds is not None else ""
    skipped = f", {summary['skipped']} unchanged" if summary.get("skipped") else ""
    words = f"{len(one['datasets'])} datasets, {one['progress']['rows']:,} rows read, {summary.get('sensitive', 0)} sensitive fields"
    return f"{words}, {summary.get('failed', 0)} failed{skipped}{took}"
