"""Where things lie below DATA_DIR, and the two URLs of the embedded services. Knows nothing of Django."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote, urlencode

from governance.core.errors import ConfigurationError

# A unix socket's path holds 107 bytes on Linux and 103 on macOS.
LONGEST_SOCKET_PATH = 100
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
DATABASE = OWNER = "governance"
READER = "governance_reader"


class Places:
    """The folders and files of one DATA_DIR; nothing is created before somebody asks for a URL, a secret or `prepare()`."""

    def __init__(self, data_dir: Path | str) -> None:
        self.data_dir = Path(data_dir).expanduser().absolute()
        self.postgres = self.data_dir / "postgres"
        self.valkey = self.data_dir / "valkey"
        self.logs = self.data_dir / "logs"
        self.secrets = self.data_dir / "secrets"
        self.artifacts = self.data_dir / "artifacts"
        self.lock = self.data_dir / "up.lock"

    @property
    def run(self) -> Path:
        """The folder of the unix sockets: DATA_DIR/run, or a short folder elsewhere that DATA_DIR/run then links to."""
        inside = self.data_dir / "run"
        if len(os.fsencode(inside / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH:
            return inside
        # The link is read first, so that a process with another TMPDIR finds the same sockets.
        if inside.is_symlink():
            return inside.readlink()
        digest = hashlib.sha256(f"{self.data_dir}\0{os.getuid()}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"governance-{digest}"

    @property
    def valkey_socket(self) -> Path:
        return self.run / VALKEY_SOCKET

    def cluster(self, major: int) -> Path:
        """The data folder of the embedded PostgreSQL of one major version."""
        return self.postgres / str(major)

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def metrics(self) -> Path:
        """The folder in which each process of this machine counts; it is created when somebody asks."""
        folder = self.data_dir / "metrics"
        _folder(self.data_dir, 0o755)
        _folder(folder, 0o700)
        return folder

    def prepare(self) -> None:
        """Creates every folder that we keep things in; a ConfigurationError says which one cannot be written."""
        _folder(self.data_dir, 0o755)
        for folder in (self.secrets, self.postgres, self.valkey, self.logs, self.artifacts):
            _folder(folder, 0o700)
        self._prepare_run()

    def _prepare_run(self) -> None:
        run, inside = self.run, self.data_dir / "run"
        _folder(run, 0o700)
        if run != inside:
            _private(run)
            try:
                inside.symlink_to(run)
            except FileExistsError:
                pass

    def secret(self, name: str) -> str:
        """The secret DATA_DIR/secrets/NAME (mode 0600), made up on first use; two processes at once get the same one."""
        path = self.secrets / name
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            pass
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be read ({error.strerror}); choose another DATA_DIR, or run as the user who owns it.") from error
        _folder(self.data_dir, 0o755)
        _folder(self.secrets, 0o700)
        write_once(path, secrets.token_urlsafe(48) + "\n")
        return path.read_text().strip()

    def database_url(self, *, user: str = OWNER, database: str = DATABASE) -> str:
        """postgresql://USER:PASSWORD@/DATABASE?host=SOCKET_FOLDER of the embedded cluster."""
        password = self.secret("postgres" if user == OWNER else "postgres_reader")
        return f"postgresql://{user}:{quote(password, safe='')}@/{database}?{urlencode({'host': str(self.run)}, safe='/')}"

    def reader_url(self) -> str:
        """The same database as the read-only role, for the built-in source "This portal"."""
        return self.database_url(user=READER)

    def redis_url(self, db: int = 0) -> str:
        """unix://:PASSWORD@SOCKET?db=N of the embedded Valkey."""
        return f"unix://:{quote(self.secret('valkey'), safe='')}@{quote(str(self.valkey_socket))}?db={db}"


def write_once(path: Path, text: str) -> None:
    """Writes a 0600 file whole or not at all, and leaves one that is already there as it is."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise ConfigurationError(f"{path.parent} cannot be written ({error.strerror}); choose another DATA_DIR or mend its owner.") from error
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written ({error.strerror}).") from error
    finally:
        Path(name).unlink(missing_ok=True)


def _folder(path: Path, mode: int) -> None:
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be created ({error.strerror}); choose another DATA_DIR or mend its owner.") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ConfigurationError(f"{path} cannot be written (Permission denied); choose another DATA_DIR or mend its owner.")


def _private(path: Path) -> None:
    """Refuses a folder in a shared place that somebody else could have put there."""
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise ConfigurationError(f"{path} is not a private folder of this user; remove it, or choose a shorter DATA_DIR.")
