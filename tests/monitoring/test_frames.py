"""The websocket: frames each second, who may have them, and a socket on which nothing happens."""

from __future__ import annotations

import secrets

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.monitoring.sockets import cookies_of, hear, hear_from, opened, say, token_of
from tests.portal import Portal, until


@pytest.fixture(scope="module")
def token(portal: Portal) -> str:
    return token_of(portal)


@pytest.fixture(scope="module")
def measured(portal: Portal) -> None:
    """The portal has measured something by now."""
    with portal.api() as api:
        until(lambda: api.get("/api/v1/metrics/live/").json()["times"], "a first measurement", portal.text)


def test_the_first_frame_comes_at_once_and_others_each_second(portal: Portal, token: str, measured: None) -> None:
    with opened(portal, token=token) as socket:
        say(socket, subscribe=["system"])
        first = hear(socket)
        times = [hear(socket)["data"]["at"] for _ in range(5)]
    assert (first["topic"], first["type"]) == ("system", "frame")
    assert times == sorted(times) and times[0] >= first["data"]["at"]
    assert len(set(times)) == 5 and times[-1] - times[0] == pytest.approx(4, abs=1.5)


def test_a_frame_names_every_part_of_the_host_and_of_the_portal(portal: Portal, token: str, measured: None) -> None:
    with opened(portal, token=token) as socket:
        say(socket, subscribe=["system"])
        frame = hear(socket)
        while frame["data"]["database"].get("reason") or frame["data"]["runs"].get("reason"):
            frame = hear(socket)
    data = frame["data"]
    assert data["host"]["memory"]["total"] > 0 and set(data["host"]["load"]) == {"1", "5", "15"}
    assert {"web", "worker", "tasks", "beat", "facts", "collect", "postgres", "valkey"} <= set(data["processes"])
    assert data["processes"]["web"]["count"] == 1 and data["processes"]["web"]["rss"] > 0
    assert data["database"]["connections_total"] > 0 and data["broker"]["queues"]["default"] >= 0
    assert {"queued", "running"} <= set(data["runs"]["scan"])


def test_a_session_cookie_opens_the_socket_too(portal: Portal, measured: None) -> None:
    with opened(portal, cookies=cookies_of(portal), origin=portal.base_url) as socket:
        say(socket, subscribe=["system"])
        assert hear(socket)["type"] == "frame"


def test_a_page_of_another_site_is_refused(portal: Portal) -> None:
    with pytest.raises(InvalidStatus, match="403"), opened(portal, cookies=cookies_of(portal), origin="http://elsewhere.example"):
        pass


@pytest.mark.parametrize("token", ["", "gov_wrong"])
def test_nobody_gets_a_frame_without_signing_in(portal: Portal, token: str) -> None:
    with opened(portal, token=token) as socket:
        assert hear(socket)["error"]["code"] == "not_authenticated"
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


def test_a_token_is_in_no_log(portal: Portal, token: str, measured: None) -> None:
    with opened(portal, token=token) as socket:
        say(socket, subscribe=["system"])
        hear(socket)
    logs = portal.text() + "".join(path.read_text(errors="replace") for path in (portal.data_dir / "logs").iterdir())
    assert token not in logs and "/ws/live/" in logs


def test_an_unknown_topic_is_an_error_and_the_socket_goes_on(portal: Portal, token: str, measured: None) -> None:
    with opened(portal, token=token) as socket:
        say(socket, subscribe=["weather"])
        refused = hear(socket)
        say(socket, subscribe=["system"])
        assert refused["error"]["code"] == "not_found" and "system" in refused["error"]["detail"]
        assert hear(socket)["topic"] == "system"


def test_who_has_no_grant_on_the_portal_is_denied_the_topic(portal: Portal) -> None:
    password = secrets.token_urlsafe(12)
    script = f"from django.contrib.auth.models import User; User.objects.create_user('frames', password={password!r}, is_staff=True)"
    assert portal.manage("shell", "--command", script).returncode == 0
    with opened(portal, token=token_of(portal, username="frames", password=password)) as socket:
        say(socket, subscribe=["system"])
        assert hear(socket)["error"]["code"] == "denied"


def test_what_is_no_json_is_answered_with_an_example(portal: Portal, token: str) -> None:
    with opened(portal, token=token) as socket:
        socket.send("hello")
        assert '"subscribe"' in hear(socket)["error"]["detail"]


def test_after_unsubscribing_no_frame_comes(portal: Portal, token: str, measured: None) -> None:
    with opened(portal, token=token) as socket:
        say(socket, subscribe=["system"])
        hear(socket)
        say(socket, unsubscribe=["system"])
        say(socket, subscribe=["nothing"])
        assert hear_from(socket, "nothing")["error"]
        with pytest.raises(TimeoutError):
            socket.recv(timeout=3)


def test_a_socket_on_which_nothing_happens_stays_open_for_twenty_seconds(portal: Portal, token: str, measured: None) -> None:
    with opened(portal, token=token, ping_interval=None) as socket:
        with pytest.raises(TimeoutError):
            socket.recv(timeout=21)
        say(socket, subscribe=["system"])
        assert hear(socket)["type"] == "frame"
