"""Errors that are raised on purpose: each has a code, an HTTP status and a sentence that says what to do next."""

from __future__ import annotations

from typing import Any, ClassVar


class GovernanceError(Exception):
    """Base of all errors we raise.

    `detail` is shown to people: it says what happened and what to do next, and never holds a secret or a sampled value.
    `context` is structured and goes to logs and to the problem document's extension members.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str = "", **context: Any) -> None:
        self.detail = detail or self.title
        self.context = context
        super().__init__(self.detail)

    def problem(self, type_base: str = "/docs/errors/") -> dict[str, Any]:
        """RFC 9457 problem details: type, title, status, detail, code and the context."""
        return {
            "type": f"{type_base}{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.context,
        }


class InvalidInput(GovernanceError):
    """What came in cannot be used as it is; `errors` in the context maps a field to its messages."""

    code, status, title = "invalid_input", 400, "Invalid input"


class NotAuthenticated(GovernanceError):
    code, status, title = "not_authenticated", 401, "Sign in first"


class Denied(GovernanceError):
    code, status, title = "denied", 403, "You may not do this"


class NotFound(GovernanceError):
    code, status, title = "not_found", 404, "Not found"


class Conflict(GovernanceError):
    """The state of the thing does not allow this now."""

    code, status, title = "conflict", 409, "Conflict"


class TooLarge(GovernanceError):
    code, status, title = "too_large", 413, "Too large"


class RateLimited(GovernanceError):
    code, status, retryable, title = "rate_limited", 429, True, "Too many attempts"


class Overloaded(GovernanceError):
    """All that we have for this kind of work is busy; the same request may do in a moment."""

    code, status, retryable, title = "overloaded", 503, True, "Too busy"


class ConfigurationError(GovernanceError):
    """A setting is wrong or a plugin's driver is missing."""

    code, status, title = "configuration", 500, "Wrong configuration"


class ForbiddenAddress(GovernanceError):
    """An outgoing connection to an address that is not allowed."""

    code, status, title = "forbidden_address", 400, "Address not allowed"


class Unreachable(GovernanceError):
    """The far side cannot be reached or went away; trying again may help."""

    code, status, retryable, title = "unreachable", 502, True, "Cannot be reached"


class CredentialsRefused(GovernanceError):
    """The far side refused our user, password or permission; trying again will not help."""

    code, status, title = "credentials_refused", 400, "The other side refused the login or the permission"


class DataUnreadable(GovernanceError):
    """Data of a source that cannot be read (truncated, malformed, wrongly encoded)."""

    code, status, title = "data_unreadable", 422, "The data cannot be read"


class TimedOut(GovernanceError):
    code, status, retryable, title = "timed_out", 504, True, "Took too long"


class Cancelled(GovernanceError):
    code, status, title = "cancelled", 409, "Cancelled"


class LeaseLost(GovernanceError):
    """Another worker took over this piece of work; its writes count, ours do not."""

    code, status, title = "lease_lost", 409, "Another worker took over"
