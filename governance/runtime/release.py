"""Which release this is."""

from __future__ import annotations

import tomllib
from pathlib import Path


def release() -> str:
    """The version in pyproject.toml."""
    project = Path(__file__).resolve().parent.parent.parent / "pyproject.toml"
    version: str = tomllib.loads(project.read_text())["project"]["version"]
    return version
