"""Idempotency keys: a POST that is sent twice is done once, and answered the same twice."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from governance.core.access import Actor
from governance.core.errors import Conflict, InvalidInput
from governance.core.models import KEPT, KeptAnswer

LONGEST = 200
STALE = timedelta(minutes=2)
"""A first request that has not answered after so long was cut off; the next one may try."""


def begin(actor: Actor, key: str, method: str, path: str, body: bytes) -> tuple[KeptAnswer, bool]:
    """The kept answer for a key, and whether this request is the first. Conflict while the first runs, InvalidInput when the body differs."""
    if not 0 < len(key) <= LONGEST:
        raise InvalidInput(f"An Idempotency-Key has 1 to {LONGEST} characters.")
    caller = f"token:{actor.token_id}" if actor.token_id else f"{actor.kind}:{actor.id}"
    digest = hashlib.sha256(b"\x00".join((method.encode(), path.encode(), body))).digest()
    now = timezone.now()
    KeptAnswer.objects.filter(caller=caller, key=key, created__lt=now - KEPT).delete()
    KeptAnswer.objects.filter(caller=caller, key=key, status=None, created__lt=now - STALE).delete()
    with transaction.atomic():
        kept, is_first = KeptAnswer.objects.get_or_create(caller=caller, key=key, defaults={"request_hash": digest})
    if is_first:
        return kept, True
    if bytes(kept.request_hash) != digest:
        raise InvalidInput("This Idempotency-Key was used for another request. Choose a new one.")
    if kept.status is None:
        raise Conflict("The first request with this Idempotency-Key is still running. Try again in a moment.")
    return kept, False


def finish(kept: KeptAnswer, status: int, body: bytes) -> None:
    """Keep the answer; a failure of ours is not kept, so that the request can be sent again."""
    if status >= 500 or status in (401, 409, 429):
        KeptAnswer.objects.filter(pk=kept.pk).delete()
    else:
        KeptAnswer.objects.filter(pk=kept.pk).update(status=status, body=body)
