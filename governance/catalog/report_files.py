"""The report card as a file for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator

from governance.catalog.services.report_card import Card, Share
from governance.core.spreadsheets import BOM, line

HEAD = ("entity", "title", "family", "suggested", "right", "precision", "precision_low", "precision_high", "held", "found", "recall", "recall_low")


def card_csv(card: Card) -> Iterator[str]:
    """A line an entity; shares with their 95 % intervals."""
    yield BOM + line([*HEAD, "recall_high", "waiting", "most_confused_with"])
    for one in card.entities:
        confused = one.confused.most_common(1)
        yield line(
            [
                *(one.key, one.title, one.family, one.suggested, one.right, *_share(one.precision)),
                *(one.held, one.found, *_share(one.recall), one.waiting),
                f"{confused[0][0] or 'nothing sensitive'} ({confused[0][1]})" if confused else "",
            ]
        )


def _share(share: Share) -> tuple[str, str, str]:
    low, high = share.interval or (None, None)
    return tuple("" if one is None else f"{one:.3f}" for one in (share.value, low, high))  # type: ignore[return-value]
