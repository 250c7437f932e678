"""Errors as RFC 9457 problem details."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pydantic
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelInvalid
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from governance.core.api.sentences import sentence
from governance.core.errors import Conflict, Denied, GovernanceError, InvalidInput, NotAuthenticated, NotFound, RateLimited, TooLarge
from governance.core.problem_pages import NOTHING_CHANGED, problem_page

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"


class Unexpected(GovernanceError):
    code, title = "unexpected", "The portal met an error that it did not expect"

    def __init__(self) -> None:
        super().__init__("It is in the log of the web process. Try again; if it stays so, tell an administrator when it happened.")


class NotAllowed(GovernanceError):
    code, status, title = "method_not_allowed", 405, "This address does not take that method"


class NotAcceptable(GovernanceError):
    code, status, title = "not_acceptable", 406, "No such representation"


class UnsupportedMedia(GovernanceError):
    code, status, title = "unsupported_media_type", 415, "Unsupported media type"


class PreconditionFailed(GovernanceError):
    code, status, title = "precondition_failed", 412, "It was changed meanwhile"


KNOWN: dict[type[exceptions.APIException], type[GovernanceError]] = {
    exceptions.NotAuthenticated: NotAuthenticated,
    exceptions.AuthenticationFailed: NotAuthenticated,
    exceptions.PermissionDenied: Denied,
    exceptions.NotFound: NotFound,
    exceptions.MethodNotAllowed: NotAllowed,
    exceptions.NotAcceptable: NotAcceptable,
    exceptions.UnsupportedMediaType: UnsupportedMedia,
    exceptions.Throttled: RateLimited,
    exceptions.ParseError: InvalidInput,
}


def handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER; None for what nobody raised on purpose, which Django then logs and answers as a 500."""
    ours = as_governance_error(error)
    if ours is None:
        return None
    headers = {"WWW-Authenticate": 'Bearer realm="portal"'} if ours.status == 401 else {}
    if isinstance(ours, RateLimited) and (wait := ours.context.get("retry_after")):
        headers["Retry-After"] = str(int(wait))
    response = Response(ours.problem(), status=ours.status, content_type=CONTENT_TYPE, headers=headers)
    response.exception = True
    return response


def as_governance_error(error: Exception) -> GovernanceError | None:
    """What was raised in our own terms, or None."""
    if isinstance(error, GovernanceError):
        return error
    if isinstance(error, Http404):
        return NotFound("There is nothing here, or you may not see it.")
    if isinstance(error, PermissionDenied):
        return Denied(str(error) or "You may not do this.")
    if isinstance(error, IntegrityError):
        logger.info("refused by a constraint: %s", str(error).splitlines()[0])
        return Conflict("Something with these values exists already, or is still in use. Change them and try again.")
    if isinstance(error, DataError):
        logger.info("a value that the database cannot hold: %s", type(error.__cause__).__name__)
        return InvalidInput("A value is beyond what can be kept or compared. Send a smaller number, or a time nearer to now.")
    if isinstance(error, exceptions.ValidationError):
        return invalid(error.detail)
    if isinstance(error, ModelInvalid):
        return invalid(error.message_dict if hasattr(error, "error_dict") else {"": error.messages})
    if isinstance(error, pydantic.ValidationError):
        return from_pydantic(error)
    if isinstance(error, exceptions.APIException):
        if error.status_code == 413:
            return TooLarge(str(error.detail))
        return KNOWN.get(type(error), InvalidInput)(str(error.detail))
    return None


def from_pydantic(error: pydantic.ValidationError, prefix: str = "") -> InvalidInput:
    """pydantic's errors by field, without the values that were sent."""
    errors: dict[str, list[str]] = {}
    for one in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in (*([prefix] if prefix else []), *one["loc"]))
        errors.setdefault(name, []).append(sentence(one))
    return invalid(errors)


def invalid(errors: Any) -> InvalidInput:
    """InvalidInput whose `errors` maps each field to its messages and whose detail names them in one sentence."""
    flat = _flat(errors)
    said = "; ".join(f"{name}: {messages[0]}" if name else messages[0] for name, messages in flat.items() if messages)
    return InvalidInput(said[:500] or "The input is not right.", errors=flat)


def _flat(errors: Any, prefix: str = "") -> dict[str, list[str]]:
    if isinstance(errors, Mapping):
        found: dict[str, list[str]] = {}
        for name, one in errors.items():
            path = "" if name in ("non_field_errors", "__all__", "") else str(name)
            found |= _flat(one, f"{prefix}.{path}".strip(".") if path else prefix)
        return found
    if isinstance(errors, list | tuple):
        if any(isinstance(one, Mapping) for one in errors):
            return {key: value for at, one in enumerate(errors) for key, value in _flat(one, f"{prefix}.{at}".strip(".")).items()}
        return {prefix: [str(one) for one in errors]}
    return {prefix: [str(errors)]}


# What Django answers without a view of ours (the handlers in the urls, and CSRF_FAILURE_VIEW): programs get a problem document here too.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    error = InvalidInput("The request is not one that the portal answers. Check its host, path and headers.")
    advice = "Open the portal under its own address. An administrator can allow further host names with GOVERNANCE_ALLOWED_HOSTS."
    # The host may be the one that is refused, so nothing that asks for it is drawn.
    return _unless_api(request, error) or render(
        None, "problem.html", {"problem": error.problem() | {"kept": NOTHING_CHANGED, "advice": advice}}, status=error.status
    )


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    error = Denied(str(exception) or "Your roles do not cover this page or this act.")
    return _unless_api(request, error) or problem_page(request, error.problem())


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    error = NotFound("There is nothing at this address. /api/docs/ lists what there is.")
    told = f"{request.path[:200]} leads nowhere: the address is wrong, or what was there is gone or not shared with you."
    return _unless_api(request, error) or problem_page(request, error.problem() | {"title": "There is no such page", "detail": told})


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token that proves it is ours."""
    error = Denied("The form was opened before you signed in, or too long ago, or the browser keeps no cookies for this address.")
    words = {
        "code": "csrf",
        "title": "This form is no longer valid",
        "kept": "Everything that was saved before. What you have just sent was not saved.",
        "advice": "Go back, reload the page, fill the form in again and send it.",
    }
    return _unless_api(request, error) or problem_page(request, error.problem() | words)


def broken(request: HttpRequest) -> HttpResponse:
    return _unless_api(request, Unexpected()) or defaults.server_error(request)


def _unless_api(request: HttpRequest, error: GovernanceError) -> HttpResponse | None:
    return JsonResponse(error.problem(), status=error.status, content_type=CONTENT_TYPE) if request.path.startswith("/api/") else None
