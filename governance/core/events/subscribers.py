"""Subscribers read sealed facts in order; each has a cursor that moves in the transaction of its effects."""

from __future__ import annotations

import fnmatch
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from governance.core.errors import ConfigurationError
from governance.core.events.recording import DEEPEST_CAUSE, caused_by
from governance.core.models import Cursor, Event, SetAside

logger = logging.getLogger(__name__)
BATCH = 200
ATTEMPTS = 3

Handler = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Subscriber:
    name: str
    patterns: tuple[str, ...]
    handle: Handler

    def wants(self, event: Event) -> bool:
        # A chain of causes ends, so that an alert about alerts cannot ring for ever.
        return event.depth < DEEPEST_CAUSE and any(fnmatch.fnmatchcase(event.type, pattern) for pattern in self.patterns)


_subscribers: dict[str, Subscriber] = {}


def subscriber(name: str, *patterns: str) -> Callable[[Handler], Handler]:
    """`@subscriber("alerts", "scans.*")`: the function gets each matching fact once. Its effects are rows; sending happens from those rows."""

    def add(handle: Handler) -> Handler:
        if name in _subscribers and _subscribers[name].handle is not handle:
            raise ConfigurationError(f"Two subscribers are called {name!r}.")
        _subscribers[name] = Subscriber(name, patterns or ("*",), handle)
        return handle

    return add


def all_subscribers() -> Sequence[Subscriber]:
    return list(_subscribers.values())


def advance(one: Subscriber, batch: int = BATCH) -> int:
    """Let a subscriber read its next batch; the number of facts passed, 0 when there is none or another process is at it."""
    cursor, facts = _next(one, batch)
    if not facts:
        return 0
    if cursor.attempts:
        return _one_by_one(one, cursor, facts)
    try:
        with transaction.atomic():
            if not _lock(one, cursor.sequence):
                return 0
            for event in facts:
                _handle(one, event)
            Cursor.objects.filter(pk=one.name).update(sequence=facts[-1].sequence, attempts=0, updated=timezone.now())
        return len(facts)
    except Exception:  # stage boundary: the handler's batch was rolled back; go on one by one to find the fact that fails
        logger.warning("subscriber %s failed on a batch; reading one fact at a time", one.name, exc_info=True)
    return _one_by_one(one, cursor, facts)


def replay(row: SetAside) -> None:
    """Hand a fact that was set aside to its subscriber again; raises what the subscriber raises."""
    one = _subscribers.get(row.subscriber)
    if one is None:
        raise ConfigurationError(f"There is no subscriber {row.subscriber!r} any more.")
    with transaction.atomic():
        _handle(one, Event.objects.get(pk=row.event_id))
        SetAside.objects.filter(pk=row.pk).update(replayed=timezone.now())


def _next(one: Subscriber, batch: int) -> tuple[Cursor, list[Event]]:
    cursor = Cursor.objects.filter(pk=one.name).first()
    if cursor is None:
        # A new subscriber starts with what happens from now on; history is read by replays, which never notify.
        last = Event.objects.exclude(sequence=None).order_by("-sequence").values_list("sequence", flat=True).first() if _is_late(one) else 0
        cursor, _ = Cursor.objects.get_or_create(pk=one.name, defaults={"sequence": last or 0})
    facts = list(Event.objects.filter(sequence__gt=cursor.sequence).order_by("sequence").defer("body", "leaf", "mac")[:batch])
    return cursor, facts


def _is_late(one: Subscriber) -> bool:
    return Cursor.objects.exists()


def _lock(one: Subscriber, expected: int) -> bool:
    return Cursor.objects.select_for_update(skip_locked=True).filter(pk=one.name, sequence=expected).exists()


def _handle(one: Subscriber, event: Event) -> None:
    if one.wants(event):
        with caused_by(event):
            one.handle(event)


def _one_by_one(one: Subscriber, cursor: Cursor, facts: Sequence[Event]) -> int:
    passed, at = 0, cursor.sequence
    for event in facts:
        assert event.sequence is not None
        try:
            with transaction.atomic():
                if not _lock(one, at):
                    return passed
                _handle(one, event)
                Cursor.objects.filter(pk=one.name).update(sequence=event.sequence, attempts=0, updated=timezone.now())
        except Exception as error:  # stage boundary: three failures set the fact aside, and the others go on
            if not _failed(one, event, error):
                return passed
        passed, at = passed + 1, event.sequence
    return passed


def _failed(one: Subscriber, event: Event, error: Exception) -> bool:
    """Count the failure; True when the fact was set aside and the cursor moved on."""
    with transaction.atomic():
        cursor = Cursor.objects.select_for_update().get(pk=one.name)
        if cursor.attempts + 1 < ATTEMPTS:
            Cursor.objects.filter(pk=one.name).update(attempts=cursor.attempts + 1)
            return False
        SetAside.objects.get_or_create(subscriber=one.name, event_id=event.pk, defaults={"error": f"{type(error).__name__}: {error}"[:2000]})
        Cursor.objects.filter(pk=one.name).update(sequence=event.sequence, attempts=0, updated=timezone.now())
    logger.exception("subscriber %s: fact %s was set aside", one.name, event.pk)
    return True
