"""Scans on a real portal: its own database, two at once, a cancel, and frames on the websocket."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from tests.portal import Portal, until
from tests.scans.running import PEOPLE, sqlite_file

pytestmark = pytest.mark.stack


def started(api: httpx.Client, name: str, path: Path) -> Any:
    source = api.post("/api/v1/sources/", json={"name": name, "kind": "sqlite", "config": {"path": str(path)}}).json()
    answer = api.post("/api/v1/scans/", json={"source": source["id"]})
    assert answer.status_code == 202, answer.text
    return answer.json()


def over(api: httpx.Client, pk: int) -> Any:
    found = api.get(f"/api/v1/scans/{pk}/").json()
    return found if found["state"] not in ("queued", "running") else None


def test_this_portal_can_be_scanned_and_its_password_hashes_are_not_read(portal: Portal) -> None:
    api = portal.api()
    (source,) = api.get("/api/v1/sources/?is_builtin=true").json()["results"]
    run = api.post("/api/v1/scans/", json={"source": source["id"]}).json()
    done = until(lambda: over(api, run["id"]), "the scan of this portal", portal.text)
    assert (done["state"], done["outcome"]) == ("complete", "clean"), done
    fields = api.get("/api/v1/fields/?search=password").json()["results"]
    assert all("pbkdf2" not in json.dumps(api.get(f"/api/v1/fields/{one['id']}/").json()) for one in fields)


def test_two_scans_at_once_both_complete(portal: Portal, tmp_path: Path) -> None:
    api = portal.api()
    paths = [sqlite_file(tmp_path / f"{name}.db", {f"t{at}": PEOPLE for at in range(15)}) for name in ("left", "right")]
    runs = [started(api, path.stem, path) for path in paths]
    done = [until(partial(over, api, run["id"]), "both scans", portal.text) for run in runs]
    assert [(one["state"], one["progress"]["done"]) for one in done] == [("complete", 15), ("complete", 15)]


def test_a_running_scan_is_cancelled(portal: Portal, tmp_path: Path) -> None:
    api = portal.api()
    run = started(api, "long", sqlite_file(tmp_path / "long.db", {f"t{at}": PEOPLE for at in range(150)}))
    until(lambda: api.get(f"/api/v1/scans/{run['id']}/").json()["progress"]["done"], "the first units", portal.text)
    assert api.post(f"/api/v1/scans/{run['id']}/cancel/").status_code == 202
    done = until(lambda: over(api, run["id"]), "the end", portal.text)
    assert done["state"] == "aborted" and 0 < done["progress"]["done"] < 150


def test_frames_tell_the_progress_and_what_was_found(portal: Portal, tmp_path: Path) -> None:
    api = portal.api()
    path = sqlite_file(tmp_path / "live.db", {f"t{at}": PEOPLE for at in range(30)})
    source = api.post("/api/v1/sources/", json={"name": "live", "kind": "sqlite", "config": {"path": str(path)}}).json()
    token = api.headers["Authorization"].removeprefix("Bearer ")

    async def follow() -> list[Any]:
        async with websockets.connect(f"ws://127.0.0.1:{portal.port}/ws/live/?token={token}") as socket:
            run = await asyncio.to_thread(lambda: api.post("/api/v1/scans/", json={"source": source["id"]}).json())
            await socket.send(json.dumps({"subscribe": [f"scan:{run['id']}"]}))
            frames: list[Any] = []
            async with asyncio.timeout(60):
                while not frames or frames[-1]["data"]["state"] != "complete":
                    frame = json.loads(await socket.recv())
                    frames += [frame] if frame.get("topic") == f"scan:{run['id']}" else []
            return frames

    frames = asyncio.run(follow())
    assert set(frames[0]["data"]["progress"]) == {"done", "failed", "total", "rows", "bytes", "eta_s"}
    found = {one["dataset_id"] for frame in frames for one in frame["data"]["found"]}
    assert frames[-1]["data"]["progress"]["done"] == 30 and len(found) == 30
    assert {(one["entity"], one["title"]) for frame in frames for one in frame["data"]["found"]} == {("EMAIL_ADDRESS", "E-mail address")}
    assert len(frames) < 30 + 2


def test_a_scan_that_is_not_to_be_seen_cannot_be_followed(portal: Portal) -> None:
    token = portal.api().headers["Authorization"].removeprefix("Bearer ")

    async def ask() -> Any:
        async with websockets.connect(f"ws://127.0.0.1:{portal.port}/ws/live/?token={token}") as socket:
            await socket.send(json.dumps({"subscribe": ["scan:987654321", "scan:x"]}))
            return [json.loads(await socket.recv()) for _ in range(2)]

    assert [one["error"]["code"] for one in asyncio.run(ask())] == ["denied", "denied"]
