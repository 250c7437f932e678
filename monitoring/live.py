"""The topic `system`: who may follow it, and what comes at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import redis

from governance.core.access import Actor, may
from governance.core.live import Topic
from monitoring import store
from monitoring.collecting import TOPIC

NOTHING = "nothing was measured yet: beat and collect have to run"


def first(actor: Actor, key: str) -> tuple[str, Mapping[str, Any]]:
    """The last frame, or why there is none."""
    try:
        frames = store.latest_frames()
    except redis.RedisError as error:
        return "absent", {"reason": f"the broker does not answer ({type(error).__name__})"}
    return ("frame", frames[0]) if frames else ("absent", {"reason": NOTHING})


topic = Topic(TOPIC, may=lambda actor, key: may(actor, "view"), unscoped=lambda actor: may(actor, "view"), first=first, is_droppable=True)
