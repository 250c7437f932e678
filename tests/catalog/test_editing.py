"""What people say of datasets, its history, and what grants have to do with it."""

from __future__ import annotations

import pytest

from governance.catalog.models import Dataset, Domain, Tag
from governance.catalog.services import create_tag, edit_dataset, edit_field, edit_many, merge_tags, restore_version, update_domain
from governance.core.access import SYSTEM
from governance.core.errors import Conflict, Denied, InvalidInput
from governance.core.models import Event
from tests.factories import actor_for, grant, make_dataset, make_field, make_team, make_user

pytestmark = pytest.mark.django_db


def test_an_edit_is_a_version_and_a_fact_with_before_and_after() -> None:
    dataset = edit_dataset(make_dataset(), description="All customers", actor=SYSTEM)
    assert dataset.version == 2
    assert dataset.versions.all()[0].change == {"description": {"before": "", "after": "All customers"}}
    assert Event.objects.get(type="catalog.dataset.edited").data["change"]["after"] == {"description": "All customers"}


def test_an_edit_that_changes_nothing_is_no_version() -> None:
    dataset = edit_dataset(make_dataset(description="x"), description="x", actor=SYSTEM)
    assert dataset.version == 1


def test_restoring_brings_back_everything_people_said() -> None:
    domain, tag, owner, team = Domain.objects.create(name="Sales"), Tag.objects.create(name="pii"), make_user(), make_team()
    dataset = make_dataset()
    edit_dataset(
        dataset, description="old", domain=domain.pk, tags=[tag.pk], owners=[owner.pk], owner_teams=[team.pk], certification="certified", actor=SYSTEM
    )
    edit_dataset(dataset, description="new", domain=None, tags=[], owners=[], owner_teams=[], certification="", actor=SYSTEM)
    restored = restore_version(dataset, 2, actor=SYSTEM)
    assert (restored.description, restored.domain, restored.certification, restored.version) == ("old", domain, "certified", 4)
    assert (list(restored.tags.all()), list(restored.owners.all()), list(restored.owner_teams.all())) == ([tag], [owner], [team])


def test_restoring_leaves_out_what_was_deleted_since() -> None:
    tag = Tag.objects.create(name="pii")
    dataset = edit_dataset(make_dataset(), description="old", tags=[tag.pk], actor=SYSTEM)
    tag.delete()
    edit_dataset(dataset, description="new", actor=SYSTEM)
    assert restore_version(dataset, 2, actor=SYSTEM).description == "old"


def test_restoring_brings_back_what_was_said_of_fields() -> None:
    field = edit_field(make_field(), description="Where we write to", actor=SYSTEM)
    edit_field(field, description="", actor=SYSTEM)
    restore_version(field.dataset, 2, actor=SYSTEM)
    field.refresh_from_db()
    assert field.description == "Where we write to"


def test_an_undo_of_what_was_changed_again_is_refused() -> None:
    dataset = edit_dataset(make_dataset(), description="one", actor=SYSTEM)
    edit_dataset(dataset, description="two", actor=SYSTEM)
    with pytest.raises(Conflict, match="meanwhile"):
        restore_version(dataset, 1, expected=2, actor=SYSTEM)


def test_a_bulk_edit_adds_and_removes_and_leaves_the_rest() -> None:
    old, kept, new = (Tag.objects.create(name=name) for name in ("old", "kept", "new"))
    datasets = [make_dataset(), make_dataset()]
    edit_dataset(datasets[0], tags=[old.pk, kept.pk], actor=SYSTEM)
    edit_many(datasets, add={"tags": [new.pk]}, remove={"tags": [old.pk]}, certification="deprecated", actor=SYSTEM)
    assert [sorted(tag.name for tag in one.tags.all()) for one in Dataset.objects.order_by("pk")] == [["kept", "new"], ["new"]]
    assert set(Dataset.objects.values_list("certification", flat=True)) == {"deprecated"}


def test_a_bulk_edit_is_all_or_none() -> None:
    mine, other = make_dataset(), make_dataset()
    with pytest.raises(Denied):
        edit_many([mine, other], description="x", actor=actor_for(make_user("steward", mine)))
    assert set(Dataset.objects.values_list("description", flat=True)) == {""}


def test_putting_data_under_a_tag_that_gives_access_takes_an_administrator() -> None:
    dataset, tag = make_dataset(), Tag.objects.create(name="open")
    grant(make_user(), "viewer", tag)
    with pytest.raises(Denied, match="administrator"):
        edit_dataset(dataset, tags=[tag.pk], actor=actor_for(make_user("steward")))
    assert edit_dataset(dataset, tags=[tag.pk], actor=actor_for(make_user("administrator"))).version == 2


def test_a_domain_below_one_that_gives_access_is_guarded_too() -> None:
    above = Domain.objects.create(name="Finance")
    below = Domain.objects.create(name="Payroll", parent=above)
    grant(make_user(), "viewer", above)
    with pytest.raises(Denied):
        edit_dataset(make_dataset(), domain=below.pk, actor=actor_for(make_user("steward")))


def test_what_does_not_exist_is_named() -> None:
    with pytest.raises(InvalidInput, match="tag 999"):
        edit_dataset(make_dataset(), tags=[999], actor=SYSTEM)


def test_merging_moves_everything_to_the_other_tag() -> None:
    one, other, field = Tag.objects.create(name="personal"), Tag.objects.create(name="pii"), make_field()
    edit_dataset(field.dataset, tags=[one.pk, other.pk], actor=SYSTEM)
    edit_field(field, tags=[one.pk], actor=SYSTEM)
    merge_tags(one, into=other, actor=SYSTEM)
    assert [tag.name for tag in Tag.objects.all()] == ["pii"]
    assert list(field.tags.all()) == list(field.dataset.tags.all()) == [other]


def test_two_tags_cannot_have_one_name_in_another_case() -> None:
    create_tag(name="PII", actor=SYSTEM)
    with pytest.raises(Conflict, match="already"):
        create_tag(name="pii", actor=SYSTEM)


def test_a_domain_cannot_stand_below_itself() -> None:
    above = Domain.objects.create(name="Finance")
    below = Domain.objects.create(name="Payroll", parent=above)
    with pytest.raises(InvalidInput, match="below itself"):
        update_domain(above, parent=below, actor=SYSTEM)


def test_moving_a_domain_below_one_that_gives_access_or_out_of_it_is_an_administrators_business() -> None:
    open_one, secret = Domain.objects.create(name="Open"), Domain.objects.create(name="Salaries")
    inside = Domain.objects.create(name="Inside", parent=open_one)
    grant(make_user(), "viewer", open_one, ceiling="restricted")
    steward = actor_for(make_user("steward"))
    with pytest.raises(Denied):
        update_domain(secret, parent=open_one, actor=steward)
    with pytest.raises(Denied):
        update_domain(inside, is_top=True, actor=steward)
    assert update_domain(secret, parent=open_one, actor=SYSTEM).parent == open_one
