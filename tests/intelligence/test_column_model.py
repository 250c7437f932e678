"""The column model: arithmetic that comes out, learning near the start, calibration, and what the shipped one was measured at."""

from __future__ import annotations

from math import exp
from random import Random

import pytest

from intelligence.classification import Column, calibration, classify, model, ngrams
from intelligence.classification.model import ColumnModel
from intelligence.classification.training import columns
from tests.intelligence.columns import IBANS, MAILS


@pytest.mark.parametrize("column", [Column("konto", IBANS), Column("", MAILS), Column("name", ["Anna", "Ben", "Zzyxa", "Qwopo"])])
def test_the_arithmetic_of_a_score_comes_out(column: Column) -> None:
    verdict = classify([column])[0]
    *steps, last = verdict.arithmetic
    total = sum(float(step["value"]) for step in steps)
    assert last == {"label": "calibrated score", "value": verdict.score}
    assert 1 / (1 + exp(-total)) == pytest.approx(verdict.score, abs=0.001)


def test_a_verdict_names_its_judge_and_keeps_numbers_only() -> None:
    verdict = classify([Column("mail", MAILS)])[0]
    assert verdict.judge["model"] == model.shipped().version
    assert verdict.features["values:email"] > 5 and all(isinstance(value, float) for value in verdict.features.values())
    assert not any(mail in str(verdict.as_json()) for mail in MAILS)


def test_the_features_alone_give_the_same_score() -> None:
    for column in (Column("konto", IBANS), Column("x", ["Anna", "Ben", "Emil", "Qwopo"])):
        verdict = classify([column])[0]
        assert model.shipped().judge(verdict.features)[2] == pytest.approx(verdict.score, abs=0.001)


def test_another_model_judges_otherwise() -> None:
    never = ColumnModel(version="never", bias={"email": -40.0})
    verdict = classify([Column("mail", MAILS)], model=never)[0]
    assert verdict.family is None and verdict.judge["model"] == "never"


def test_a_model_survives_its_json() -> None:
    assert ColumnModel.from_json(model.shipped().as_json()) == model.shipped()


def test_learning_moves_towards_decisions_and_stays_near_the_start() -> None:
    rejected: list[tuple[model.Features, str | None]] = [({"values:passport": 4.6, "header:passport": 0.0}, None)] * 60
    learned = model.fit(rejected, model.shipped(), version="own")
    assert learned.bias["passport"] < model.shipped().bias.get("passport", 0.0)
    assert learned.judge(rejected[0][0])[2] < model.shipped().judge(rejected[0][0])[2]
    assert abs(learned.weight("header") - model.shipped().weight("header")) < 0.3


def test_calibration_is_monotone_and_right_on_average() -> None:
    random = Random(3)
    totals = [random.uniform(-6, 6) for _ in range(3_000)]
    rights = [random.random() < calibration.chance(total / 2) for total in totals]
    knots = calibration.learn(totals, rights)
    scores = [calibration.chance(calibration.calibrated(knots, total)) for total in sorted(totals)]
    assert scores == sorted(scores)
    assert calibration.error([calibration.chance(calibration.calibrated(knots, total)) for total in totals], rights) < 0.03


def test_the_look_of_values_is_only_a_hint() -> None:
    verdict = classify([Column("", ["Lindqvarn", "Bergstroth", "Almgrund", "Sjövallen"])])[0]
    assert {key: value for key, value in verdict.features.items() if key.startswith("ngrams:") and abs(value) > ngrams.CAP} == {}


def test_generated_tables_of_languages_never_shown_are_judged_well() -> None:
    from intelligence.classification.training.train import HELD_OUT, examples

    seen = examples(list(columns.tables(60, 77, HELD_OUT)), 77, hidden=0.0)
    figures = model.evaluate(seen, model.shipped())
    assert figures["precision"] > 0.85 and figures["recall"] > 0.75 and figures["false_positives"] < 0.08


def test_wallets_of_several_chains_in_one_column_add_up() -> None:
    mixed = [
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "0xb93ec43146c4261df35eb7601b167f677aba1f33", "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8",
        "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "0xDe0B295669a9FD93d5F28D9Ec85E40f4cb697BAe", "LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9",
    ]  # fmt: skip
    assert classify([Column("", mixed)])[0].family == "crypto_address"


@pytest.mark.parametrize("values", [[" ", "  "], ["١٢/٠٣/١٩٨٥", "٠١/١١/١٩٧٠"], ["1985. 03. 12."]])
def test_blanks_and_foreign_digits_are_read(values: list[str]) -> None:
    verdict = classify([Column("date of birth", values)])[0]
    assert (verdict.family == "date_of_birth") == (verdict.distinct > 0)


@pytest.mark.parametrize("text", ["step 12 went well in court", "order 5 was close to the place", "area 3 is in place"])
def test_sentences_are_no_addresses(text: str) -> None:
    from intelligence.classification.recognizers.contact import StreetAddress

    assert not StreetAddress().is_valid(text) and StreetAddress().is_valid("12 Court Lane")
