"""What people read for an entity, the same on every page, in alerts, e-mails and texts; programs get the identifier."""

from __future__ import annotations

from functools import cache

from intelligence.classification.families import FAMILIES, GENERIC
from intelligence.classification.patterns import catalogue
from intelligence.classification.recognizers.base import Recognizer

ARTICLES = ("a ", "an ")


def title(entity: str) -> str:
    """`CREDIT_CARD` is a “Payment card number”, `ES_NIF` a “Spanish DNI”; somebody's own `CUSTOMER_NUMBER` is a “Customer number”."""
    return titles().get(entity) or _capital(entity.replace("_", " ").lower())


@cache
def titles() -> dict[str, str]:
    """The titles of all entities that the portal itself recognises."""
    found: dict[str, str] = {}
    for one in catalogue().all.values():
        if one.entity:
            found.setdefault(one.entity, _capital(_bare(one)))
    return found | {entity: FAMILIES[family][0] for family, entity in GENERIC.items()}


def _bare(recognizer: Recognizer) -> str:
    """The recognizer's own words without the article that its sentences need."""
    words = recognizer.title
    return next((words.removeprefix(article) for article in ARTICLES if words.startswith(article)), words)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
