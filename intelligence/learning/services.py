"""Learning from decisions, and which column model judges."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.db import connection, transaction
from django.db.models import Max

from governance.core.access import SYSTEM, Actor, require
from governance.core.errors import Conflict
from governance.core.events import record
from intelligence.classification.model import ColumnModel, fit, shipped
from intelligence.learning.comparing import Example, compare
from intelligence.learning.models import ColumnModelVersion, Label

FEWEST: Final = 40
FEWEST_GROUPS: Final = 5
MOST: Final = 20_000
"""The newest decisions that are learned from."""
FRESH: Final = 20
"""New decisions since the last attempt that make another one worthwhile by itself."""
LOCK: Final = 7_310


def active_version() -> ColumnModelVersion | None:
    """The learned model in use; None while the shipped one judges."""
    return ColumnModelVersion.objects.filter(is_active=True).first()


def active_model() -> ColumnModel:
    """The model that scans judge with now."""
    pk = ColumnModelVersion.objects.filter(is_active=True).values_list("pk", flat=True).first()
    return shipped() if pk is None else _model(pk)


def readiness() -> tuple[int, int, str]:
    """How many decisions there are, in how many datasets, and what is still missing; empty when learning is possible."""
    labels = Label.objects.count()
    groups = Label.objects.values("group").distinct().count()
    if labels >= FEWEST and groups >= FEWEST_GROUPS:
        return labels, groups, ""
    return labels, groups, f"Learning needs at least {FEWEST} decisions in {FEWEST_GROUPS} datasets; there are {labels} in {groups}."


@transaction.atomic
def learn(*, actor: Actor) -> ColumnModelVersion:
    """Fit a model to the decisions, compare it on held-out ones, and use it when it is better. Conflict when there are too few decisions."""
    require(actor, "manage")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Conflict("A model is being learned at this moment. Wait for it to end.")
    _, groups, missing = readiness()
    if missing:
        raise Conflict(missing)
    rows = Label.objects.order_by("-time")[:MOST].values_list("features", "family", "group")
    examples = [Example(features, family, group) for features, family, group in rows]
    before = active_version()
    told = compare(examples, shipped=shipped(), current=active_model())
    number = (ColumnModelVersion.objects.aggregate(Max("number"))["number__max"] or 0) + 1
    model = fit([(one.features, one.family) for one in examples], shipped(), version=f"learned {number}")
    version = ColumnModelVersion.objects.create(
        number=number,
        model=model.as_json(),
        figures=told.figures,
        labels=len(examples),
        groups=groups,
        outcome=ColumnModelVersion.Outcome.BETTER if told.is_better else ColumnModelVersion.Outcome.NOT_BETTER,
        reason=told.reason,
        created_by_id=actor.id,
    )
    record(
        "intelligence.column_model.learned", version, actor=actor, version=number, labels=len(examples), is_better=told.is_better, reason=told.reason
    )
    if told.is_better:
        _use(version, before, actor)
    return version


def learn_if_due() -> ColumnModelVersion | None:
    """Learn by the clock: only when enough was decided since the last attempt."""
    last = ColumnModelVersion.objects.first()
    fresh = Label.objects.filter(time__gt=last.created).count() if last else Label.objects.count()
    if readiness()[2] or fresh < FRESH:
        return None
    return learn(actor=SYSTEM)


@transaction.atomic
def activate(version: ColumnModelVersion, *, actor: Actor) -> ColumnModelVersion:
    """Use a learned model from now on, also an older one: that rolls back."""
    require(actor, "manage", version)
    before = _locked_active()
    if before is not None and before.pk == version.pk:
        raise Conflict(f"The model {version} is in use already.")
    _use(version, before, actor)
    return version


@transaction.atomic
def use_shipped(*, actor: Actor) -> None:
    """Go back to the model that came with the portal."""
    require(actor, "manage")
    before = _locked_active()
    if before is None:
        raise Conflict("The shipped model is in use already.")
    ColumnModelVersion.objects.filter(pk=before.pk).update(is_active=False)
    record("intelligence.column_model.rolled_back", before, actor=actor, before=str(before), after=f"shipped {shipped().version}")


def _use(version: ColumnModelVersion, before: ColumnModelVersion | None, actor: Actor) -> None:
    ColumnModelVersion.objects.filter(is_active=True).update(is_active=False)
    ColumnModelVersion.objects.filter(pk=version.pk).update(is_active=True)
    version.is_active = True
    told = str(before) if before else f"shipped {shipped().version}"
    record("intelligence.column_model.activated", version, actor=actor, before=told, after=str(version))


def _locked_active() -> ColumnModelVersion | None:
    return ColumnModelVersion.objects.select_for_update().filter(is_active=True).first()


@lru_cache(maxsize=8)
def _model(pk: int) -> ColumnModel:
    return ColumnModel.from_json(ColumnModelVersion.objects.get(pk=pk).model)
