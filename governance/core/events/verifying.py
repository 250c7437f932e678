"""Whether a fact still is what was recorded: its hashes made again, and its columns held against its body."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import Any

from governance.core.events.recording import canonical, keyed, leaf_hash, mac, stamp, storable, storable_json
from governance.core.models import Event, EventPerson, Leaf


@dataclass(frozen=True, slots=True)
class Verified:
    """`problems` is empty for a sound fact; `is_erased` says that its personal data were erased, which harms no proof."""

    problems: list[str]
    is_erased: bool

    @property
    def is_sound(self) -> bool:
        return not self.problems


def verify(event: Event) -> Verified:
    """Checks one fact, with its leaf and its personal data."""
    body = bytes(event.body)
    problems = []
    if leaf_hash(body) != bytes(event.leaf):
        problems.append("The leaf is not the hash of the body.")
    if not hmac.compare_digest(mac(body), bytes(event.mac)):
        problems.append("The HMAC does not belong to this body and the portal's key.")
    if event.sequence is not None:
        leaf = Leaf.objects.filter(pk=event.sequence).first()
        if leaf is None or leaf.event_id != event.pk or bytes(leaf.hash) != bytes(event.leaf):
            problems.append(f"Leaf {event.sequence} of the tree is not this fact's.")
    said = json.loads(body)
    problems += [f"The column {name} says something else than the body." for name in _differing(event, said)]
    person = EventPerson.objects.filter(pk=event.pk).first()
    if person is not None and not _is_same_person(person, said.get("person")):
        problems.append("The personal data are not those that were recorded.")
    return Verified(problems, person is None)


def _is_same_person(person: EventPerson, said: Any) -> bool:
    # What PostgreSQL cannot hold was escaped in the side table and cannot be hashed again.
    is_escaped = "\\u" in json.dumps(person.data, ensure_ascii=False)
    return is_escaped or keyed(bytes(person.salt), canonical(person.data)).hex() == said


def _differing(event: Event, said: dict[str, Any]) -> list[str]:
    actor, subject = said.get("actor") or {}, said.get("subject") or {}
    told = {
        "type": said.get("type"),
        "severity": said.get("severity"),
        "time": said.get("time"),
        "actor_kind": actor.get("kind"),
        "actor_id": actor.get("id"),
        "token_id": actor.get("token_id"),
        "subject_type": subject.get("type"),
        "subject_id": subject.get("id"),
        "subject_name": storable(subject.get("name") or "")[:500],
        "source_id": subject.get("source_id"),
        "dataset_id": subject.get("dataset_id"),
        "sensitivity": subject.get("sensitivity"),
        "request_id": said.get("request_id"),
        "cause_id": said.get("cause_id"),
        "depth": said.get("depth"),
        "data": json.loads(storable_json({**(said.get("data") or {}), **({"change": said["change"]} if said.get("change") else {})})),
    }
    shown = {name: stamp(event.time) if name == "time" else getattr(event, name) for name in told}
    return [name for name in told if told[name] != shown[name]]
