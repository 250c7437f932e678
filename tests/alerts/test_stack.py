"""A real portal, from wrong passwords at its login page to a web server and a mailbox outside."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.alerts.smtp import mail_server
from tests.core.servers import web_server
from tests.portal import Portal, until


@pytest.mark.stack
def test_too_many_wrong_passwords_reach_the_inbox_a_webhook_and_a_mailbox(tmp_path: Path) -> None:
    with web_server() as web, mail_server() as mailbox:
        portal = Portal(tmp_path / "data", GOVERNANCE_PRIVATE_WEBHOOKS="127.0.0.1", GOVERNANCE_SMTP_URL=mailbox.url)
        try:
            portal.start()
            with portal.api() as api:
                for name, kind, config in (("hook", "webhook", {"url": f"{web.url}/T0KEN"}), ("mail", "email", {"to": ["a@example.org"]})):
                    made = api.post("/api/v1/receivers/", json={"name": name, "kind": kind, "config": config})
                    assert made.status_code == 201, made.text
                guess_passwords(portal)
                until(lambda: web.received and mailbox.messages, "both messages", portal.text)
                (alert,) = api.get("/api/v1/alerts/?is_open=true").json()["results"]
                sent = until(lambda: delivered(api, alert["id"]), "both notifications marked", portal.text)
        finally:
            portal.stop()
    assert alert["rule_name"] == "Too many wrong passwords" and sorted(sent) == ["hook", "mail"]
    assert json.loads(web.received[0].body)["alerts"][0]["id"] == alert["id"] and len(web.received) == len(mailbox.messages) == 1
    logs = "".join(path.read_text(errors="replace") for path in (tmp_path / "data" / "logs").glob("*.log"))
    assert "T0KEN" not in logs + portal.text()


def guess_passwords(portal: Portal) -> None:
    with httpx.Client(base_url=portal.base_url, follow_redirects=True, timeout=30) as visitor:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', visitor.get("/admin/login/").text)
        assert token
        for number in range(7):
            form = {"username": "nobody", "password": f"wrong {number}", "csrfmiddlewaretoken": token[1]}
            visitor.post("/admin/login/", data=form, headers={"Referer": f"{portal.base_url}/admin/login/"})


def delivered(api: httpx.Client, alert: int) -> list[str]:
    rows = api.get(f"/api/v1/notifications/?alert={alert}&state=sent").json()["results"]
    return [row["receiver_name"] for row in rows] if len(rows) == 2 else []
