"""Which topics there are, who may subscribe to them, and what a subscriber gets at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from governance.core.access import Actor


def _known(actor: Actor, key: str) -> bool:
    return actor.is_known


@dataclass(frozen=True, slots=True)
class Topic:
    """`name` is all of a topic's word, or what stands before its colon (`scan` of `scan:42`).

    `may(actor, key)` decides about the subscription (`key` is "42"), `unscoped(actor)` about frames that name no source, and `first(actor, key)`
    answers (type, data) of a frame that comes at once, or None. `is_droppable` frames are the first to go when a reader is slow.
    """

    name: str
    may: Callable[[Actor, str], bool] = _known
    unscoped: Callable[[Actor], bool] = lambda actor: actor.is_known
    first: Callable[[Actor, str], tuple[str, Mapping[str, Any]] | None] | None = None
    is_droppable: bool = False


_topics: dict[str, Topic] = {}


def register_topic(topic: Topic) -> None:
    """Called in an app's `ready()`."""
    _topics[topic.name] = topic


def topic_of(text: str) -> tuple[Topic | None, str]:
    """The topic of a subscription and its key; None for an unknown one."""
    name, _, key = text.partition(":")
    return _topics.get(name), key


def names() -> list[str]:
    return sorted(_topics)
