"""Tokens: made once, kept as a hash, looked up in a moment."""

from __future__ import annotations

import copy
import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from governance.core.access import Actor, may
from governance.core.errors import Denied, InvalidInput, NotFound
from governance.core.events import record
from security.identity import scopes as known_scopes
from security.identity.models import Token

PREFIX = "gov_"
REMEMBER = 2.0
"""Seconds that a process believes a token it has looked up: so long can a revoked token, or a deactivated owner's, still be recognised elsewhere."""
MOST = 1_000
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Known:
    """A token that holds, and its owner."""

    token_id: int
    user: User
    scopes: frozenset[str]
    expires_at: datetime | None

    def actor(self, address: str, request_id: str) -> Actor:
        return Actor("token", self.user.pk, self.user.get_username(), self.token_id, self.scopes, address, request_id)


_remembered: dict[bytes, tuple[float, Known]] = {}


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def identify(secret: str) -> Known | None:
    """The token with this secret and its owner; None when it is unknown, revoked, expired, or its owner inactive."""
    if not secret.startswith(PREFIX):
        return None
    digest = digest_of(secret)
    now = time.monotonic()
    held = _remembered.get(digest)
    if held is not None and now - held[0] < REMEMBER:
        known = held[1]
        return known if known.expires_at is None or known.expires_at > timezone.now() else None
    found = _look_up(digest)
    if found is None:
        _remembered.pop(digest, None)
        return None
    if len(_remembered) >= MOST:
        _remembered.clear()
    _remembered[digest] = now, found
    return found


def user_of(known: Known) -> User:
    """The owner as a view may have it: its own copy, so that nothing leaks from one request into the next."""
    return copy.copy(known.user)


def create_token(owner: User, *, name: str, scopes: Sequence[str], expires_at: datetime | None = None, actor: Actor) -> tuple[Token, str]:
    """A new token of its owner, and its secret, which is shown this once. A token cannot make one that may do more or lives longer than itself."""
    wanted = known_scopes.checked(scopes)
    if actor.id != owner.pk:
        raise Denied("A token is made by its owner: sign in as that person.")
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput("expires_at is in the past. Choose a later time, or leave it out.", errors={"expires_at": ["in the past"]})
    if actor.kind == "token":
        _within(actor, wanted, expires_at)
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = Token.objects.create(
            user=owner, name=name, prefix=secret[len(PREFIX) : len(PREFIX) + 8], digest=digest_of(secret), scopes=wanted, expires_at=expires_at
        )  # fmt: skip
        record(
            "identity.token.created",
            token,
            actor=actor,
            prefix=token.prefix,
            scopes=wanted,
            expires_at=expires_at.isoformat() if expires_at else None,
        )
    return token, secret


def revoke_token(token: Token, *, actor: Actor) -> Token:
    """The token holds no longer: at once in this process, within two seconds in the others. Its owner and administrators may do this."""
    if actor.id != token.user_id and not may(actor, "administer"):
        raise Denied("Only its owner or an administrator can revoke a token.")
    with transaction.atomic():
        if Token.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now()):
            record("identity.token.revoked", token, actor=actor, severity="warning", prefix=token.prefix)
    _remembered.pop(bytes(token.digest), None)
    token.refresh_from_db()
    return token


def forget() -> None:
    """Called after people were changed, so that this process knows at once."""
    _remembered.clear()


def _look_up(digest: bytes) -> Known | None:
    now = timezone.now()
    holds = Q(expires_at=None) | Q(expires_at__gt=now)
    token = Token.objects.select_related("user").filter(holds, digest=digest, revoked=None, user__is_active=True).first()
    if token is None:
        return None
    if token.last_used is None or now - token.last_used > SEEN_EVERY:
        stale = Q(last_used=None) | Q(last_used__lt=now - SEEN_EVERY)
        Token.objects.filter(stale, pk=token.pk).update(last_used=now)
    return Known(token.pk, token.user, frozenset(token.scopes), token.expires_at)


def _within(actor: Actor, wanted: Sequence[str], expires_at: datetime | None) -> None:
    maker = Token.objects.filter(pk=actor.token_id or 0, revoked=None).first()
    if maker is None:
        raise NotFound("The token that asks for this is gone.")
    if beyond := [scope for scope in wanted if not known_scopes.covers(actor.scopes, scope)]:
        raise Denied(f"A token cannot make one that may do more than itself. Beyond it: {', '.join(beyond)}.", scopes=beyond)
    if maker.expires_at is not None and (expires_at is None or expires_at > maker.expires_at):
        raise Denied(f"A token cannot make one that lives longer than itself. Give expires_at, at most {maker.expires_at.isoformat()}.")
