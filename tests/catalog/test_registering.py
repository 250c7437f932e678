"""What a scan lists becomes the catalog."""

from __future__ import annotations

import pytest

from governance.catalog.models import Dataset, DatasetVersion, Field
from governance.catalog.services import mark_vanished, register_structures
from governance.core.access import SYSTEM
from governance.core.errors import NotFound
from governance.core.models import Event
from governance.sources.connectors.base import DatasetInfo, FieldInfo
from governance.sources.models import Source
from tests.factories import dataset_info, find, make_dataset, make_field, make_source, verdict

pytestmark = pytest.mark.django_db


def register(source: Source, *infos: DatasetInfo) -> list[str]:
    return [one.change for one in register_structures(source, infos, scan_id=7, actor=SYSTEM)]


def test_a_new_dataset_is_registered_with_its_fields_a_version_and_a_fact() -> None:
    source = make_source()
    assert register(source, dataset_info("customers", ("id", "email"), rows=12, size=99)) == ["new"]
    dataset = Dataset.objects.get()
    assert (dataset.name, dataset.path, dataset.rows, dataset.field_count, dataset.version) == ("customers", ["main"], 12, 2, 1)
    assert [(field.name, field.position) for field in dataset.fields.all()] == [("id", 1), ("email", 2)]
    assert dataset.versions.get().fields[1]["name"] == "email"
    assert Event.objects.get(type="catalog.dataset.registered").dataset_id == dataset.pk


def test_registering_twice_changes_nothing() -> None:
    source = make_source()
    register(source, dataset_info("a"), dataset_info("b"))
    before = Event.objects.count()
    assert register(source, dataset_info("a"), dataset_info("b")) == ["same", "same"]
    assert (Dataset.objects.count(), DatasetVersion.objects.count(), Event.objects.count()) == (2, 2, before)


def test_an_added_and_a_removed_field_make_a_version_that_names_them() -> None:
    source = make_source()
    register(source, dataset_info("a", ("id", "old", "name")))
    assert register(source, dataset_info("a", ("id", FieldInfo("name", "text", "text", 3), FieldInfo("new", "integer", "integer", 4)))) == ["changed"]
    version = DatasetVersion.objects.first()
    assert version is not None and version.number == 2 and version.change == {"added": ["new"], "removed": ["old"]}
    assert Field.objects.get(name="old").gone is not None
    assert Dataset.objects.get().version == 2


def test_a_changed_type_is_told_with_before_and_after() -> None:
    source = make_source()
    register(source, dataset_info("a", ("id",)))
    register(source, dataset_info("a", (FieldInfo("id", "integer", "integer", 1),)))
    version = DatasetVersion.objects.first()
    assert version is not None and version.change == {"changed": [{"name": "id", "before": {"type": "text"}, "after": {"type": "integer"}}]}


def test_a_renamed_field_keeps_its_row_and_what_people_said() -> None:
    dataset = make_dataset(fields=("id", "mail", "name", "city"))
    field = make_field(dataset, "mail")
    Field.objects.filter(pk=field.pk).update(description="Where we write to")
    register(dataset.source, dataset_info(dataset.name, ("id", "e_mail", "name", "city")))
    renamed = Field.objects.get(pk=field.pk)
    assert (renamed.name, renamed.description, renamed.gone) == ("e_mail", "Where we write to", None)
    assert dataset.versions.all()[0].change == {"renamed": [{"before": "mail", "after": "e_mail"}]}


def test_another_layout_is_no_renaming() -> None:
    source = make_source()
    register(source, dataset_info("a", ("w", "x", "y", "z")))
    register(source, dataset_info("a", ("k", "l", "m", "z")))
    assert set(Field.objects.exclude(gone=None).values_list("name", flat=True)) == {"w", "x", "y"}


def test_a_field_that_comes_back_is_there_again_with_its_history() -> None:
    dataset = make_dataset(fields=("id", "email"))
    field = make_field(dataset)
    register(dataset.source, dataset_info(dataset.name, ("id",)))
    assert Dataset.objects.get().sensitive_fields == 0
    register(dataset.source, dataset_info(dataset.name, ("id", "email")))
    back = Field.objects.get(pk=field.pk)
    assert (back.gone, back.entity) == (None, "EMAIL_ADDRESS")
    assert Dataset.objects.get().sensitive_fields == 1


def test_only_what_a_complete_listing_lacks_vanishes_and_it_can_come_back() -> None:
    source = make_source()
    register(source, dataset_info("a"), dataset_info("b"))
    register(source, dataset_info("a"))
    assert not Dataset.objects.exclude(gone=None).exists()
    assert mark_vanished(source, {"main.a"}, scan_id=8, actor=SYSTEM) == 1
    assert Dataset.objects.exclude(gone=None).get().name == "b"
    assert Event.objects.filter(type="catalog.dataset.vanished").count() == 1
    assert register(source, dataset_info("b")) == ["changed"]
    assert Event.objects.get(type="catalog.dataset.changed").data["has_reappeared"] is True
    assert not Dataset.objects.exclude(gone=None).exists()


def test_marking_vanished_twice_tells_it_once() -> None:
    source = make_source()
    register(source, dataset_info("a"))
    assert [mark_vanished(source, set(), scan_id=8, actor=SYSTEM) for _ in range(2)] == [1, 0]


def test_names_that_the_database_does_not_take_are_kept_readable() -> None:
    source = make_source()
    names = ('qu"ote', "sp ace", "nul\x00byte", "lone\ud800", "😀", "x" * 5000, "'; drop table catalog_field; --")
    register(source, dataset_info("we\x00ird", names))
    assert Field.objects.count() == len(names)
    assert register(source, dataset_info("we\x00ird", names)) == ["same"]


def test_a_dataset_that_could_not_be_read_keeps_the_structure_it_had() -> None:
    source = make_source()
    register(source, dataset_info("a", ("id", "email")))
    assert register(source, dataset_info("a", (), error="The file is truncated.")) == ["same"]
    assert Field.objects.filter(gone=None).count() == 2


def test_a_source_that_was_removed_meanwhile_is_told() -> None:
    dataset = make_dataset()
    source = dataset.source
    Source.objects.filter(pk=source.pk).delete()
    with pytest.raises(NotFound, match="removed"):
        register(source, dataset_info("a"))
    with pytest.raises(NotFound, match="removed"):
        find(dataset, {"email": verdict()})


def test_what_people_said_survives_a_change_of_structure() -> None:
    dataset = make_dataset(description="All customers", certification="certified")
    register(dataset.source, dataset_info(dataset.name, ("id", "email", "phone")))
    dataset.refresh_from_db()
    assert (dataset.description, dataset.certification, dataset.field_count) == ("All customers", "certified", 3)
    assert dataset.versions.all()[0].curation == {"description": "All customers", "certification": "certified"}


def test_a_measured_size_outlives_the_estimate_while_the_source_says_nothing_changed() -> None:
    source = make_source()
    register(source, dataset_info("a", rows=10, fingerprint="f1"))
    Dataset.objects.update(rows=12, scanned="2026-01-01T00:00Z", scanned_fingerprint="f1")
    register(source, dataset_info("a", rows=10, fingerprint="f1"))
    assert Dataset.objects.get().rows == 12 and Dataset.objects.get().is_up_to_date
    register(source, dataset_info("a", rows=11, fingerprint="f2"))
    assert Dataset.objects.get().rows == 11 and not Dataset.objects.get().is_up_to_date
