"""Telling browsers of facts: by who sealed them, in their order, each once. Writers of facts only wake the facts process."""

from __future__ import annotations

from typing import Any

from governance.core import live
from governance.core.events.declared import title_of
from governance.core.events.recording import stamp, storable
from governance.core.models import Event, EventPerson

BATCH = 500
NEEDED = ("id", "sequence", "type", "severity", "time", "actor_kind", "subject_type", "subject_id", "subject_name", "source_id", "dataset_id")


def announce(sealed: range) -> None:
    """Send a frame for each of the facts with these sequences, when anybody listens."""
    if not sealed or not live.is_heard():
        return
    for first in range(sealed.start, sealed.stop, BATCH):
        last = min(first + BATCH, sealed.stop) - 1
        facts = list(Event.objects.filter(sequence__range=(first, last)).order_by("sequence").values(*NEEDED))
        people = dict(EventPerson.objects.filter(pk__in=[fact["id"] for fact in facts]).values_list("pk", "data"))
        for fact in facts:
            told = frame(fact, people.get(fact["id"]) or {})
            live.publish_now("events", fact["type"], told, source_id=fact["source_id"], dataset_id=fact["dataset_id"])


def frame(fact: dict[str, Any], person: dict[str, Any]) -> dict[str, Any]:
    """What a browser gets of a fact."""
    return {
        "id": fact["id"],
        "sequence": fact["sequence"],
        "type": fact["type"],
        "title": title_of(fact["type"]),
        "severity": fact["severity"],
        "time": stamp(fact["time"]),
        "actor": storable(person.get("name") or fact["actor_kind"]),
        "subject": {"type": fact["subject_type"], "id": fact["subject_id"], "name": storable(person.get("subject") or fact["subject_name"])},
    }
