"""What grants add up to: roles, scopes, denials, ceilings, and that the filter and the point check agree."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import get_args

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from governance.catalog.models import Dataset, Domain, Field, Tag
from governance.core.access import ACTIONS, ANONYMOUS, SYSTEM, Action, Actor, mask, may, visible
from governance.core.events import record
from governance.core.models import Event
from governance.sources.models import Source
from intelligence.models import RuleSet
from security.access.holdings import ROLES
from security.access.models import Grant
from security.identity.models import Team, Token
from tests.factories import actor_for, grant, make_dataset, make_field, make_source, make_team, make_user

pytestmark = pytest.mark.django_db
EVERY_ACTION: list[Action] = list(get_args(Action))


@pytest.mark.parametrize("role", list(ROLES))
@pytest.mark.parametrize("action", EVERY_ACTION)
def test_a_role_on_a_source_gives_its_actions_there_and_nowhere_else(role: str, action: Action) -> None:
    mine, other = make_source(), make_source()
    actor = actor_for(make_user(role, mine))
    assert may(actor, action, mine) is (action in ROLES[role])
    assert not may(actor, action, other)
    assert list(visible(actor, Source.objects.all(), action)) == ([mine] if action in ROLES[role] else [])


def test_the_five_roles_are_those_of_the_design() -> None:
    assert {
        "viewer": {"view", "preview"},
        "steward": {"view", "preview", "edit", "decide"},
        "engineer": {"view", "preview", "scan", "manage"},
        "auditor": {"view", "audit"},
        "administrator": set(ACTIONS),
    } == ROLES


def test_a_grant_on_a_source_covers_its_datasets_fields_and_facts() -> None:
    dataset, other = make_dataset(), make_dataset()
    actor = actor_for(make_user("viewer", dataset.source))
    assert set(visible(actor, Dataset.objects.all())) == {dataset}
    assert set(visible(actor, Field.objects.all())) == set(dataset.fields.all())
    assert {event.source_id for event in visible(actor, Event.objects.all())} == {dataset.source_id}
    assert other.source_id in Event.objects.values_list("source_id", flat=True)


def test_a_grant_on_a_dataset_shows_neither_its_neighbours_nor_its_source() -> None:
    source = make_source()
    dataset = make_dataset(source)
    make_dataset(source)
    actor = actor_for(make_user("viewer", dataset))
    assert set(visible(actor, Dataset.objects.all())) == {dataset}
    assert not visible(actor, Source.objects.all()) and not may(actor, "view", source)
    assert {event.dataset_id for event in visible(actor, Event.objects.all())} == {dataset.pk}


def test_a_grant_on_a_domain_covers_the_domains_below_it_and_facts_of_their_datasets() -> None:
    top = Domain.objects.create(name="Sales")
    below = Domain.objects.create(name="Retail", parent=top)
    inside, outside = make_dataset(domain=below), make_dataset()
    actor = actor_for(make_user("steward", top))
    assert set(visible(actor, Dataset.objects.all(), "edit")) == {inside}
    assert may(actor, "edit", inside) and not may(actor, "view", outside)
    facts = visible(actor, Event.objects.all())
    assert {event.dataset_id for event in facts} == {inside.pk} and all(may(actor, "view", event) for event in facts)


def test_a_row_with_two_granted_tags_is_shown_once() -> None:
    dataset = make_dataset()
    tags = [Tag.objects.create(name="pii"), Tag.objects.create(name="finance")]
    dataset.tags.set(tags)
    user = make_user()
    for tag in tags:
        grant(user, "viewer", tag)
    assert list(visible(actor_for(user), Dataset.objects.all())) == [dataset]
    assert may(actor_for(user), "view", dataset) and set(visible(actor_for(user), Field.objects.all())) == set(dataset.fields.all())


def test_denial_comes_first() -> None:
    source = make_source()
    hidden, shown = make_dataset(source), make_dataset(source)
    user = make_user("administrator")
    grant(user, "viewer", hidden, effect="deny")
    actor = actor_for(user)
    assert set(visible(actor, Dataset.objects.all())) == {shown}
    assert not any(may(actor, action, hidden) for action in EVERY_ACTION) and may(actor, "manage", source)
    assert hidden.pk not in visible(actor, Event.objects.all()).values_list("dataset_id", flat=True)


def test_denying_a_steward_leaves_the_view() -> None:
    dataset = make_dataset()
    user = make_user("steward")
    grant(user, "steward", dataset.source, effect="deny")
    actor = actor_for(user)
    assert may(actor, "view", dataset) and not may(actor, "edit", dataset) and not may(actor, "decide", dataset)


def test_denying_everywhere_leaves_nothing_but_ones_own() -> None:
    user = make_user("viewer")
    grant(user, "viewer", effect="deny")
    make_dataset()
    assert not visible(actor_for(user), Dataset.objects.all()) and not visible(actor_for(user), Domain.objects.all())
    assert list(visible(actor_for(user), User.objects.all())) == [user]


def test_superusers_may_everything_and_no_denial_binds_them() -> None:
    user = make_user("viewer", effect="deny", is_superuser=True)
    dataset = make_dataset()
    assert all(may(actor_for(user), action, dataset) and may(actor_for(user), action) for action in EVERY_ACTION)


@pytest.mark.parametrize("role", ["", "administrator"])
def test_inactive_people_may_nothing(role: str) -> None:
    user = make_user(role, is_active=False, is_superuser=not role)
    dataset = make_dataset()
    actor = actor_for(user)
    assert not any(may(actor, action, one) for action in EVERY_ACTION for one in (None, dataset, user))
    assert not visible(actor, Dataset.objects.all()) and not visible(actor, User.objects.all())


def test_a_grant_ends_when_it_expires() -> None:
    source = make_source()
    actor = actor_for(make_user("viewer", source))
    assert may(actor, "view", source)
    Grant.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not may(actor, "view", source) and not visible(actor, Source.objects.all())


def test_grants_of_teams_and_of_everyone_reach_their_people() -> None:
    mine, all_of_us = make_source(), make_source()
    member, stranger = make_user(), make_user()
    Grant.objects.create(team=make_team(members=[member]), role="viewer", scope="source", scope_id=mine.pk)
    Grant.objects.create(everyone=True, role="viewer", scope="source", scope_id=all_of_us.pk)
    assert set(visible(actor_for(member), Source.objects.all())) == {mine, all_of_us}
    assert set(visible(actor_for(stranger), Source.objects.all())) == {all_of_us}


def test_facts_without_a_source_are_for_portal_wide_auditors() -> None:
    source = make_source()
    record("security.login.failed", actor=ANONYMOUS)
    fact = Event.objects.get(type="security.login.failed")
    for role, scope, sees in (("viewer", None, False), ("auditor", source, False), ("auditor", None, True), ("administrator", None, True)):
        actor = actor_for(make_user(role, scope))
        assert may(actor, "view", fact) is sees and visible(actor, Event.objects.filter(pk=fact.pk)).exists() is sees


def test_tags_domains_teams_and_names_are_seen_with_any_grant_and_not_without() -> None:
    rows = [Tag.objects.create(name="pii"), Domain.objects.create(name="Sales"), make_team(), make_user()]
    guest, stranger = actor_for(make_user("viewer", make_source())), actor_for(make_user())
    for row in rows:
        assert may(guest, "view", row) and not may(stranger, "view", row)
        assert row in visible(guest, type(row)._default_manager.all()) and row not in visible(stranger, type(row)._default_manager.all())
        assert not may(guest, "administer", row)


def test_what_no_scope_can_name_takes_a_role_on_the_whole_portal() -> None:
    rule_set = RuleSet.objects.create(name="strict")
    assert not may(actor_for(make_user("engineer", make_source())), "manage", rule_set)
    assert may(actor_for(make_user("engineer")), "manage", rule_set) and may(actor_for(make_user("engineer")), "manage")


def test_tokens_and_grants_are_seen_by_their_own_and_by_administrators() -> None:
    owner, auditor, boss = make_user("viewer"), make_user("auditor"), make_user("administrator")
    token = Token.objects.create(user=owner, name="mine", prefix="gov_", digest=b"1" * 32)
    given = Grant.objects.get(user=owner)
    for row in (token, given):
        seen_by = [one for one in (owner, auditor, boss) if visible(actor_for(one), type(row)._default_manager.filter(pk=row.pk)).exists()]
        assert seen_by == [owner, boss]


def test_values_above_the_ceiling_are_masked() -> None:
    field = make_field(family="us_ssn", name="ssn")
    Field.objects.filter(pk=field.pk).update(sensitivity="restricted")
    low, high = make_user("viewer", ceiling="confidential"), make_user("viewer", field.dataset, ceiling="restricted")
    shown = {user: mask(actor_for(user), Field.objects.get(pk=field.pk), "078-05-1120") for user in (low, high, make_user("auditor"))}
    assert shown[high] == "078-05-1120" and shown[low] == "•••-••-••••" and list(shown.values())[2] == "•••-••-••••"
    assert mask(SYSTEM, field, "078-05-1120") == "078-05-1120" and mask(actor_for(low), field, None) is None


def test_nobody_and_the_portal_itself() -> None:
    dataset = make_dataset()
    assert not visible(ANONYMOUS, Dataset.objects.all()) and not may(ANONYMOUS, "view", dataset)
    assert list(visible(SYSTEM, Dataset.objects.all())) == [dataset] and may(SYSTEM, "administer")
    assert not may(Actor("person", 10**9, "gone"), "view", dataset)


@pytest.mark.parametrize("seed", range(12))
def test_the_filter_and_the_point_check_agree_whatever_the_grants_are(seed: int) -> None:
    chance = random.Random(seed)
    domains = [Domain.objects.create(name="a")]
    domains += [Domain.objects.create(name=name, parent=chance.choice(domains)) for name in "bcd"]
    tags = [Tag.objects.create(name=name) for name in "xyz"]
    sources = [make_source() for _ in range(3)]
    datasets = [make_dataset(chance.choice(sources), domain=chance.choice([None, *domains])) for _ in range(8)]
    for dataset in datasets:
        dataset.tags.set(chance.sample(tags, chance.randint(0, 2)))
    for _ in range(6):
        user = make_user()
        for _ in range(chance.randint(0, 5)):
            scope = chance.choice([None, *sources, *datasets, *domains, *tags])
            grant(user, chance.choice(list(ROLES)), scope, effect=chance.choice(["allow", "allow", "allow", "deny"]))
        actor = actor_for(user)
        for model in (Source, Dataset, Field, Domain, Tag, Event, Team, Grant, User):
            rows = list(model._default_manager.all())
            for action in EVERY_ACTION:
                found = set(visible(actor, model._default_manager.all(), action).values_list("pk", flat=True))
                assert found == {row.pk for row in rows if may(actor, action, row)}, (model, action, list(user.grants.all()))
