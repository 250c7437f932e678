"""The demo's generator."""

from __future__ import annotations

import random

from stdnum import iban, luhn, verhoeff
from stdnum.br import cpf
from stdnum.es import dni
from stdnum.fr import nir
from stdnum.pl import pesel

from governance.demo import people

MADE = list(people.people(3000, seed=4))


def test_the_same_seed_makes_the_same_people() -> None:
    assert list(people.people(50, seed=4)) == MADE[:50]


def test_every_iban_passes_its_checksum() -> None:
    numbers = [one.iban for one in MADE if one.iban]
    assert len(numbers) > 500 and all(map(iban.is_valid, numbers))


def test_identity_numbers_pass_the_checks_of_their_country() -> None:
    checks = {"ES": dni.is_valid, "PL": pesel.is_valid, "FR": nir.is_valid, "BR": cpf.is_valid}
    for country, check in checks.items():
        numbers = [one.identity for one in MADE if one.country == country and one.identity]
        assert numbers and all(check(number) for number in numbers), country


def test_cards_and_aadhaar_numbers_pass_theirs() -> None:
    dice = random.Random(1)
    assert all(luhn.is_valid(people.card(dice)) and verhoeff.is_valid(people.aadhaar(dice)) for _ in range(50))


def test_names_come_in_several_scripts() -> None:
    letters = "".join(one.full for one in MADE)
    assert all(any(low <= char <= high for char in letters) for low, high in (("α", "ω"), ("а", "я"), ("一", "龥")))
