"""The ground floor as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "governance.core"
    label = "core"
    verbose_name = "Audit log"

    def ready(self) -> None:
        import_module("governance.core.wiring")
