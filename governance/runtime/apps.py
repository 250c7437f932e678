"""The runtime as a Django app: its commands and its facts."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    name = "governance.runtime"

    def ready(self) -> None:
        import_module("governance.runtime.facts")
