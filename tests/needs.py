"""What a test needs from the machine: without it the test is skipped with its reason, and with REQUIRE_ALL=1 it fails."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skips the running test for `reason`, or fails it where everything has to be there."""
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"REQUIRE_ALL=1, and {reason}", pytrace=False)
    pytest.skip(reason)


def need(program: str, *folders: str) -> str:
    """The path of a program on PATH or in one of `folders`; skips (or fails) the test when it is not there."""
    path = shutil.which(program) or shutil.which(program, path=os.pathsep.join(folders))
    return path or missing(f"{program} is not installed")
