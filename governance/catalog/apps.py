"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "governance.catalog"
    label = "catalog"
    verbose_name = "Catalog"

    def ready(self) -> None:
        # Models cannot be imported before every app is there.
        from governance.catalog import facts, models
        from governance.core.subjects import SubjectType, register

        facts.declare_all()
        scope = {"source": "source_id", "dataset": "id", "domain": "domain_id", "tag": "tags__id"}
        register(
            SubjectType(
                "dataset",
                models.Dataset,
                title=str,
                url=lambda one: f"/admin/catalog/dataset/{one.pk}/change/",
                paths=scope,
                sensitivity="sensitivity",
                plural="datasets",
            )
        )
        within = {name: path if path == "id" else f"dataset__{path}" for name, path in scope.items()} | {"dataset": "dataset_id"}
        register(
            SubjectType(
                "field",
                models.Field,
                title=str,
                url=lambda one: f"/admin/catalog/field/{one.pk}/change/",
                paths=within,
                sensitivity="sensitivity",
                plural="fields",
            )
        )
        for name, model in (("domain", models.Domain), ("tag", models.Tag)):
            register(
                SubjectType(
                    name,
                    model,
                    title=str,
                    url=lambda one: f"/admin/catalog/{one._meta.model_name}/{one.pk}/change/",
                    paths={name: "id"},
                    plural=f"{name}s",
                    parent="parent_id" if name == "domain" else "",
                    is_shared=True,
                )
            )
