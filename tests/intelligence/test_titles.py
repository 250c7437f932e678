"""One title for an entity, wherever people read it."""

from __future__ import annotations

from django.template import Context, Template

from intelligence.classification.families import FAMILIES, GENERIC
from intelligence.classification.patterns import catalogue
from intelligence.classification.titles import title, titles


def test_every_entity_that_is_recognised_has_a_title_of_its_own() -> None:
    known = {one.entity for one in catalogue().all.values() if one.entity} | set(GENERIC.values())
    assert set(titles()) == known
    assert len(set(titles().values())) == len(known)


def test_an_entity_without_a_country_is_called_as_its_family_is() -> None:
    assert {title(entity) for entity in GENERIC.values()} == {label for label, _ in FAMILIES.values()}


def test_a_title_has_no_article_and_a_capital() -> None:
    assert (title("ES_NIF"), title("US_NPI"), title("AT_SVNR")) == ("Spanish DNI", "US provider number (NPI)", "Austrian insurance number")


def test_an_entity_of_a_rule_set_is_written_in_words() -> None:
    assert title("CUSTOMER_NUMBER") == "Customer number"


def test_pages_write_the_title() -> None:
    page = Template("{% load entities %}{{ one|entity_title }}{{ none|entity_title }}")
    assert page.render(Context({"one": "CREDIT_CARD", "none": ""})) == "Payment card number"
