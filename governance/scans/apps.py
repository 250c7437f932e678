"""The app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ScansConfig(AppConfig):
    name = "governance.scans"
    label = "scans"

    def ready(self) -> None:
        import_module("governance.scans.wiring")
