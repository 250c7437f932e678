"""One real portal in a folder of its own, driven as a person drives it: `manage.py up`, a browser's login, signals."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.plugin import FOREIGN

ROOT = Path(__file__).parent.parent
PATIENCE = 60


class Portal:
    """`data_dir` keeps everything; `environment` is added to a clean one."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.password = secrets.token_urlsafe(12)
        self.environment = clean_environment() | {"DATA_DIR": str(data_dir), "ADMIN_PASSWORD": self.password} | environment
        self.output = data_dir.parent / f"{data_dir.name}.out"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Portal:
        """Starts `manage.py up` in a session of its own and waits for the line that says it is ready."""
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*self.command("up"), "--port", str(self.port), "--data-dir", str(self.data_dir)],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process = self.process
        until(lambda: "is ready at" in self.text() or process.poll() is not None, f"ready line of {self.data_dir}", self.text)
        assert process.poll() is None, self.text()
        return self

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends the whole process group a signal, as a terminal or a service manager does; returns the exit code."""
        process = self.process
        assert process is not None
        if process.poll() is None:
            os.killpg(process.pid, number)
        try:
            return process.wait(timeout=30)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def text(self) -> str:
        """Everything the terminal has shown."""
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "manage.py", *arguments]

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Another `manage.py` command on the same DATA_DIR."""
        return subprocess.run(
            self.command(*arguments), cwd=ROOT, env=self.environment | environment, capture_output=True, text=True, timeout=120, check=False
        )

    def processes(self) -> list[psutil.Process]:
        """Every living process that names this DATA_DIR on its command line, as `pgrep -f` finds them."""
        return [one for one in psutil.process_iter(["cmdline", "ppid"]) if str(self.data_dir) in " ".join(one.info["cmdline"] or [])]

    def pids(self, name: str) -> list[int]:
        """Process ids of web, worker, beat, facts, collect, postgres or valkey; the main process of each comes first."""
        signs = {"postgres": "bin/postgres -D", "valkey": "valkey-server"}
        sign = signs.get(name, f"governance {name} ")
        found = [one for one in self.processes() if sign in " ".join(one.info["cmdline"])]
        return [one.pid for one in sorted(found, key=lambda one: (one.info["ppid"] != self.pid, one.pid))]

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def kill(self, name: str) -> int:
        """kill -9 of one of our processes; returns the id it had."""
        pid: int = until(lambda: self.pids(name), name, self.text)[0]
        os.kill(pid, signal.SIGKILL)
        return pid

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.base_url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def client(self, username: str = "admin", password: str = "") -> httpx.Client:
        """A client that is logged in through the login page."""
        with httpx.Client(base_url=self.base_url, follow_redirects=True, timeout=30) as visitor:
            page = visitor.get("/admin/login/")
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
            assert token, page.text[:500]
            form = {"username": username, "password": password or self.password, "csrfmiddlewaretoken": token[1], "next": "/admin/"}
            answer = visitor.post("/admin/login/", data=form, headers={"Referer": f"{self.base_url}/admin/login/"})
            assert answer.status_code == 200 and "sessionid" in visitor.cookies, f"login answered {answer.status_code}"
            cookies = dict(visitor.cookies)
        headers = {"X-CSRFToken": cookies["csrftoken"], "Referer": f"{self.base_url}/admin/"}
        return httpx.Client(base_url=self.base_url, cookies=cookies, headers=headers, follow_redirects=True, timeout=30)

    def api(self, *, scopes: tuple[str, ...] = ("*",), username: str = "admin", password: str = "") -> httpx.Client:
        """A client with a fresh token of that user."""
        with self.client(username, password) as session:
            answer = session.post("/api/v1/tokens/", json={"name": f"test {time.time_ns()}", "scopes": list(scopes)})
            assert answer.status_code == 201, answer.text
        return httpx.Client(base_url=self.base_url, timeout=30, headers={"Authorization": f"Bearer {answer.json()['token']}"})


def clean_environment() -> dict[str, str]:
    """This process's environment without what points at a portal."""
    ours = (*FOREIGN, "DATA_DIR", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if name not in ours and not name.startswith(("GOVERNANCE_", "PYTEST_"))}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], Any], what: str, explain: Callable[[], str] = str, patience: float = PATIENCE) -> Any:
    """The condition's value once it is true; fails with what was awaited and an explanation when that never happens."""
    deadline = time.monotonic() + patience
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, f"waited {patience:.0f} s for {what}\n{explain()[-4000:]}"
        time.sleep(0.05)
