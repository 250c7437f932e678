"""The change of a fact names what it holds by id."""

from __future__ import annotations

from typing import Any

import pytest

from governance.catalog.models import Domain, Tag
from governance.core.events.naming import named
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_ids_of_a_change_become_names_and_what_is_gone_says_so() -> None:
    sales, late, owner = Domain.objects.create(name="Sales"), Tag.objects.create(name="late"), make_user("viewer", name="ada")
    before: dict[str, Any] = {"domain": None, "mail.tags": [], "owners": [], "description": "old"}
    after: dict[str, Any] = {"domain": sales.pk, "mail.tags": [late.pk, 10**6], "owners": [owner.pk], "description": "new"}
    told = named("catalog.dataset.edited", {"before": before, "after": after})
    assert told["after"] == {"domain": "Sales", "mail.tags": "1000000 (gone), late", "owners": "ada", "description": "new"}
    assert told["before"] == {"domain": None, "mail.tags": None, "owners": None, "description": "old"}


def test_other_facts_stay_as_they_are() -> None:
    change = {"before": {"tags": [1]}, "after": {"tags": [1, 2]}}
    assert named("alerts.rule.updated", change) == change
