"""Two workers at the same dataset at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from governance.catalog.models import Dataset, DatasetVersion, Decision, Field
from governance.catalog.services import decide, edit_dataset, register_structures
from governance.core.access import SYSTEM
from governance.core.models import Event
from tests.factories import dataset_info, find, make_dataset, make_field, make_source, verdict

pytestmark = pytest.mark.django_db(transaction=True)


def together(*work: Callable[[], Any]) -> list[Any]:
    """Run on as many threads, started at one moment."""
    gate = Barrier(len(work))

    def run(one: Callable[[], Any]) -> Any:
        try:
            gate.wait(10)
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result(30) for future in [pool.submit(run, one) for one in work]]


def test_two_workers_register_the_same_datasets_once() -> None:
    source = make_source()
    infos = [dataset_info(f"t{at}", tuple(f"c{n}" for n in range(5))) for at in range(40)]
    changes = together(
        lambda: [one.change for one in register_structures(source, infos, scan_id=1, actor=SYSTEM)],
        lambda: [one.change for one in register_structures(source, infos[::-1], scan_id=1, actor=SYSTEM)],
    )
    assert sorted(changes[0] + changes[1]) == ["new"] * 40 + ["same"] * 40
    assert (Dataset.objects.count(), Field.objects.count(), DatasetVersion.objects.count()) == (40, 200, 40)
    assert Event.objects.filter(type="catalog.dataset.registered").count() == 40


def test_two_workers_with_overlapping_lists_do_not_wait_for_each_other_for_ever() -> None:
    source = make_source()
    infos = [dataset_info(f"t{at}") for at in range(30)]
    together(*(lambda part=part: register_structures(source, part, scan_id=1, actor=SYSTEM) for part in (infos[:20], infos[10:], infos[5:25][::-1])))
    assert Dataset.objects.count() == 30


def test_edits_at_once_are_versions_one_after_the_other() -> None:
    dataset = make_dataset()
    together(*(lambda at=at: edit_dataset(dataset, description=f"text {at}", actor=SYSTEM) for at in range(4)))
    assert sorted(dataset.versions.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_a_decision_during_a_scan_is_kept() -> None:
    field = make_field()
    dataset = Dataset.objects.get()
    together(
        lambda: [find(dataset, {"email": verdict("username")}, scan_id=at) for at in range(5)],
        lambda: decide(field, verdict="reject", actor=SYSTEM),
    )
    decision = Decision.objects.get()
    kept = Field.objects.get(pk=field.pk)
    assert (kept.state == "rejected") == (decision.entity == "USERNAME")
    assert kept.suggested_entity == "USERNAME"
