"""Which names the portal answers to."""

from __future__ import annotations

import httpx
import pytest

from governance import settings
from tests.portal import Portal


def test_without_a_setting_it_answers_to_this_machine_only() -> None:
    assert settings.ALLOWED_HOSTS == ["127.0.0.1", "localhost", "[::1]"]


@pytest.mark.stack
@pytest.mark.parametrize("name", ["testserver", "evil.example", "localhost.evil.example"])
def test_a_request_for_another_name_is_refused(portal: Portal, name: str) -> None:
    assert httpx.get(f"{portal.base_url}/admin/login/", headers={"Host": name}).status_code == 400
    assert httpx.get(f"{portal.base_url}/admin/login/", headers={"Host": "localhost"}).status_code == 200
