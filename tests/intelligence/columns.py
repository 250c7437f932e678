"""Columns that tests classify; the values are made up and belong to nobody."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from intelligence.classification import Column, Settings, Verdict, classify

CARDS = ("4111111111111111", "5555555555554444", "378282246310005", "6011111111111117", "3530111333300000", "5105105105105100")
IBANS = ("DE89370400440532013000", "GB29NWBK60161331926819", "FR1420041010050500013M02606", "NL91ABNA0417164300", "ES9121000418450200051332")
MAILS = tuple(f"{name}@example.org" for name in ("anna", "ben.meyer", "c.dupont", "dora", "emil77"))
SSNS = tuple(f"{random.randint(101, 660)}-{random.randint(10, 99)}-{random.randint(1000, 9999)}" for random in [Random(3)] for _ in range(40))
ORDERS = tuple(f"{random.randint(900, 999)}-{random.randint(10, 99)}-{random.randint(1000, 9999)}" for random in [Random(4)] for _ in range(40))


def verdict(name: str, values: Sequence[object], settings: Settings | None = None, kind: str = "text") -> Verdict:
    """The verdict on one column that stands alone."""
    return classify([Column(name, values, kind)], settings=settings or Settings())[0]


def digits(count: int, length: int, seed: int = 1) -> list[str]:
    """Random numbers of so many digits, without a leading zero."""
    random = Random(seed)
    return [str(random.randrange(10 ** (length - 1), 10**length)) for _ in range(count)]
