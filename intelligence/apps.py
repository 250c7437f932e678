"""The app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class IntelligenceConfig(AppConfig):
    name = "intelligence"
    label = "intelligence"

    def ready(self) -> None:
        import_module("intelligence.wiring")
