"""Our own endpoints and folders, which no source and no webhook may reach. Filled from the settings when the portal starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from governance.core.errors import ForbiddenAddress, GovernanceError
from governance.core.http.addresses import IPAddress, is_local, normalise, parse

DEFAULT_PORTS = {"postgresql": 5432, "postgres": 5432, "redis": 6379, "rediss": 6379, "valkey": 6379, "valkeys": 6379}


def is_below(path: Path, folder: Path) -> bool:
    """Whether a path is a folder or lies in it; both must be real paths."""
    # As texts: asked dozens of times for each file of a lake, and going through `parents` takes fifty times as long.
    here, above = str(path), str(folder)
    return here == above or here.startswith(above if above.endswith("/") else f"{above}/")


class Protected:
    """Ports of this machine, endpoints elsewhere, and folders that belong to the portal."""

    def __init__(self) -> None:
        self.ports: set[int] = set()
        self.endpoints: set[tuple[str, int]] = set()
        self.folders: set[Path] = set()

    def add_port(self, port: int) -> None:
        """A port on which we listen; it is protected on every address of this machine."""
        self.ports.add(port)

    def add_folder(self, folder: Path | str) -> None:
        """A folder of ours (DATA_DIR, the folder of our sockets) and all below it."""
        self.folders.add(Path(os.path.realpath(folder)))

    def add_url(self, url: str) -> None:
        """The database or the broker that we use: a server, or a unix socket."""
        parts = urlsplit(url)
        sockets = [path for key in ("host", "unix_socket_path") for path in parse_qs(parts.query).get(key, []) if path.startswith("/")]
        if parts.scheme.endswith("unix") or sockets or (parts.hostname or "").lower().startswith("%2f"):
            path = Path(sockets[0] if sockets else unquote(parts.hostname or "") or unquote(parts.path))
            self.add_folder(path.parent if path.suffix == ".sock" else path)
            return
        port = parts.port or DEFAULT_PORTS.get(parts.scheme.partition("+")[0], 0)
        hosts = parts.hostname or (parse_qs(parts.query).get("host") or ["localhost"])[0]
        for host in hosts.split(","):
            self.endpoints.add((host.lower().rstrip("."), port))

    def covers(self, port: int) -> bool:
        return port in self.ports

    def owns(self, path: Path) -> bool:
        """Whether a real path is ours."""
        return any(is_below(path, folder) for folder in self.folders)

    def linked(self) -> set[tuple[int, int]]:
        """Device and number of each of our files that has a second name somewhere. Walks through all of our folders: ask seldom."""
        found = set()
        for folder in self.folders:
            for here, _, names in os.walk(folder):
                for name in names:
                    try:
                        facts = Path(here, name).lstat()
                    except OSError:
                        continue  # gone since it was listed
                    if facts.st_nlink > 1:
                        found.add((facts.st_dev, facts.st_ino))
        return found

    def refuse(self, host: str, addresses: Iterable[IPAddress], port: int, resolver: Callable[[str, int], Iterable[str]]) -> None:
        """Raises when a host with these addresses is one of our endpoints, under whatever name."""
        for name, own_port in self.endpoints:
            if own_port == port and (name == host or self._same_machine(name, own_port, addresses, resolver)):
                raise ForbiddenAddress(
                    f'{host}:{port} is the portal\'s own server. Its own data is the built-in source "This portal".', host=host, port=port
                )

    @staticmethod
    def _same_machine(name: str, port: int, addresses: Iterable[IPAddress], resolver: Callable[[str, int], Iterable[str]]) -> bool:
        try:
            target = normalise(name)
            ours = {parse(text) for text in resolver(target, port)} if isinstance(target, str) else {target}
        except GovernanceError:
            return False  # a server of ours that has no address cannot be reached under another name either
        return any(address in ours or (is_local(address) and any(is_local(own) for own in ours)) for address in addresses)


protected = Protected()
