"""The app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "security.access"
    label = "access"
    verbose_name = "Access"

    def ready(self) -> None:
        import_module("security.access.wiring")
