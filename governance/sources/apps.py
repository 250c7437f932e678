"""The app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "governance.sources"
    label = "sources"

    def ready(self) -> None:
        import_module("governance.sources.wiring")
