"""A statement ends when the work is cancelled or its time is over, and says which."""

from __future__ import annotations

import threading

import pytest

from governance.core.errors import Cancelled, TimedOut
from governance.sources.connectors.base import Limits
from governance.sources.connectors.patience import Patience


def test_each_statement_has_its_own_time() -> None:
    patience = Patience(Limits(statement_timeout=60), threading.Event())
    patience.begin()
    assert not patience.is_over
    hurried = Patience(Limits(statement_timeout=-1), threading.Event())
    hurried.begin()
    assert hurried.is_over
    error = hurried.reason("orders")
    assert isinstance(error, TimedOut) and "orders" in error.detail and "GOVERNANCE_STATEMENT_TIMEOUT" in error.detail


def test_cancelled_work_is_over_at_once_and_begins_nothing_more() -> None:
    flag = threading.Event()
    patience = Patience(Limits(statement_timeout=-1), flag)
    patience.begin()
    flag.set()
    assert patience.is_over and isinstance(patience.reason("orders"), Cancelled)
    with pytest.raises(Cancelled):
        patience.begin()
