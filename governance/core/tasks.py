"""Background work: enqueued from rows after commit, swept up when the message was lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from governance.core.models import KEPT, KeptAnswer

logger = logging.getLogger(__name__)
Sweep = Callable[[], int]
_sweepers: dict[str, Sweep] = {}


def enqueue(task: Any, *args: Any, queue: str = "default", **options: Any) -> None:
    """Send a task after commit. A broker that is away loses only the message: the row stays, and its app's sweep sends it again."""

    def send() -> None:
        try:
            task.apply_async(args, queue=queue, retry=False, **options)
        except (OperationalError, OSError) as error:
            logger.warning("%s was not enqueued (%s); the sweep will do it", task.name, type(error).__name__)

    transaction.on_commit(send)


def sweeper(name: str) -> Callable[[Sweep], Sweep]:
    """Register a function that re-enqueues what was lost and answers how much that was; it runs every 10 s."""

    def add(sweep: Sweep) -> Sweep:
        _sweepers[name] = sweep
        return sweep

    return add


@shared_task(name="core.sweep", ignore_result=True, expires=10)
def sweep() -> None:
    """Let every app find its lost work; one that fails does not keep the others from it."""
    for name, one in _sweepers.items():
        try:
            found = one()
        except Exception:  # stage boundary
            logger.exception("sweep %s failed", name)
            continue
        if found:
            logger.info("sweep %s enqueued %d again", name, found)


@shared_task(name="core.forget_answers", ignore_result=True)
def forget_answers() -> None:
    """Answers kept for idempotency keys go after their day, or whoever makes up keys fills the disk."""
    KeptAnswer.objects.filter(created__lt=timezone.now() - KEPT).delete()
