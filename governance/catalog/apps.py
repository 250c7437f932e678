"""The app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "governance.catalog"
    label = "catalog"
    verbose_name = "Catalog"

    def ready(self) -> None:
        import_module("governance.catalog.wiring")
