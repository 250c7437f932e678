"""Long: hundreds of generated source configurations, most of them wrong. None may break the portal or be stored half."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from typing import Any

import pytest
from rest_framework.test import APIClient

from governance.sources.models import Source
from tests.factories import api_client, make_user

pytestmark = [pytest.mark.soak, pytest.mark.django_db]
NUMBER = int(os.environ.get("SOAK_CONFIGURATIONS", "600"))
KINDS = ("postgresql", "sqlite", "duckdb", "files", "portal", "nonsense", "", None, 7)
NAMES = ("host", "port", "database", "user", "password", "tls", "url", "path", "unknown", "", "\x00")
VALUES: tuple[Any, ...] = (
    "127.0.0.1", "169.254.169.254", "localhost", "db.example.org", "0x7f.1", "::1", "/etc/passwd", "/tmp/../etc", "../../x", "*", "a\x00b", "\ud800", "",
    "postgresql://a:b@[::1/x", "postgresql://u:secret-marker@127.0.0.1:1/x", "require", "x" * 5000, 0, -1, 65536, 5432, 1e308, True, None, [], {"a": 1}, ["x"] * 50,
)  # fmt: skip
WHOLE: dict[Any, dict[str, Any]] = {
    "postgresql": {"host": "db.example.org", "port": 5432, "database": "shop", "user": "reader", "password": "secret-marker", "tls": "require"},
    "sqlite": {"path": "/srv/data/shop.db"},
    "duckdb": {"path": "/srv/data/shop.duckdb"},
    "files": {"path": "/srv/data/lake"},
}


def test_no_configuration_breaks_the_portal(capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(int(os.environ.get("SOAK_SEED", "1")))
    client: APIClient = api_client(make_user("administrator"))
    answers: Counter[int] = Counter()
    for number in range(NUMBER):
        kind = dice.choice(KINDS)
        changed = {dice.choice(NAMES): dice.choice(VALUES) for _ in range(dice.randrange(5))}
        config: Any = dice.choices([changed, WHOLE.get(kind, {}) | changed, WHOLE.get(kind, {}), dice.choice(VALUES)], [40, 40, 15, 5])[0]
        before = Source.objects.count()
        # Escaped as a program would send it: the client's own renderer refuses half a surrogate pair.
        body = json.dumps({"name": f"source {number}", "kind": kind, "config": config})
        answer = client.post("/api/v1/sources/", body, content_type="application/json")
        answers[answer.status_code] += 1
        assert answer.status_code in (201, 400, 403, 404, 422), (answer.status_code, config)
        assert "secret-marker" not in answer.content.decode()
        assert Source.objects.count() - before == int(answer.status_code == 201)
    assert answers[201] and answers[400]
    with capsys.disabled():
        print(f"\n{NUMBER} configurations: {dict(answers)}")  # noqa: T201
