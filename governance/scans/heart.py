"""The heartbeat of a worker: it keeps the lease, and notices when the work has to stop."""

from __future__ import annotations

import logging
import threading
from time import monotonic
from typing import Final, Literal, Self

from django.db import DatabaseError, connection

from governance.core.errors import Cancelled, GovernanceError, LeaseLost, TimedOut
from governance.core.runs import LEASE, Leased
from governance.scans import progress
from governance.scans.models import ScanRun
from governance.scans.windows import is_open
from governance.sources.connectors.base import Connector

logger = logging.getLogger(__name__)
BEAT: Final = LEASE.total_seconds() / 6
UNIT_LIMIT: Final = 30 * 60.0
"""Seconds that one unit may take."""

SWEEP_LIMIT: Final = 12 * 3600.0
"""The same where every value is looked at."""

Reason = Literal["", "lost", "cancelled", "closed", "late"]


class Heart:
    """Beats while the block runs: `with Heart(unit, run_id, connector): …`. It cancels the connector when the lease is lost, the run is cancelled,
    the schedule's window closes, or the unit takes too long; `reason` then says which."""

    def __init__(self, leased: Leased, run_id: int, connector: Connector, *, beat: float | None = None, limit: float = UNIT_LIMIT) -> None:
        self.leased, self.run_id, self.connector = leased, run_id, connector
        self.beat, self.limit = beat or BEAT, limit
        self.reason: Reason = ""
        self.started = monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heart of {leased._meta.verbose_name} {leased.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def explain(self, error: GovernanceError) -> GovernanceError:
        """Why a cancelled piece of work really ended."""
        if not isinstance(error, Cancelled):
            return error
        if self.reason == "late":
            return TimedOut(f"This took longer than {self.limit / 60:.0f} minutes and was stopped. Lower the row budget, or scan it alone.")
        return LeaseLost("Another worker took over.") if self.reason == "lost" else error

    def _run(self) -> None:
        try:
            while not self._stop.wait(self.beat):
                try:
                    self.reason = self._look()
                except DatabaseError as error:
                    # The lease holds for six beats; until then the database may come back.
                    logger.warning("heartbeat: database not there (%s)", type(error).__name__)
                    connection.close()
                if self.reason:
                    self.connector.cancel()
                    return
        finally:
            connection.close()

    def _look(self) -> Reason:
        try:
            self.leased.heartbeat()
        except LeaseLost:
            return "lost"
        run = ScanRun.objects.select_related("schedule").filter(pk=self.run_id).first()
        if run is None:
            return "lost"
        if run.cancel_requested:
            return "cancelled"
        if run.schedule is not None and not is_open(run.schedule):
            return "closed"
        progress.tell(self.run_id)
        return "late" if monotonic() - self.started > self.limit else ""
