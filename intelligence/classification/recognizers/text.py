"""Free text: sentences, some of which name people, accounts or addresses."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import re2

from intelligence.classification.preparation import Facts, spread
from intelligence.classification.recognizers.base import Recognizer, recognizers
from intelligence.classification.types import Evidence

MOST_READ: Final = 100
CLEAR: Final = 0.65
FINDERS: Final = (
    "email",
    "credit_card",
    "iban",
    "ipv4",
    "ipv6",
    "us_ssn",
    "phone",
    "person_name",
    "street",
    "bitcoin",
    "ethereum",
    "uk_nino",
    "provider_key",
    "jwt",
    "connection_string",
    "mac_address",
)


class FreeText(Recognizer):
    entity = "FREE_TEXT_PII"
    family = "free_text_pii"
    label = "text with personal data"
    agreement = 5.0
    examples = ("Please send the invoice to anna@example.org today.", "Called Anna Smith back on +1 212 555 0123 and left a message.")
    counter_examples = ("Meeting moved to room 58; agenda falcon.", "Replaced the vector filter after 305 hours.", "Berlin")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        """Long texts only; a few with personal data are enough, as the others are read by people just the same."""
        if not looked or facts.mean_words < 3.5 or facts.mean_length < 22:
            short = facts.mean_words < 2.5
            return Evidence(name, 0, looked, "the values are no sentences", -6.0 if short else -2.5)
        if sum(sum(word[:1].islower() for word in words) > 1 for words in facts.words) < 0.4 * looked:
            return Evidence(name, 0, looked, "the values are names and no sentences", -2.5)
        texts = spread([text for text in facts.texts if " " in text], MOST_READ)
        found = sum(map(self.is_valid, texts))
        detail = f"{found:,} of {len(texts):,} texts hold personal data"
        share = found / max(1, len(texts))
        if share < 0.02 or found == 0:
            return Evidence(name, found, len(texts), detail, -2.0 if len(texts) > 5 else -1.0)
        weight = self.agreement + (1.5 if share > 0.15 else 0.0) + (1.0 if facts.mean_words > 6 else 0.0)
        return Evidence(name, found, len(texts), detail, weight if share > 0.05 or found > 2 else 2.5)

    def is_valid(self, value: str) -> bool:
        if value.count(" ") < 3:
            return False
        return any(recognizer.is_valid(match.group()) for recognizer, finder in _finders() for match in finder.finditer(value))


@cache
def _finders() -> list[tuple[Recognizer, Any]]:
    known = [recognizers.get(name)() for name in FINDERS]
    return [(recognizer, re2.compile(recognizer.in_text)) for recognizer in known if recognizer.in_text]
