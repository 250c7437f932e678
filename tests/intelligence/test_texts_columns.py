"""Columns of free text: what is told about them, and who judged."""

from __future__ import annotations

from intelligence.classification import classify
from intelligence.classification.preparation import Facts, prepare
from intelligence.classification.recognizers.text import FreeText, judged
from intelligence.classification.texts.engine import engine_name
from intelligence.classification.types import Column, Evidence

NOTES = [
    "Spoke with Margaret Ellwood about the broken heater.",
    "Herr Brandt möchte den Termin auf Montag verschieben.",
    "La cliente, Sylvie Marchand, n'a pas reçu le colis.",
    "Heating was checked and works again.",
    "Paula Nogueira pediu uma segunda via da fatura.",
    "El técnico habló con Lucía Ferrer por la tarde.",
]
PLAIN = ["The heater was checked and works again.", "Please restart the printer and try it once more.", "The delivery was late because of the storm."]


def evidence(texts: list[str]) -> Evidence:
    facts = Facts(prepare(Column("note", texts)))
    found = FreeText().score("free_text", facts, [], len(facts.texts))
    assert found is not None
    return found


def test_names_alone_make_a_text_personal_and_the_evidence_says_who_judged() -> None:
    told = evidence(NOTES)
    assert told.weight > 4 and told.matched >= 4
    assert "names in" in told.detail and ("spacy 1" in told.detail or "minilm 1" in told.detail)


def test_texts_about_nobody_are_not_personal() -> None:
    told = evidence(PLAIN)
    assert told.matched == 0 and told.weight < 0


def test_where_patterns_are_enough_the_model_is_not_asked() -> None:
    judge, _, kinds, found = judged([f"Please write to office{at}@example.org about it." for at in range(10)])
    assert judge == "the patterns" and found == 10 and kinds["e-mail addresses"] == 10


def test_towns_days_and_companies_alone_are_not_personal() -> None:
    assert judged(["The train from Berlin to Hamburg leaves on Monday, 3 March 2025."])[3] == 0


def test_the_verdict_says_which_engine_read_the_texts() -> None:
    notes = [f"Please call Mrs. Sarah Whitfield back about ticket {at}, she waits." for at in range(30)]
    read, other = classify([Column("note", notes), Column("email", [f"p{at}@firm.example" for at in range(30)])])
    assert read.judge["text"] == engine_name() and other.judge["text"] == ""
