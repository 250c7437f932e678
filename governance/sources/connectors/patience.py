"""What ends a statement before all its rows are there: the work is cancelled, or it takes longer than a statement may take."""

from __future__ import annotations

import threading
import time

from governance.core.errors import Cancelled, GovernanceError, TimedOut
from governance.sources.connectors.base import Limits


class Patience:
    """Of one session. A driver asks `is_over` while it works, stops when it is, and raises `reason`."""

    def __init__(self, limits: Limits, cancelled: threading.Event) -> None:
        self._limits = limits
        self._cancelled = cancelled
        self._deadline = 0.0

    def begin(self) -> None:
        """A statement starts, and with it its time; Cancelled when nothing more may start."""
        if self._cancelled.is_set():
            raise self._stopped()
        self._deadline = time.monotonic() + self._limits.statement_timeout

    @property
    def is_over(self) -> bool:
        return self._cancelled.is_set() or time.monotonic() > self._deadline

    def reason(self, what: str) -> GovernanceError:
        """The error of a statement about `what` that was stopped."""
        if self._cancelled.is_set():
            return self._stopped()
        return TimedOut(f"Reading {what} took longer than a statement may take. Raise GOVERNANCE_STATEMENT_TIMEOUT.")

    def _stopped(self) -> Cancelled:
        return Cancelled("The work on this source was cancelled.")
