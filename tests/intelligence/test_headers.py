"""What a header claims, in many languages and spellings."""

from __future__ import annotations

import pytest

from intelligence.classification.headers import STRONG, fold, read


@pytest.mark.parametrize(
    ("header", "family"),
    [
        ("custTelNo", "phone"),
        ("E-Mail", "email"),
        ("Geburtsdatum", "date_of_birth"),
        ("fecha_nacimiento", "date_of_birth"),
        ("生年月日", "date_of_birth"),
        ("фамилия", "last_name"),
        ("NumeroSecuriteSociale", "national_id"),
        ("PstlCd", "postal_code"),
        ("kundenpostleitzahl", "postal_code"),
        ("billing_address_city", "city"),
        ("手机号", "phone"),
    ],
)
def test_a_clear_header_claims_its_family(header: str, family: str) -> None:
    claims = read(header).claims
    assert max(claims, key=lambda concept: claims[concept][0]) == family
    assert claims[family][0] >= 0.7 * STRONG


@pytest.mark.parametrize("header", ["", "col_3", "F5", "Unnamed: 2", "value", "field1"])
def test_a_generic_header_says_nothing(header: str) -> None:
    assert read(header).is_neutral and not read(header).claims


@pytest.mark.parametrize("header", ["email_template", "birthday_campaign_start", "ip_version", "card_type_code"])
def test_the_last_word_can_take_a_claim_back(header: str) -> None:
    assert all(weight < 1 for weight, _ in read(header).claims.values())


def test_both_german_spellings_meet() -> None:
    assert fold("Straße Müller") == fold("STRASSE MUELLER")


@pytest.mark.parametrize("header", ["\ud800", "a" * 5_000, "\x00", "🙂", "﷽" * 50])
def test_no_header_breaks_the_reader(header: str) -> None:
    assert read(header).benign == ""
