"""Evidence from values and from headers, and what outweighs what."""

from __future__ import annotations

from datetime import date

import pytest

from intelligence.classification import Column, classify
from tests.intelligence.columns import CARDS, IBANS, MAILS, ORDERS, SSNS, digits, verdict


@pytest.mark.parametrize(("family", "values"), [("email", MAILS), ("iban", IBANS), ("credit_card", CARDS), ("us_ssn", SSNS)])
@pytest.mark.parametrize("header", ["", "col_3", "order_id", "product", "status"])
def test_values_outweigh_a_missing_or_lying_header(family: str, values: tuple[str, ...], header: str) -> None:
    assert verdict(header, values).family == family


def test_a_header_alone_does_not_make_mail_of_dates() -> None:
    assert verdict("email", ["2024-01-05", "2024-02-06", "2024-03-07"]).entity is None


@pytest.mark.parametrize("header", ["ssn", "social_security_number", "", "order_no"])
def test_order_numbers_that_look_like_social_security_numbers_are_none(header: str) -> None:
    assert verdict(header, ORDERS).family != "us_ssn"


def test_the_header_decides_what_nine_digits_are() -> None:
    numbers = [number for number in digits(60, 9) if number[0] in "12345" and number[3:5] != "00" and number[5:] != "0000"]
    assert verdict("ssn", numbers).entity == "US_SSN"
    assert verdict("passport_no", numbers).family == "passport"
    assert verdict("", numbers).entity is None


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("card_ref", [str(int(card) + 1) for card in CARDS]),
        ("sku", ["9286372594038944", "9674226408557863", "9652862306637625", "9688588695232581"]),
        ("file_key", ["a30f398fbd58d24bb5ec358f223e831d", "39f469499634cfc235227efa4f4c8db0"]),
        ("", ["5448aa44-9989-4469-abea-2d389ab90724", "47c1ca1d-9ee4-4ce8-a092-fa6b0e67fba5"]),
        ("price", ["46.31", "102.45", "42.56", "10.51"]),
        ("updated_at", ["2018-07-10 00:51:33", "2021-05-06 11:09:18", "2015-02-28 02:01:02"]),
        ("mobile_ts", ["1507328006703", "1519213189792", "1754632354977"]),
        ("row_id", [str(number) for number in range(1, 60)]),
        ("dependency", ["indigo-indigo@4.19.2", "vector-yarrow@4.24.3"]),
        ("build", ["4.1.4.8066", "4.7.1.8981", "9.16.4.5704", "1.2.3.4"]),
        ("color", ["white", "black", "red"]),
        ("first_name", ["March", "April", "June", "May"]),
        ("discount", ["69", "72", "11", "55"]),
        ("email_template", ["welcome", "reset", "goodbye"]),
    ],
)
def test_look_alikes_are_not_sensitive(header: str, values: list[str]) -> None:
    assert verdict(header, values).family is None


def test_recent_dates_are_no_dates_of_birth_and_old_ones_are() -> None:
    this_year = date.today().year
    assert verdict("date", [f"{this_year - at % 5}-03-{at + 1:02d}" for at in range(20)]).family is None
    assert verdict("", [f"{1945 + 2 * at}-03-{at + 1:02d}" for at in range(25)]).family == "date_of_birth"


def test_neighbours_help() -> None:
    names = ["Anna", "Ben", "Zzyxa", "Qwopo", "Emil", "Vbnmo"]
    alone = classify([Column("", names)])[0]
    beside = classify([Column("", names), Column("last_name", ["Smith", "Meyer", "Dupont"]), Column("email", MAILS)])[0]
    assert dict(beside.candidates)["FIRST_NAME"] > dict(alone.candidates)["FIRST_NAME"]


def test_the_reason_is_a_sentence_with_figures() -> None:
    found = verdict("konto", IBANS)
    assert found.reason == "5 of 5 distinct values pass the checks of an IBAN; the header says “konto”."
    assert 0.9 < found.score <= 1 and found.candidates[0][0] == "IBAN_CODE"


def test_entities_carry_their_country() -> None:
    assert verdict("", ["29738577104", "25197083267", "47859183024"] * 2).entity == "DE_TAX_ID"
    assert verdict("cpf", ["913.515.005-03", "451.717.678-90"]).entity == "BR_CPF"


def test_what_a_driver_returns_is_understood() -> None:
    assert verdict("dob", [date(1950 + at, 1, 2) for at in range(30)], kind="date").family == "date_of_birth"
    assert verdict("doc", [{"contact": {"mail": mail}} for mail in MAILS], kind="json").family == "email"
    assert verdict("is_active", [True, False, None], kind="boolean").family is None
    assert verdict("blob", [b"\xff\xfe\x00", b"\x00\x01"]).family is None


def test_addresses_of_both_versions_in_one_column_are_addresses() -> None:
    mixed = [f"203.0.113.{at % 250}" if at % 3 else f"2001:db8::{at:x}" for at in range(600)]
    assert classify([Column("ip", mixed)])[0].entity == "IPV4_ADDRESS"
    assert classify([Column("ip", [f"2001:db8::{at:x}" for at in range(300)] + mixed[:30])])[0].entity == "IPV6_ADDRESS"
