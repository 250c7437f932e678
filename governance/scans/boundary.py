"""The stage boundary: the one place where an error nobody foresaw is caught, and told without any value that it may carry."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import InterfaceError, OperationalError, connection

from governance.core.errors import GovernanceError
from governance.core.runs import Leased

logger = logging.getLogger(__name__)
AWAY: Final = (OperationalError, InterfaceError)
"""What Django raises when our own database goes away."""
PATIENCE: Final = 20.0
PAUSE: Final = 0.5
"""Seconds."""


class Unforeseen(GovernanceError):
    """A defect of ours, or of a library; only its type is kept."""

    code, status, title = "unforeseen", 500, "Something went wrong that nobody foresaw"


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Turns whatever is not a GovernanceError into one. Our own database going away is no result of the work: it passes, and the lease brings the work back."""
    try:
        yield
    except (GovernanceError, *AWAY):
        raise
    except Exception as error:  # stage boundary
        # The message is left out, also of the log: libraries like to quote the value that they could not read.
        name = type(error).__name__
        logger.error("%s ended with %s\n%s", what, name, "".join(traceback.format_tb(error.__traceback__)))
        raise Unforeseen(
            f"{name} in our own code. The log of the worker says where; nothing else was touched. Please report it.", type=name
        ) from None


@contextmanager
def returned(leased: Leased) -> Iterator[None]:
    """When our own database goes away in this block, the lease ends as soon as it is back, and the next worker need not wait until it runs out."""
    try:
        yield
    except AWAY:
        deadline = time.monotonic() + PATIENCE
        while not _is_let_go(leased) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        raise


def _is_let_go(leased: Leased) -> bool:
    try:
        leased.let_go()
    except AWAY:
        connection.close()
        return False
    return True
