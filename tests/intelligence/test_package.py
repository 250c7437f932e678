"""The package is a library that costs nothing until it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_importing_it_loads_neither_django_nor_heavy_libraries() -> None:
    code = "import sys, intelligence.classification; print(sorted({'django', 'duckdb', 'phonenumbers', 'sklearn', 'spacy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
