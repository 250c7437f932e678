"""The app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "security.identity"
    label = "identity"
    verbose_name = "Settings"

    def ready(self) -> None:
        import_module("security.identity.wiring")
