"""Live frames of scans: at most four a second for each run, however many workers it has; what happened in between is sent together."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import redis
from django.db import transaction

from governance.core import live
from governance.core.access import Actor, visible
from governance.core.cache import redis_client
from governance.scans.models import ScanRun, ScanUnit
from intelligence.classification.titles import title

logger = logging.getLogger(__name__)
APART = 250
"""Milliseconds between two frames of one run."""
KEPT = 600
MOST_WAITING = 2_000


def told(unit: ScanUnit) -> dict[str, Any]:
    """A unit as a square of the strip."""
    error = (unit.error or {}).get("detail", "")
    return {"id": unit.pk, "state": unit.state, "key": str(unit), "stage": unit.stage, "rows": unit.rows, "seconds": seconds(unit), "error": error}


def seconds(unit: ScanUnit) -> float | None:
    return round((unit.finished - unit.started).total_seconds(), 3) if unit.started and unit.finished else None


def frame(run: ScanRun) -> dict[str, Any]:
    """The same progress object as the API's, with the state."""
    return {
        "id": run.pk,
        "state": run.state,
        "outcome": run.outcome,
        "progress": run.progress(),
        "source": {"id": run.source_id, "name": run.source.name},
    }


def tell(run_id: int, *, units: Sequence[Mapping[str, Any]] = (), found: Sequence[Mapping[str, Any]] = (), is_last: bool = False) -> None:
    """After commit: keep what happened, and send it unless a frame went out a moment ago."""

    def send() -> None:
        try:
            client, key = redis_client(), f"scan:{run_id}"
            if units or found:
                client.rpush(f"{key}:waiting", orjson.dumps({"units": units, "found": found}))
                client.ltrim(f"{key}:waiting", -MOST_WAITING, -1)
                client.expire(f"{key}:waiting", KEPT)
            if is_last or client.set(f"{key}:told", 1, nx=True, px=APART):
                _flush(run_id)
        except redis.RedisError as error:
            # Rows are what counts; a page that is opened or reconnected reads them.
            logger.debug("frame not sent: %s", type(error).__name__)

    transaction.on_commit(send)


def _flush(run_id: int) -> None:
    with redis_client().pipeline(transaction=True) as pipeline:
        pipeline.lrange(f"scan:{run_id}:waiting", 0, -1)
        pipeline.delete(f"scan:{run_id}:waiting")
        waiting = [orjson.loads(one) for one in pipeline.execute()[0]]
    run = ScanRun.objects.select_related("source").filter(pk=run_id).first()
    if run is None:
        return
    data = frame(run)
    units = list({one["id"]: one for entry in waiting for one in entry["units"]}.values())
    found = [{**one, "title": title(one["entity"])} for entry in waiting for one in entry["found"]]
    live.publish_now(f"scan:{run_id}", "progress", {**data, "units": units, "found": found}, source_id=run.source_id)
    live.publish_now("scans", "progress", data, source_id=run.source_id)


def may_see(actor: Actor, key: str) -> bool:
    """Whether somebody may follow one scan."""
    return key.isdecimal() and len(key) < 19 and visible(actor, ScanRun.objects.filter(pk=int(key))).exists()


def first(actor: Actor, key: str) -> tuple[str, Mapping[str, Any]] | None:
    """What a subscriber of one scan gets at once."""
    run = ScanRun.objects.select_related("source").filter(pk=int(key)).first()
    return ("progress", {**frame(run), "units": [], "found": []}) if run else None


def first_of_all(actor: Actor, key: str) -> tuple[str, Mapping[str, Any]] | None:
    """What a subscriber of all scans gets at once: those that run."""
    running = visible(actor, ScanRun.objects.filter(state__in=ScanRun.ACTIVE).select_related("source").order_by("-id"))[:50]
    return "running", {"runs": [frame(run) for run in running]}
