"""The spine: how many facts there are, and how far their readers lag behind."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db import connection

from governance.core.models import Cursor, Event, SetAside
from monitoring.collectors.base import Collector, Family, Rates

ASK = f"""
SELECT (SELECT count(*) FROM {Event._meta.db_table} WHERE sequence IS NULL),
       (SELECT coalesce(max(sequence), 0) FROM {Event._meta.db_table}),
       (SELECT json_object_agg(name, sequence) FROM {Cursor._meta.db_table}),
       (SELECT count(*) FROM {SetAside._meta.db_table} WHERE replayed IS NULL)
"""


class Facts(Collector):
    every: ClassVar[float] = 2.0
    is_shared: ClassVar[bool] = True
    may_hang: ClassVar[bool] = True

    def __init__(self) -> None:
        self.rates = Rates()
        self.waiting = self.last = self.aside = 0
        self.cursors: dict[str, int] = {}

    def collect(self) -> Mapping[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(ASK)
            self.waiting, self.last, cursors, self.aside = cursor.fetchone()
        self.cursors = cursors or {}
        return {
            "recorded": self.rates.per_second("facts", self.last, time.monotonic()),
            "unsealed": self.waiting,
            "lag": max((self.last - at for at in self.cursors.values()), default=0),
            "set_aside": self.aside,
        }

    def families(self) -> Iterable[Family]:
        yield Family("governance_facts_total", "counter", "Facts that are sealed.", [({}, float(self.last))])
        yield Family("governance_facts_unsealed", "gauge", "Facts that wait for the sealer.", [({}, float(self.waiting))])
        lags = [({"subscriber": name}, float(max(0, self.last - at))) for name, at in self.cursors.items()]
        yield Family("governance_subscriber_lag", "gauge", "Sealed facts that a subscriber has not read yet.", lags)
        yield Family("governance_facts_set_aside", "gauge", "Facts that failed in a subscriber and wait for a replay.", [({}, float(self.aside))])
