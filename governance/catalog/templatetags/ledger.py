"""`{% load ledger %}`: lines of the ledger and shares of the report card in words."""

from __future__ import annotations

from django import template

from governance.catalog.models import FindingChange
from governance.catalog.services.ledger import sentence
from governance.catalog.services.report_card import Share

register = template.Library()


@register.filter
def told(line: FindingChange) -> str:
    """“nothing → Email address”."""
    return sentence(line)


@register.simple_tag
def interval(share: Share) -> str:
    """“81–97 %”."""
    low, high = share.interval or (0.0, 0.0)
    return f"{100 * low:.0f}–{100 * high:.0f} %"
