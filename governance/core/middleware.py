"""What every request gets: an id, an actor, and problem details instead of tracebacks for our own errors."""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Callable
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from governance.core.access import Actor
from governance.core.errors import GovernanceError, InvalidInput
from governance.core.problem_pages import problem_page
from governance.env import env

Handler = Callable[[HttpRequest], HttpResponseBase]
GIVEN_ID = re.compile(r"[\w.:-]{8,64}")


def client_address(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The caller's address. X-Forwarded-For is believed for as many hops as GOVERNANCE_TRUSTED_PROXIES says."""
    address = str(request.META.get("REMOTE_ADDR") or "")
    if env.trusted_proxies:
        hops = [hop.strip() for hop in str(request.META.get("HTTP_X_FORWARDED_FOR") or "").split(",") if hop.strip()]
        if len(hops) >= env.trusted_proxies:
            address = hops[-env.trusted_proxies]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def request_id(get_response: Handler) -> Handler:
    """`X-Request-ID` of the caller when it looks like one, else a new one; it is on the answer, in logs and in facts."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        given = str(request.META.get("HTTP_X_REQUEST_ID") or "")
        request.request_id = given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)  # type: ignore[attr-defined]
        response = get_response(request)
        response.headers["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response

    return handle


class LazyActor:
    """Builds the actor on first use, so that a request for a static file reads no session."""

    def __get__(self, request: HttpRequest | None, owner: type[HttpRequest] | None = None) -> Any:
        if request is None:
            return self
        found = request.__dict__.get("_actor")
        if found is None:
            user = getattr(request, "user", None)
            known = user is not None and user.is_authenticated
            found = request.__dict__["_actor"] = Actor(
                kind="person" if known else "anonymous",
                id=user.pk if known and user is not None else None,
                name=user.get_username() if known and user is not None else "",
                address=client_address(request),
                request_id=getattr(request, "request_id", ""),
            )
        return found

    def __set__(self, request: HttpRequest, value: Actor) -> None:
        request.__dict__["_actor"] = value


HttpRequest.actor = LazyActor()  # type: ignore[attr-defined]


def actor(get_response: Handler) -> Handler:
    """Forgets an actor that was built before the sign-in of this very request."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        request.__dict__.pop("_actor", None)
        return get_response(request)

    return handle


class Problems:
    """Turns a GovernanceError that leaves a view into a problem document or, for people, a page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", ""):
            # The database takes none, and no page has a use for one.
            return problem_response(request, InvalidInput("The address holds a NUL character (%00). Leave it out."))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DataError):
            error = InvalidInput("A value is beyond what can be kept or compared. Give a smaller number, or a time nearer to now.")
        return problem_response(request, error) if isinstance(error, GovernanceError) else None


def problem_response(request: HttpRequest, error: GovernanceError) -> HttpResponse:
    """A problem document for programs, a page for people."""
    response: HttpResponse
    if request.path.startswith("/api/") or "text/html" not in request.headers.get("Accept", "text/html"):
        response = JsonResponse(error.problem(), status=error.status, content_type="application/problem+json")
    else:
        response = problem_page(request, error.problem())
    if wait := error.context.get("retry_after"):
        response.headers["Retry-After"] = str(int(wait))
    return response
