"""The attempt counter in front of every password: an attempt is reserved in Valkey, atomically, before any hash is computed.

A name and a (name, address) pair may fail GOVERNANCE_LOGIN_LIMIT times, an address four times as often, since an office shares one. Counts are
forgotten GOVERNANCE_LOGIN_WINDOW seconds after the last attempt that was let through (an address: after its first). A success forgets the name and
the pair and gives the address its one attempt back, so nobody can free an address by signing in with an account of their own.
When the broker is away nobody can sign in: without the counter passwords could be tried without end.
"""

from __future__ import annotations

import hashlib
import ipaddress
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import redis
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from governance.core.cache import redis_client
from governance.core.errors import GovernanceError, RateLimited
from governance.core.middleware import problem_response
from governance.env import env

ADDRESS_FACTOR = 4
LONGEST = 150

# KEYS: the counters. ARGV: the window, then a limit and "does each attempt renew it" for each counter.
RESERVE = """
local wait, by = 0, 0
for i, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[2 * i]) then
        local left = math.max(redis.call('TTL', key), 1)
        if left > wait then wait, by = left, i end
    end
end
if wait > 0 then return {wait, by} end
for i, key in ipairs(KEYS) do
    if redis.call('INCR', key) == 1 or ARGV[2 * i + 1] == '1' then redis.call('EXPIRE', key, ARGV[1]) end
end
return {0, 0}
"""
RELEASE = """
redis.call('DEL', KEYS[1], KEYS[3])
if tonumber(redis.call('GET', KEYS[2]) or '0') > 0 then redis.call('DECR', KEYS[2]) end
"""


class SignInPaused(GovernanceError):
    code, status, retryable, title = "sign_in_paused", 503, True, "Signing in is paused"


@dataclass(frozen=True, slots=True)
class Refusal:
    """`is_first` marks the first refusal of a lock, the one worth a fact."""

    by: str
    seconds: int
    is_first: bool


def submitted_name(request: HttpRequest | None, credentials: Mapping[str, Any] | None = None) -> str:
    """The name of an attempt as it is counted: one spelling for all cases and widths, of a bounded length, without NUL."""
    name = (credentials or {}).get("username") or (request.POST.get("username") if request is not None else "") or ""
    return folded(str(name))


def folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name.replace("\x00", "").strip()).casefold()[:LONGEST]


def network_of(address: str) -> str:
    """What is counted as one address: of IPv6 the network of 64 bits, all of which one customer has."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((one, 64), strict=False)) if one.version == 6 else str(one)


def reserve(name: str, address: str) -> Refusal | None:
    """Take one attempt, or say why it is refused. SignInPaused when the broker is away."""
    limit = env.login_limit
    arguments = [env.login_window, limit, 1, limit * ADDRESS_FACTOR, 0, limit, 1]
    try:
        client = redis_client()
        wait, by = client.eval(RESERVE, 3, *_keys(name, address), *arguments)
        if not wait:
            return None
        key = _keys(name, address)[by - 1]
        return Refusal(("name", "address", "pair")[by - 1], int(wait), bool(client.set(f"{key}:told", 1, nx=True, ex=int(wait))))
    except redis.RedisError as error:
        raise paused() from error


def release(name: str, address: str) -> None:
    """Forget the attempts of a name that signed in; a broker that just went away forgets them by itself later."""
    try:
        redis_client().eval(RELEASE, 3, *_keys(name, address))
    except redis.RedisError:
        pass


def paused() -> SignInPaused:
    return SignInPaused(
        "Nobody can sign in while the service that counts the attempts does not answer. It restarts by itself: try again in a minute."
    )


def too_many(seconds: int) -> RateLimited:
    """The error that the sign-in page shows, with when to try again."""
    when = timezone.localtime(timezone.now() + timedelta(seconds=seconds))
    return RateLimited(
        f"Too many sign-ins failed. Try again {_words(seconds)}, at {when:%H:%M} ({when:%Z}).",
        retry_after=seconds,
    )


def lockout_response(request: HttpRequest, response: HttpResponse | None = None, credentials: Mapping[str, Any] | None = None) -> HttpResponse:
    """What axes answers when its own record refuses somebody (AXES_LOCKOUT_CALLABLE): the same as ours."""
    return problem_response(request, too_many(env.login_window))


def _words(seconds: int) -> str:
    return f"in {seconds} s" if seconds < 100 else f"in {round(seconds / 60)} minutes"


def _keys(name: str, address: str) -> list[str]:
    """Counters of the name, the address and the pair; hashed, since names are personal and sometimes passwords. In braces: one slot of a cluster."""
    address = network_of(address)
    pair = f"{name}\x00{address}"
    return [
        f"{{login}}:{kind}:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
        for kind, text in (("name", name), ("address", address), ("pair", pair))
    ]
