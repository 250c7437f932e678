"""The OpenAPI document and its page."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator


def document() -> dict[str, Any]:
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


def test_the_document_is_valid_and_made_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())


def test_lists_are_described_in_their_envelope_with_their_filters() -> None:
    made = document()
    operation = made["paths"]["/api/v1/datasets/"]["get"]
    name = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema = made["components"]["schemas"][name]
    assert {"next", "previous", "results"} == set(schema["properties"])
    assert {"cursor", "limit", "ordering", "search", "source", "sensitivity"} <= {one["name"] for one in operation["parameters"]}


def test_every_operation_tells_of_problems() -> None:
    operations = [one for item in document()["paths"].values() for name, one in item.items() if name in ("get", "post", "put", "patch", "delete")]
    assert len(operations) > 50 and all("application/problem+json" in one["responses"]["default"]["content"] for one in operations)


@pytest.mark.django_db
def test_the_document_is_served_as_openapi_3_1(client: Client) -> None:
    answer = client.get("/api/schema/", headers={"Accept": "application/json"})
    assert answer.status_code == 200 and answer.json()["openapi"].startswith("3.1")


@pytest.mark.django_db
def test_the_page_shows_every_resource_and_loads_nothing_from_outside(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    assert all(f'id="{name}"' in page for name in ("sources", "scans", "datasets", "fields", "events", "alerts", "tokens"))
    assert "http://" not in page and "https://" not in page
