"""Free text: sentences, some of which name people, accounts or addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from intelligence.classification import dictionaries
from intelligence.classification.preparation import Facts, spread
from intelligence.classification.recognizers.base import Recognizer, recognizers
from intelligence.classification.types import Evidence, Span

MOST_READ: Final = 120
"""Texts in which the patterns look."""
MOST_JUDGED: Final = 60
"""Texts that the model reads; that costs a hundred times as much."""
LONGEST: Final = 400
ENOUGH: Final = 0.02
"""Share of texts with a certain pattern from which nobody needs to ask the model, which costs far more."""
CERTAIN: Final = 0.7
PERSONAL: Final = {
    "PERSON": "names",
    "PHONE_NUMBER": "telephone numbers",
    "EMAIL_ADDRESS": "e-mail addresses",
    "STREET_ADDRESS": "street addresses",
    "CREDIT_CARD": "card numbers",
    "IBAN_CODE": "IBANs",
    "US_SSN": "social security numbers",
    "IP_ADDRESS": "IP addresses",
    "NATIONAL_ID": "identity numbers",
    "PASSPORT": "passport numbers",
    "US_DRIVER_LICENSE": "driving licences",
    "DRIVER_LICENSE": "driving licences",
    "CRYPTO": "wallets",
    "UK_NINO": "identity numbers",
    "API_KEY": "keys",
    "JWT": "keys",
    "CONNECTION_STRING": "keys",
    "PRIVATE_KEY": "keys",
    "MAC_ADDRESS": "device addresses",
}
"""Entities that make a text personal, in words; towns, organisations, days and titles alone do not."""
BY_PATTERN: Final = "the patterns"
WHOLE: Final = 0.8
"""Share of a text that one span may take: an address or a name that is all of a value is no text about somebody."""
FEW_TOLD: Final = 0.1
"""Share of texts below which the model alone, without a pattern, is not believed."""
CONTEXT_ONLY: Final = frozenset(["NATIONAL_ID", "PASSPORT", "US_DRIVER_LICENSE", "DRIVER_LICENSE"])
"""Numbers without a check."""


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
        judge, texts, kinds, found = judged([text[:LONGEST] for text in spread([text for text in facts.texts if " " in text], MOST_READ)])
        facts.text_engine = judge
        if found == 0 or found / len(texts) < ENOUGH:
            detail = f"{found:,} of {len(texts):,} texts hold personal data, says {judge}"
            return Evidence(name, found, len(texts), detail, -2.0 if len(texts) > 5 else -1.0)
        share = found / len(texts)
        if judge != BY_PATTERN and share < FEW_TOLD:
            return Evidence(name, found, len(texts), f"only {found:,} of {len(texts):,} texts hold personal data, says {judge}", -0.5)
        said = ", ".join(f"{kind} in {count:,}" for kind, count in kinds.most_common(4))
        weight = self.agreement + (1.5 if share > 0.15 else 0.0) + (1.0 if facts.mean_words > 6 else 0.0)
        detail = f"{found:,} of {len(texts):,} texts hold personal data, says {judge}: {said}"
        return Evidence(name, found, len(texts), detail, weight if share > 0.05 or found > 2 else 2.5)

    def is_valid(self, value: str) -> bool:
        return value.count(" ") >= 3 and judged([value])[3] > 0


def judged(texts: Sequence[str]) -> tuple[str, Sequence[str], Counter[str], int]:
    """Who judged which of the texts, how many of them hold what, and how many hold anything personal.

    The model is asked only where patterns with a check have not found enough already.
    """
    from intelligence.classification.texts import engine

    by_pattern = [[span for span in engine.patterns(text) if span.score >= CERTAIN] for text in texts]
    kinds, found = _counted(texts, by_pattern)
    if found > 2 and found >= ENOUGH * len(texts):
        return BY_PATTERN, texts, kinds, found
    chosen = spread(texts, MOST_JUDGED)
    return engine.engine_name(), chosen, *_counted(chosen, engine.find_many(chosen))


def _counted(texts: Sequence[str], spans: Iterable[Iterable[Span]]) -> tuple[Counter[str], int]:
    kinds: Counter[str] = Counter()
    found = 0
    for text, of_text in zip(texts, spans, strict=True):
        personal = [span for span in of_text if span.entity in PERSONAL and span.end - span.start < WHOLE * len(text)]
        said = {PERSONAL[span.entity] for span in personal if _is_sure(text[span.start : span.end], span.entity)}
        kinds.update(said)
        found += bool(said)
    return kinds, found


def _is_sure(value: str, entity: str) -> bool:
    """Whether a span counts for a whole column: of a name a part is known and none is an everyday word; streets and numbers look the part.

    Texts made from a template repeat one mistake of the model in every row, so that context alone is not enough here.
    """
    if entity == "PERSON":
        words = dictionaries.parts(dictionaries.fold(value))
        known = [word in dictionaries.first_names() or word in dictionaries.last_names() for word in words]
        return len(words) > 1 and any(known) and not any(map(dictionaries.is_common, words))
    if entity == "STREET_ADDRESS":
        street = recognizers.get("street")()
        return any(char.isdigit() for char in value) and street.is_valid(value)
    return entity not in CONTEXT_ONLY
