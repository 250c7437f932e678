"""`{% load entities %}`: what people read for an entity."""

from __future__ import annotations

from django import template

from intelligence.classification.titles import title

register = template.Library()


@register.filter
def entity_title(entity: str) -> str:
    """`{{ "CREDIT_CARD"|entity_title }}` is Payment card number; nothing stays nothing."""
    return title(entity) if entity else ""
