"""The facts of the catalog."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from governance.core.events import declare


class Data(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Registered(Data):
    kind: str
    fields: int
    scan: int | None = None


class Changed(Data):
    """Names of fields, at most as many as fit; `more` counts those left out."""

    version: int
    added: list[str] = []
    removed: list[str] = []
    renamed: list[dict[str, str]] = []
    changed: list[str] = []
    more: int = 0
    has_reappeared: bool = False
    scan: int | None = None


class Vanished(Data):
    scan: int | None = None


class Finding(Data):
    field: str
    entity: str
    score: float | None


class Found(Data):
    """New findings only; `more` counts those that did not fit."""

    fields: list[Finding]
    more: int = 0
    scan: int | None = None


class Failed(Data):
    code: str
    detail: str
    scan: int | None = None


class Decided(Data):
    verdict: str
    entity: str
    suggested: str = ""
    reason: str = ""


class DecidedMany(Data):
    verdict: str
    entity: str
    fields: list[int]
    reason: str = ""


class ThresholdsMoved(Data):
    """`thresholds` by entity or family, the empty name being that of everything; how many undecided fields it changed."""

    thresholds: dict[str, float]
    cleared: list[str] = []
    appears: int
    disappears: int
    changes: int


class Edited(Data):
    version: int
    restored: int | None = None


class FieldEdited(Data):
    field: str


class PreviewRead(Data):
    rows: int
    fields: int
    masked: list[str]


class Imported(Data):
    lines: int
    datasets: int
    fields: int
    decisions: int
    refused: int


class Exported(Data):
    datasets: int
    fields: int


class Merged(Data):
    into: int
    name: str
    uses: int


REFERS = {"domain": "domain", "tags": "tag", "owners": "person", "owner_teams": "team"}
"""Parts of changes that hold ids."""


def declare_all() -> None:
    facts: list[tuple[str, Any, str]] = [
        ("catalog.dataset.registered", Registered, "A dataset was found"),
        ("catalog.dataset.changed", Changed, "The structure of a dataset changed"),
        ("catalog.dataset.vanished", Vanished, "A dataset is not there any more"),
        ("catalog.dataset.edited", Edited, "A dataset was edited"),
        ("catalog.dataset.failed", Failed, "A dataset could not be scanned"),
        ("catalog.sensitive.found", Found, "Sensitive data was found in a field"),
        ("catalog.field.edited", FieldEdited, "A field was edited"),
        ("catalog.field.decided", Decided, "Somebody decided what a field holds"),
        ("catalog.field.undone", Decided, "A decision about a field was undone"),
        ("catalog.thresholds.moved", ThresholdsMoved, "Thresholds were moved, and suggestions made again"),
        ("catalog.preview.read", PreviewRead, "A preview of a dataset was read"),
        ("catalog.exported", Exported, "The catalog was exported"),
        ("catalog.imported", Imported, "Catalog data was imported"),
        ("catalog.tag.merged", Merged, "A tag was merged into another"),
    ]
    for name, model, title in facts:
        declare(name, model, title=title, refers=REFERS)
    for thing in ("domain", "tag"):
        for verb in ("created", "updated", "deleted"):
            declare(f"catalog.{thing}.{verb}", title=f"A {thing} was {verb}")
