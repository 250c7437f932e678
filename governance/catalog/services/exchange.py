"""Descriptions, owners, domains, tags and decisions as CSV, out and in again. Values of fields are never in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as its
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet

from governance.catalog.models import Dataset, Decision, Domain, Field
from governance.catalog.services import unread
from governance.catalog.services.decisions import decide
from governance.catalog.services.editing import edit_dataset, edit_field
from governance.catalog.services.organising import tags_named
from governance.catalog.services.settling import decisions_of
from governance.core import spreadsheets
from governance.core.access import Actor, visible
from governance.core.errors import GovernanceError, InvalidInput
from governance.core.events import record
from security.identity.models import Team

COLUMNS = (
    *("source", "dataset", "field", "type", "description", "domain", "owners", "teams", "tags", "certification"),
    *("sensitivity", "suggested", "score", "verdict", "entity", "reason"),
)
NAMES = ("source", "dataset", "field")
OF_DATASETS = ("description", "domain", "owners", "teams", "tags", "certification")
OF_FIELDS = ("description", "tags", "verdict", "entity", "reason")
MOST_LINES = 50_000
MOST_TOLD = 1_000


@dataclass(slots=True)
class Line:
    """What one line of an import does, or why it cannot; `ignored` says which cells change nothing, and why."""

    number: int
    dataset: str
    field: str = ""
    changes: dict[str, Any] = its(default_factory=dict)
    errors: list[str] = its(default_factory=list)
    ignored: list[str] = its(default_factory=list)


@dataclass(slots=True)
class Report:
    """`lines` holds those that change something, fail or have cells that were ignored (at most MOST_TOLD of them, the last kind last to be chosen);
    `more` counts those left out, `applied` says whether anything was written, `ignored` counts lines.
    """

    total: int = 0
    changed: int = 0
    failed: int = 0
    ignored: int = 0
    more: int = 0
    applied: bool = False
    lines: list[Line] = its(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        lines = [
            {"line": one.number, "dataset": one.dataset, "field": one.field, "changes": one.changes, "errors": one.errors, "ignored": one.ignored}
            for one in self.lines
        ]
        counts = {"total": self.total, "changed": self.changed, "failed": self.failed, "ignored": self.ignored, "more": self.more}
        return {**counts, "applied": self.applied, "lines": lines}


class _RolledBack(Exception):
    """Ends the transaction of an import that must leave no trace."""


# Out


def export(datasets: Sequence[Dataset], *, actor: Actor) -> Iterator[str]:
    """CSV with a byte order mark (spreadsheets then read it as UTF-8): a line for each dataset and for each of its fields that the actor may see."""
    ids = [one.pk for one in datasets]
    fields = visible(actor, Field.objects.filter(dataset_id__in=ids, gone=None))
    with transaction.atomic():
        record("catalog.exported", actor=actor, datasets=len(ids), fields=fields.count())
    yield spreadsheets.BOM + spreadsheets.line(COLUMNS)
    rows = (
        Dataset.objects.filter(pk__in=ids)
        .select_related("source", "domain")
        .prefetch_related("tags", "owners", "owner_teams")
        .defer("words", "profile")
    )
    for start in range(0, len(ids), 200):
        yield from _exported(list(rows.filter(pk__in=ids[start : start + 200]).order_by("source__name", "key")), actor)


def _exported(datasets: Sequence[Dataset], actor: Actor) -> Iterator[str]:
    fields = visible(actor, Field.objects.filter(dataset__in=datasets, gone=None)).defer("words", "profile", "evidence").prefetch_related("tags")
    of: dict[int, list[Field]] = {}
    for one in fields.order_by("dataset_id", "position"):
        of.setdefault(one.dataset_id, []).append(one)
    decided = decisions_of([one.pk for group in of.values() for one in group if one.state in (Field.State.CONFIRMED, Field.State.REJECTED)])
    for dataset in datasets:
        head = {"source": dataset.source.name, "dataset": dataset.key}
        yield _row(head | _dataset_cells(dataset) | _dataset_found(dataset))
        for one in of.get(dataset.pk, ()):
            yield _field_row(head, one, decided.get(one.pk, []))


def _dataset_cells(one: Dataset) -> dict[str, str]:
    return {
        "description": one.description,
        "domain": one.domain.name if one.domain else "",
        "owners": _joined(owner.get_username() for owner in one.owners.all()),
        "teams": _joined(team.name for team in one.owner_teams.all()),
        "tags": _joined(tag.name for tag in one.tags.all()),
        "certification": one.certification,
    }


def _dataset_found(one: Dataset) -> dict[str, str]:
    """Columns that come from scans and are for reading only."""
    return {"type": one.kind, "sensitivity": one.sensitivity}


def _field_found(one: Field) -> dict[str, str]:
    score = "" if one.suggested_score is None else f"{one.suggested_score:.2f}"
    return {"type": one.type, "sensitivity": one.sensitivity, "suggested": one.suggested_entity, "score": score}


def _field_cells(one: Field, decisions: Sequence[Decision]) -> dict[str, str]:
    newest = decisions[0] if decisions else None
    decided = (
        {"verdict": newest.verdict, "entity": newest.entity, "reason": newest.reason}
        if newest
        else {"verdict": "", "entity": one.entity, "reason": ""}
    )
    return {"description": one.description, "tags": _joined(tag.name for tag in one.tags.all())} | decided


def _field_row(head: dict[str, str], one: Field, decisions: Sequence[Decision]) -> str:
    return _row(head | {"field": one.name} | _field_found(one) | _field_cells(one, decisions))


def _row(cells: Mapping[str, str]) -> str:
    return spreadsheets.line(cells.get(name, "") for name in COLUMNS)


def _joined(names: Iterator[str]) -> str:
    return "; ".join(sorted(names))


def export_fields(fields: QuerySet[Field], *, actor: Actor) -> Iterator[str]:
    """The same for fields that the caller has narrowed to those the actor may see."""
    ids = list(fields.order_by("dataset_id", "position").values_list("pk", flat=True))
    with transaction.atomic():
        record("catalog.exported", actor=actor, datasets=0, fields=len(ids))
    yield spreadsheets.BOM + spreadsheets.line(COLUMNS)
    rows = (
        Field.objects.select_related("dataset__source")
        .prefetch_related("tags")
        .defer("words", "profile", "evidence", "dataset__words", "dataset__profile")
    )
    for start in range(0, len(ids), 2000):
        some = list(rows.filter(pk__in=ids[start : start + 2000]).order_by("dataset_id", "position"))
        decided = decisions_of([one.pk for one in some])
        for one in some:
            yield _field_row({"source": one.dataset.source.name, "dataset": one.dataset.key}, one, decided.get(one.pk, []))


# In


def import_csv(text: str, *, dry_run: bool = False, partial: bool = False, actor: Actor) -> Report:
    """Write what differs from the catalog; each line as if the actor had made the change by hand.

    `dry_run` tells what would happen and changes nothing. Unless `partial`, one bad line keeps all others from being written.
    A column that is not there is left alone; an empty cell empties description, domain, owners, teams, tags and certification, but never takes back a decision.
    """
    rows = _read(text)
    report = Report()
    try:
        with transaction.atomic():
            counts = _apply(rows, report, actor)
            if dry_run or (report.failed and not partial):
                raise _RolledBack
            report.applied = report.changed > 0
            if report.applied:
                data: dict[str, Any] = {"lines": report.total, "refused": report.failed, **counts}
                record("catalog.imported", actor=actor, **data)
    except _RolledBack:
        pass
    return report


def _read(text: str) -> list[tuple[int, dict[str, str]]]:
    text = text.removeprefix(spreadsheets.BOM).replace("\x00", "")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if not {"source", "dataset"} <= set(header):
            raise InvalidInput("The first line names the columns; source and dataset must be among them. Export once to see all of them.")
        if unknown := sorted(set(header) - set(COLUMNS)):
            raise InvalidInput(f"There is no column {unknown[0][:50]!r}. Known: {', '.join(COLUMNS)}.")
        if len(set(header)) < len(header):
            raise InvalidInput("A column is named twice in the first line.")
        rows = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    raise InvalidInput(f"Line {reader.line_num} has {len(cells)} cells and not {len(header)}. Are quotes missing around a comma?")
                rows.append(
                    (
                        reader.line_num,
                        {name: spreadsheets.plain(cell if name in NAMES else cell.strip()) for name, cell in zip(header, cells, strict=True)},
                    )
                )
            if len(rows) > MOST_LINES:
                raise InvalidInput(f"An import has at most {MOST_LINES:,} lines. Split the file.")
    except csv.Error as error:
        raise InvalidInput(f"Line {reader.line_num} is not CSV: {error}. Save the file as CSV in UTF-8 with commas.") from None
    return rows


def _apply(rows: Sequence[tuple[int, dict[str, str]]], report: Report, actor: Actor) -> dict[str, int]:
    known = _Known(rows, actor)
    counts = {"datasets": 0, "fields": 0, "decisions": 0}
    told: list[Line] = []
    for number, cells in rows:
        line = Line(number, cells["dataset"][:200], cells.get("field", "")[:200])
        try:
            for what in _apply_line(cells, line, known, actor):
                counts[what] += 1
        except GovernanceError as error:
            line.changes, line.errors, line.ignored = {}, [error.detail], []
        report.total += 1
        report.changed += bool(line.changes)
        report.failed += bool(line.errors)
        report.ignored += bool(line.ignored)
        if line.changes or line.errors or line.ignored:
            told.append(line)
    chosen = sorted(told, key=lambda one: not (one.changes or one.errors))[:MOST_TOLD]
    report.more = len(told) - len(chosen)
    report.lines = sorted(chosen, key=lambda one: one.number)
    return counts


class _Known:
    """What the lines name, read once."""

    def __init__(self, rows: Sequence[tuple[int, dict[str, str]]], actor: Actor) -> None:
        keys = {cells["dataset"] for _, cells in rows}
        of = Dataset.objects.filter(key__in=keys).select_related("source", "domain").prefetch_related("tags", "owners", "owner_teams")
        datasets = list(visible(actor, of).defer("words", "profile", "definition"))
        self.datasets = {(one.source.name, one.key): one for one in datasets}
        named = {cells["field"] for _, cells in rows if cells.get("field")}
        fields = Field.objects.filter(dataset__in=datasets, name__in=named) if named else Field.objects.none()
        found = list(visible(actor, fields).defer("words", "profile", "evidence").prefetch_related("tags"))
        self.fields = {(one.dataset_id, one.name): one for one in found}
        self.decisions = decisions_of([one.pk for one in found])
        self.domains = {one.name.lower(): one.pk for one in Domain.objects.all()}
        self.teams = {one.name.lower(): one.pk for one in Team.objects.all()}
        self.people = dict(get_user_model().objects.values_list("username", "pk"))


def _apply_line(cells: Mapping[str, str], line: Line, known: _Known, actor: Actor) -> list[str]:
    """Write what differs; names of what was written. A line that changes nothing asks the database nothing."""
    dataset = known.datasets.get((cells["source"], cells["dataset"]))
    if dataset is None:
        raise InvalidInput(f"There is no dataset {cells['dataset'][:200]!r} in a source called {cells['source'][:100]!r}, or you may not see it.")
    if not cells.get("field"):
        line.ignored = unread.of_dataset(_dataset_found(dataset), cells)
        line.changes = _different(_dataset_cells(dataset), cells, OF_DATASETS)
        if line.changes:
            with transaction.atomic():
                _edit_dataset(dataset, line.changes, cells, known, actor)
        return ["datasets"] if line.changes else []
    one = known.fields.get((dataset.pk, cells["field"]))
    if one is None:
        raise InvalidInput(f"{dataset} has no field {cells['field'][:200]!r}, or you may not see it.")
    different = _different(_field_cells(one, known.decisions.get(one.pk, [])), cells, OF_FIELDS)
    is_edited = bool({"description", "tags"} & set(different))
    is_decided = _decides(cells, different)
    line.ignored = unread.of_field(_field_found(one), cells, different, is_decided)
    if cells.get("verdict", "").lower() != "set":
        different.pop("entity", None)
    line.changes = {name: pair for name, pair in different.items() if (is_edited if name in ("description", "tags") else is_decided)}
    if line.changes:
        with transaction.atomic():
            if is_edited:
                _edit_field(one, different, cells, actor)
            if is_decided:
                _decide(one, cells, actor)
    return ["fields"] * is_edited + ["decisions"] * is_decided


def _decides(cells: Mapping[str, str], different: Mapping[str, object]) -> bool:
    """Whether the line makes a decision: another verdict, or `set` with another entity. An empty verdict takes nothing back."""
    verdict = cells.get("verdict", "").lower()
    return bool(verdict) and ("verdict" in different or (verdict == "set" and "entity" in different))


def _edit_dataset(dataset: Dataset, different: Mapping[str, Any], cells: Mapping[str, str], known: _Known, actor: Actor) -> None:
    changes: dict[str, Any] = {name: cells[name] for name in ("description", "certification") if name in different}
    if "domain" in different:
        changes["domain"] = _id(known.domains, cells["domain"].lower(), "domain") if cells["domain"] else None
    if "owners" in different:
        changes["owners"] = [_id(known.people, name, "person") for name in _split(cells["owners"])]
    if "teams" in different:
        changes["owner_teams"] = [_id(known.teams, name.lower(), "team") for name in _split(cells["teams"])]
    if "tags" in different:
        changes["tags"] = [tag.pk for tag in tags_named(_split(cells["tags"]), actor=actor)]
    edit_dataset(dataset, actor=actor, **changes)


def _edit_field(one: Field, different: Mapping[str, Any], cells: Mapping[str, str], actor: Actor) -> None:
    edits: dict[str, Any] = {"description": cells["description"]} if "description" in different else {}
    if "tags" in different:
        edits["tags"] = [tag.pk for tag in tags_named(_split(cells["tags"]), actor=actor)]
    edit_field(one, actor=actor, **edits)


def _decide(one: Field, cells: Mapping[str, str], actor: Actor) -> None:
    verdict = cells["verdict"].lower()
    if verdict not in Decision.Verdict.values:
        raise InvalidInput(f"verdict is confirm, reject or set, not {verdict[:30]!r}.")
    entity = cells.get("entity", "") if verdict == "set" else ""
    decide(one, verdict=verdict, entity=entity, reason=cells.get("reason", ""), actor=actor)  # type: ignore[arg-type]


def _different(before: Mapping[str, str], cells: Mapping[str, str], names: Sequence[str]) -> dict[str, dict[str, str]]:
    found = {}
    for name in names:
        if name not in cells:
            continue
        is_list = name in ("owners", "teams", "tags")
        same = sorted(_split(before[name])) == sorted(_split(cells[name])) if is_list else before[name].strip() == cells[name].replace("\r\n", "\n")
        if not same:
            found[name] = {"before": before[name][:500], "after": cells[name][:500]}
    return found


def _id(known: Mapping[str, int], name: str, kind: str) -> int:
    if name not in known:
        raise InvalidInput(f"There is no {kind} called {name[:100]!r}.")
    return known[name]


def _split(text: str) -> list[str]:
    return [name for name in (part.strip() for part in text.split(";")) if name]
