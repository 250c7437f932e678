"""What keeps the portal small: processes share what was loaded before they were forked, and load nothing that they do not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from governance.runtime import kernel
from tests.portal import ROOT, clean_environment

HEAVY = ("duckdb", "sklearn", "scipy", "numpy", "pandas", "spacy", "sqlalchemy", "phonenumbers", "prompt_toolkit", "IPython")


def answer(tmp_path: Path, code: str) -> list[str]:
    """What a fresh interpreter prints, word by word."""
    start = "import sys, django; django.setup(); from governance.runtime import entries; entries.preload(); "
    environment = clean_environment() | {"DJANGO_SETTINGS_MODULE": "governance.settings", "DATA_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", start + code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_what_is_loaded_for_all_processes_holds_no_heavy_library(tmp_path: Path) -> None:
    assert answer(tmp_path, f"print(*(name for name in {HEAVY!r} if name in sys.modules))") == []


def test_a_worker_loads_hardly_anything_that_was_not_loaded_before_the_fork(tmp_path: Path) -> None:
    code = """
before = set(sys.modules)
from unittest.mock import patch
from celery.apps.worker import Worker
with patch.object(Worker, "start", lambda worker: worker.app.amqp), patch("celery.app.log.Logging.setup"):
    try:
        entries.tasks()
    except SystemExit:
        print("ended")
print(*sorted(set(sys.modules) - before))
"""
    ended, *loaded = answer(tmp_path, code)
    assert ended == "ended"
    ours = [name for name in loaded if not name.startswith(("celery.", "unittest", "kombu.", "asyncio"))]
    assert ours == [] and len(loaded) < 40, loaded


@pytest.mark.skipif(not kernel.LINUX or sys.platform != "linux", reason="malloc is glibc's on Linux only")
def test_malloc_is_told_to_give_memory_back() -> None:
    code = "from governance.runtime.kernel import give_memory_back; print(give_memory_back())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
