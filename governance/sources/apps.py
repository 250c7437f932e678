"""The app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.urls import reverse

from governance.core import periodic
from governance.core.subjects import SubjectType, register


class SourcesConfig(AppConfig):
    name = "governance.sources"
    label = "sources"

    def ready(self) -> None:
        # Models are not there yet when this module is imported.
        source = self.get_model("Source")
        import_module("governance.sources.facts")
        builtin = import_module("governance.sources.builtin")
        register(
            SubjectType(
                "source",
                source,
                title=str,
                url=lambda one: reverse("admin:sources_source_change", args=[one.pk]),
                paths={"source": "id"},
                plural="sources",
            )
        )
        periodic.setup_step("built-in source", builtin.install)
