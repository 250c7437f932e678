"""The app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
    label = "alerts"
    verbose_name = "Alerts"

    def ready(self) -> None:
        import_module("alerts.wiring")
