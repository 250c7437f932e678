"""The stage boundary: the one place where an error nobody foresaw is caught, and told without any value that it may carry."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

from governance.core.errors import GovernanceError

logger = logging.getLogger(__name__)


class Unforeseen(GovernanceError):
    """A defect of ours, or of a library; only its type is kept."""

    code, status, title = "unforeseen", 500, "Something went wrong that nobody foresaw"


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Turns whatever is not a GovernanceError into one. Our own database going away is no result of the work: it passes, and the lease brings the work back."""
    try:
        yield
    except (GovernanceError, OperationalError, InterfaceError):
        raise
    except Exception as error:  # stage boundary
        # The message is left out, also of the log: libraries like to quote the value that they could not read.
        name = type(error).__name__
        logger.error("%s ended with %s\n%s", what, name, "".join(traceback.format_tb(error.__traceback__)))
        raise Unforeseen(
            f"{name} in our own code. The log of the worker says where; nothing else was touched. Please report it.", type=name
        ) from None
