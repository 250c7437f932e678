"""The built-in source."""

from __future__ import annotations

import pytest

from governance.core.access import SYSTEM
from governance.core.errors import Conflict, InvalidInput
from governance.core.models import Event
from governance.sources import builtin
from governance.sources.models import Source
from governance.sources.services import create_source, delete_source, update_source

pytestmark = pytest.mark.django_db


def test_it_is_made_once() -> None:
    builtin.install()
    builtin.install()
    assert list(Source.objects.values_list("name", "kind", "is_builtin")) == [("This portal", "portal", True)]
    assert Event.objects.filter(type="sources.source.created").count() == 1


def test_it_cannot_be_removed_or_pointed_elsewhere() -> None:
    builtin.install()
    source = Source.objects.get()
    with pytest.raises(Conflict):
        delete_source(source, actor=SYSTEM)
    with pytest.raises(InvalidInput):
        update_source(source, config={"host": "elsewhere"}, actor=SYSTEM)


def test_nobody_can_add_a_second_one() -> None:
    with pytest.raises(InvalidInput):
        create_source(name="mine", kind="portal", config={}, actor=SYSTEM)
