"""Facts of this app."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from governance.core.events import declare


class Started(BaseModel):
    model_config = ConfigDict(extra="forbid")

    trigger: str
    rule_set: str
    datasets: list[str] = []
    is_full: bool = False
    depth: str = "full"


class Completed(BaseModel):
    """`summary` as in ScanRun; times in seconds."""

    model_config = ConfigDict(extra="forbid")

    outcome: str
    summary: dict[str, int]
    datasets: int
    rows: int
    bytes: int
    seconds: float


class Failed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: str
    detail: str


class Aborted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    done: int
    left: int


class ScheduleSaved(BaseModel):
    model_config = ConfigDict(extra="forbid")

    every: str
    words: str


declare("scans.run.started", Started, title="A scan was started")
declare("scans.run.completed", Completed, title="A scan was completed")
declare("scans.run.failed", Failed, title="A scan failed")
declare("scans.run.cancelled", title="A scan was asked to stop")
declare("scans.run.aborted", Aborted, title="A scan was stopped")
declare("scans.schedule.created", ScheduleSaved, title="A schedule was made")
declare("scans.schedule.updated", ScheduleSaved, title="A schedule was changed")
declare("scans.schedule.deleted", ScheduleSaved, title="A schedule was removed")
