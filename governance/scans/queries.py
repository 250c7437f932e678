"""What can be asked about scans."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from governance.core.errors import InvalidInput
from governance.scans.models import ScanRun, ScanUnit

MOST_NAMED = 200


def compare(run: ScanRun, other: ScanRun) -> dict[str, Any]:
    """What is different in `run`, seen from `other` (the earlier one): datasets by name, findings by dataset and field."""
    if run.source_id != other.source_id:
        raise InvalidInput("Only two scans of the same source can be compared.")
    now, then = _units(run), _units(other)
    found, known = _found(now), _found(then)
    both = now.keys() & then.keys()
    return {
        "run": run.pk,
        "with": other.pk,
        "new": _named(key for key in now if key not in then),
        "gone": _named(key for key in then if key not in now) if not run.datasets and run.retry_of_id is None else [],
        "changed": _named(key for key in both if (now[key]["result"] or {}).get("change") == "changed"),
        "failed": _named(key for key in now if _is_failed(now[key]) and not _is_failed(then.get(key))),
        "mended": _named(key for key in both if _is_failed(then[key]) and not _is_failed(now[key])),
        "found": [
            {"dataset": key, "field": field, "entity": entity}
            for (key, field), entity in sorted(found.items())
            if known.get((key, field)) != entity and _was_read(then.get(key))
        ][:MOST_NAMED],
        "lost": [
            {"dataset": key, "field": field, "entity": entity}
            for (key, field), entity in sorted(known.items())
            if (key, field) not in found and _was_read(now.get(key))
        ][:MOST_NAMED],
    }


def by_change(run: ScanRun) -> dict[str, list[str]]:
    """Names of the datasets that were new or changed in a run."""
    groups: dict[str, list[str]] = {"new": [], "changed": []}
    for key, change in run.units.values_list("key", "result__change").order_by("key").distinct():
        if change in groups:
            groups[change].append(key)
    return groups


def latest(run: ScanRun) -> ScanRun | None:
    """The scan of the same source before this one that went through."""
    return ScanRun.objects.filter(source=run.source_id, state=ScanRun.State.COMPLETE, pk__lt=run.pk).order_by("-pk").first()


def _units(run: ScanRun) -> dict[str, dict[str, Any]]:
    """One unit of each dataset: the one that speaks for the whole."""
    return {one["key"]: dict(one) for one in run.units.order_by("key", "part").values("key", "state", "result")}


def _found(units: dict[str, dict[str, Any]]) -> dict[tuple[str, str], str]:
    return {(key, one["field"]): one["entity"] for key, unit in units.items() for one in (unit["result"] or {}).get("found") or []}


def _is_failed(unit: dict[str, Any] | None) -> bool:
    return unit is not None and unit["state"] == ScanUnit.State.FAILED


def _was_read(unit: dict[str, Any] | None) -> bool:
    return unit is not None and unit["state"] == ScanUnit.State.DONE


def _named(keys: Iterable[str]) -> list[str]:
    return sorted(keys)[:MOST_NAMED]
