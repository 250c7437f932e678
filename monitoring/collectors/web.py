"""Requests and tasks of this host, summed over all processes that counted them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from monitoring import counting
from monitoring.collectors.base import Collector, Rates, missing

REQUESTS = "django_http_requests_before_middlewares_total"
ANSWERS = "django_http_responses_total_by_status_total"
SECONDS = "django_http_requests_latency_including_middlewares_seconds"
TASKS = "governance_tasks_total"
SOCKETS = "governance_websockets"


class Web(Collector):
    """Its metrics are exposed by the processes that count them, so it has no families of its own."""

    every: ClassVar[float] = 2.0

    def __init__(self) -> None:
        self.rates = Rates()
        self.totals = counting.Totals(by={ANSWERS: "status", TASKS: "state"}, names=frozenset({REQUESTS, f"{SECONDS}_sum", SOCKETS}))

    def collect(self) -> Mapping[str, Any]:
        now = time.monotonic()
        totals = self.totals.read()
        # A mean needs the requests and the seconds of the same interval, so both rates are read here once.
        requests = self.rates.per_second("requests", totals.get((REQUESTS, ""), 0.0), now)
        seconds = self.rates.per_second("seconds", totals.get((f"{SECONDS}_sum", ""), 0.0), now)
        errors = sum(value for (name, label), value in totals.items() if name == ANSWERS and label.startswith("5"))
        refused = sum(value for (name, label), value in totals.items() if name == ANSWERS and label.startswith("4"))
        return {
            "requests": requests,
            "errors": self.rates.per_second("errors", errors, now),
            "refused": self.rates.per_second("refused", refused, now),
            "latency": _mean(seconds, requests),
            "sockets": totals.get((SOCKETS, ""), missing("no websocket was opened since the start")),
            "tasks": {
                state: self.rates.per_second(state, totals.get((TASKS, state), 0.0), now)
                for state in ("success", "failure", "retry", "revoked", "expired")
            },
        }


def _mean(seconds: Any, requests: Any) -> Any:
    """Seconds a request took on average."""
    if isinstance(seconds, dict) or isinstance(requests, dict):
        return missing("a mean needs two readings")
    return round(seconds / requests, 5) if requests else missing("no request since the last reading")
