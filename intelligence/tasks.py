"""Tasks: learning by the clock."""

from __future__ import annotations

from celery import shared_task

from intelligence.learning import services


@shared_task(name="intelligence.learn", ignore_result=True)
def learn() -> None:
    """Learn from the decisions, when enough of them are new."""
    services.learn_if_due()
