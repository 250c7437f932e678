"""What rules that are not saved yet would say of a field: its values are read live, for one reader, and kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction

from governance.catalog.models import Field
from governance.catalog.services.previewing import live_sample, unknown
from governance.catalog.services.registering import stored_name
from governance.core.access import Actor, mask, require
from governance.core.errors import Conflict
from governance.core.events import record
from intelligence import rule_sets
from intelligence.classification.titles import title

ROWS = 1_000
"""Rows of the uniform sample that is read."""


def try_rules(field: Field, settings: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """The verdict and what each recognizer of the rules does, in the shape of `rule-sets/try/`; what does not fit is masked above the reader's ceiling."""
    require(actor, "preview", field.dataset)
    rule_sets.check(settings, actor=actor)
    if field.parent_id:
        raise Conflict("This is a path inside of documents. Choose the column that holds them.", field=field.pk)
    sample = live_sample(field.dataset, ROWS)
    found = next(((info, values) for info, values in zip(sample.fields, sample.columns, strict=True) if stored_name(info.name) == field.name), None)
    if found is None:
        raise Conflict(f"The source does not show {field.name} any more. Scan it again.", field=field.pk)
    values = [str(value) for value in found[1] if value is not None]
    if not values:
        raise Conflict(f"{field.name} holds no values in this sample ({sample.method}). Choose another field.", field=field.pk)
    verdict, own = rule_sets.attempt(settings, values, header=field.name, actor=actor)
    judged = field if field.evidence is not None else unknown(field, field.dataset, field.name)
    trials = [asdict(one) | {"title": title(one.entity), "misses": [str(mask(actor, judged, miss)) for miss in one.misses]} for one in own]
    titles = {entity: title(entity) for entity in {verdict.entity or "", *(one for one, _ in verdict.candidates)} if entity}
    with transaction.atomic():
        record("catalog.preview.read", field.dataset, actor=actor, rows=sample.rows, fields=1, masked=[field.name[:100]])
    return verdict.as_json() | {"titles": titles, "own": trials, "method": sample.method}
