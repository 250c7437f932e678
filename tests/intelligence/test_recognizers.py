"""The contract that every recognizer keeps."""

from __future__ import annotations

import pytest
import re2

from intelligence.classification import Column, classify, families
from intelligence.classification.preparation import Facts, prepare
from intelligence.classification.recognizers.base import Recognizer, recognizers
from intelligence.classification.types import Evidence


def accepts(recognizer: Recognizer, value: str) -> bool:
    return (not recognizer.pattern or re2.fullmatch(recognizer.pattern, value) is not None) and recognizer.is_valid(value)


@pytest.fixture(params=list(recognizers))
def named(request: pytest.FixtureRequest) -> tuple[str, Recognizer]:
    return request.param, recognizers.get(request.param)()


def test_examples_pass_and_counter_examples_do_not(named: tuple[str, Recognizer]) -> None:
    _, recognizer = named
    assert recognizer.examples and recognizer.counter_examples
    assert [value for value in recognizer.examples if not accepts(recognizer, value)] == []
    assert [value for value in recognizer.counter_examples if accepts(recognizer, value)] == []


def test_the_family_is_one_of_the_34(named: tuple[str, Recognizer]) -> None:
    _, recognizer = named
    assert (recognizer.entity is None) == (recognizer.family is None)
    assert recognizer.family is None or recognizer.family in families.FAMILIES
    assert recognizer.entity is None or recognizer.entity == recognizer.entity.upper()


def test_evidence_never_repeats_a_value(named: tuple[str, Recognizer]) -> None:
    name, recognizer = named
    values = [f"{value}" for value in recognizer.examples]
    facts = Facts(prepare(Column("", values)))
    matches = [text for text in facts.texts if recognizer.pattern and re2.fullmatch(recognizer.pattern, text)]
    evidence = recognizer.score(name, facts, matches, len(facts.texts))
    assert evidence is None or (isinstance(evidence, Evidence) and not any(len(value) > 3 and value in evidence.detail for value in values))


def test_what_it_finds_in_a_text_passes_its_own_check(named: tuple[str, Recognizer]) -> None:
    _, recognizer = named
    if recognizer.in_text:
        assert re2.compile(recognizer.in_text).groups >= 0
        assert 0 < recognizer.certainty <= 1


def test_every_family_has_a_recognizer() -> None:
    known = {recognizers.get(name).family for name in recognizers}
    assert set(families.FAMILIES) - known == set()


def test_eighty_entities_of_twenty_countries_are_known() -> None:
    known = [recognizers.get(name) for name in recognizers]
    assert len({one.entity for one in known if one.entity}) >= 80
    assert len({one.country for one in known if one.country}) >= 20


def test_a_column_of_nothing_is_nothing() -> None:
    assert classify([Column("email", []), Column("ssn", [None, "", "n/a"])])[0].entity is None
