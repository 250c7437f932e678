"""What is different between two scans of a source: findings with their causes from the ledger, datasets with their structure and size, and the scans themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from governance.catalog.models import Dataset, DatasetVersion, FindingChange, ProfileSnapshot
from governance.catalog.services.ledger import MOVED
from governance.core.access import Actor, visible
from governance.core.errors import InvalidInput
from governance.scans.models import ScanRun
from intelligence.classification.titles import title

MOST: Final = 1_000
"""Lines of one kind that are told."""
HEAVY: Final = ("words", "profile", "evidence", "dataset__words", "dataset__profile", "dataset__definition", "dataset__references")
KINDS: Final = {"added": "added", "removed": "removed", "renamed": "renamed", "changed": "of another type"}


def between(actor: Actor, before: ScanRun, after: ScanRun) -> dict[str, Any]:
    """Everything that scans after `before`, `after` included, made different, as far as the actor may see it."""
    if before.source_id != after.source_id:
        raise InvalidInput("Only two scans of the same source can be compared.")
    if before.pk > after.pk:
        before, after = after, before
    findings = _findings(actor, before, after)
    datasets = visible(actor, Dataset.objects.filter(source=after.source_id))
    return {
        "before": before,
        "after": after,
        "findings": {kind: [one for one in findings if one["kind"] == kind] for kind in ("new", "gone", "changed")},
        "datasets": _datasets(datasets, before, after),
        "sizes": _sizes(datasets, before, after),
    }


def lines(told: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
    """The comparison as rows of a file: what, kind, dataset, field, before, after, cause."""
    yield "what", "kind", "dataset", "field", "before", "after", "cause"
    for kind, rows in told["findings"].items():
        for one in rows:
            yield "finding", kind, str(one["field"].dataset), one["field"].name, one["before"], one["after"], "; ".join(one["causes"])
    for kind, rows in told["datasets"].items():
        for row in rows:
            yield "dataset", kind, str(row["dataset"]), "", "", row["words"], ""
    for row in told["sizes"]["rows"]:
        yield "rows", "changed", str(row["dataset"]), "", row["before"], row["after"], ""


def _findings(actor: Actor, before: ScanRun, after: ScanRun) -> list[dict[str, Any]]:
    """Each field once: what it was thought to hold at first, and at last, with all causes on the way."""
    rows = FindingChange.objects.filter(field__dataset__source=after.source_id, scan_id__gt=before.pk, scan_id__lte=after.pk)
    found: dict[int, dict[str, Any]] = {}
    seen = visible(actor, rows).select_related("field__dataset").defer(*(f"field__{name}" for name in HEAVY)).order_by("pk")
    for line in seen.iterator(chunk_size=1_000):
        one = found.setdefault(line.field_id, {"field": line.field, "was": line.before_entity, "was_score": line.before_score, "causes": {}})
        one |= {"now": line.after_entity, "now_score": line.after_score, "detail": line.detail, "scan": line.scan_id}
        one["causes"] |= {str(FindingChange.Cause(cause).label): None for cause in line.causes or [line.cause]}
    told = [_told(one) for one in found.values() if _differs(one)]
    return sorted(told, key=lambda one: (str(one["field"].dataset), one["field"].position, one["field"].pk))[: 3 * MOST]


def _differs(one: Mapping[str, Any]) -> bool:
    moved = abs((one["was_score"] or 0.0) - (one["now_score"] or 0.0)) > MOVED
    return bool(one["was"] != one["now"] or (one["now"] and moved))


def _told(one: Mapping[str, Any]) -> dict[str, Any]:
    kind = "changed" if one["was"] and one["now"] else "new" if one["now"] else "gone"
    before, after = (
        f"{title(name)}, {score or 0:.2f}" if name else "" for name, score in ((one["was"], one["was_score"]), (one["now"], one["now_score"]))
    )
    return {"kind": kind, "field": one["field"], "before": before, "after": after, "causes": list(one["causes"]), "detail": one["detail"]}


def _datasets(datasets: Any, before: ScanRun, after: ScanRun) -> dict[str, list[dict[str, Any]]]:
    light = ("words", "profile", "definition", "references")
    versions = DatasetVersion.objects.filter(dataset__in=datasets, scan_id__gt=before.pk, scan_id__lte=after.pk).select_related("dataset")
    added: dict[int, dict[str, Any]] = {}
    changed: dict[int, dict[str, Any]] = {}
    for one in versions.defer(*(f"dataset__{name}" for name in light)).order_by("number"):
        if one.number == 1:
            added[one.dataset_id] = {"dataset": one.dataset, "words": f"{len(one.fields):,} fields"}
        elif one.dataset_id not in added and (words := _structure(one.change)):
            so_far = changed.get(one.dataset_id)
            changed[one.dataset_id] = {"dataset": one.dataset, "words": f"{so_far['words']}; then {words}" if so_far else words}
    lost = datasets.filter(gone__gt=before.finished, gone__lte=after.finished) if before.finished and after.finished else datasets.none()
    gone = [{"dataset": one, "words": "not listed any more"} for one in lost.defer(*light)[:MOST]]
    return {kind: sorted(rows, key=lambda row: str(row["dataset"]))[:MOST] for kind, rows in _kinds(added, changed, gone)}


def _kinds(added: Mapping[int, Any], changed: Mapping[int, Any], gone: list[Any]) -> Iterable[tuple[str, list[Any]]]:
    return (("added", list(added.values())), ("changed", list(changed.values())), ("gone", gone))


def _structure(change: Mapping[str, Any]) -> str:
    """“phone added; note removed”."""
    parts = []
    for name, words in KINDS.items():
        named = [
            f"{one['before']} → {one['after']}" if name == "renamed" else one["name"] if isinstance(one, dict) else one
            for one in change.get(name) or []
        ]
        if named:
            parts.append(f"{', '.join(named[:10])}{' …' if len(named) > 10 else ''} {words}")
    return "; ".join(parts)


def _sizes(datasets: Any, before: ScanRun, after: ScanRun) -> dict[str, Any]:
    """Rows of each dataset as each of the two scans last knew them."""
    names = {one.pk: one for one in datasets.filter(gone=None).only("id", "name", "path", "source_id")}
    then, now = (_known(datasets, run) for run in (before, after))
    rows = [{"dataset": names[pk], "before": then.get(pk), "after": now[pk]} for pk in now if pk in names and then.get(pk) != now[pk]]
    return {
        "rows": sorted(rows, key=lambda row: str(row["dataset"]))[:MOST],
        "before": sum(value or 0 for value in then.values()),
        "after": sum(value or 0 for pk, value in now.items() if pk in names),
    }


def _known(datasets: Any, run: ScanRun) -> dict[int, int | None]:
    newest = ProfileSnapshot.objects.filter(dataset__in=datasets, scan_id__lte=run.pk).order_by("dataset_id", "-scan_id").distinct("dataset_id")
    return dict(newest.values_list("dataset_id", "rows"))
