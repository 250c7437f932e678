"""The main job, on one page: what happens to a dataset, in order.

plan (planning.py) lists the datasets of a source, registers their structures, and makes one unit of each, or several of a large one.
Workers claim units (working.py). Each unit goes through the stages below; a stage is a function that makes a snapshot richer.
When the last unit is over, the run finishes (finishing.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from governance.scans.snapshot import Snapshot
from governance.scans.stages import assess, trace, validate
from governance.scans.stages.classify import classify
from governance.scans.stages.extract import extract
from governance.scans.stages.profile import profile
from governance.scans.stages.register import register
from governance.scans.stages.sweep import sweep


@dataclass(frozen=True, slots=True)
class Stage:
    """`not_built` says what a stage will do once it is built; empty for one that works."""

    name: str
    run: Callable[[Snapshot], None]
    not_built: str = ""


READING: Final = (
    Stage("extract", extract),
    Stage("profile", profile),
    Stage("sweep", sweep),
    Stage("classify", classify),
)
"""These talk to the source and to nobody else; nothing they find is stored yet."""

WRITING: Final = (
    Stage("register", register),
    Stage("trace", trace.trace, trace.NOT_BUILT),
    Stage("validate", validate.validate, validate.NOT_BUILT),
    Stage("assess", assess.assess, assess.NOT_BUILT),
)
"""These run in the one transaction that ends the unit, behind its fence."""

OF_A_PART: Final = READING[:2]
"""A part is measured; what belongs to the whole dataset is done by the unit that gathers its parts."""

STAGES: Final = READING + WRITING


def go(stages: tuple[Stage, ...], snapshot: Snapshot, entering: Callable[[str], None]) -> None:
    """Run stages in order; `entering` is told each one's name first, so that an error can say where it happened."""
    for stage in stages:
        entering(stage.name)
        started = monotonic()
        stage.run(snapshot)
        snapshot.seconds.setdefault(stage.name, round(monotonic() - started, 4))
