"""The backup file: one tar.gz with the rows, the key ring, the artifacts and a manifest with a SHA-256 of each."""

from __future__ import annotations

import hashlib
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import BaseModel, ValidationError

from governance.core.errors import ConfigurationError, DataUnreadable
from governance.runtime import dump
from governance.runtime.places import Places
from governance.runtime.preflight import storage_error

FORMAT = 1
MANIFEST = "manifest.json"
PARTS = ("database", "secrets", "artifacts")
# Passwords of the embedded servers belong to the place and not to the portal: each place makes its own.
OF_THE_PLACE = ("postgres", "postgres_superuser", "postgres_reader", "valkey")


class Manifest(BaseModel):
    format: int
    release: str
    made: datetime
    database: dump.Database
    sums: dict[str, str]


def write(places: Places, target: Path, release: str) -> Manifest:
    """Writes the archive whole or not at all, readable by this user alone."""
    target = target.expanduser().absolute()
    try:
        handle, partial = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise ConfigurationError(f"{target.parent} cannot be written ({error.strerror}); choose another file.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            manifest = _fill(places, file, release)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(target)
        return manifest
    except OSError as error:
        raise storage_error(error, target.parent) from error
    finally:
        Path(partial).unlink(missing_ok=True)


def _fill(places: Places, file: IO[bytes], release: str) -> Manifest:
    sums: dict[str, str] = {}
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as tar, tempfile.TemporaryDirectory(dir=places.data_dir) as scratch:
        with dump.snapshot() as cursor:
            database = dump.describe(cursor)
            for table in database.tables:
                rows = Path(scratch) / "rows"
                dump.copy_out(cursor, table, rows)
                _add(tar, rows, table.file, sums)
        # After the rows: an artifact that a row names was there before the row.
        for part, folder in (("secrets", places.secrets), ("artifacts", places.artifacts)):
            for path in _files(folder):
                name = path.relative_to(folder).as_posix()
                if part != "secrets" or name not in OF_THE_PLACE:
                    _add(tar, path, f"{part}/{name}", sums)
        manifest = Manifest(format=FORMAT, release=release, made=datetime.now(UTC), database=database, sums=sums)
        described = Path(scratch) / "manifest"
        described.write_text(manifest.model_dump_json(indent=1))
        _add(tar, described, MANIFEST, {})
    return manifest


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and not path.name.startswith("."))


def _add(tar: tarfile.TarFile, path: Path, name: str, sums: dict[str, str]) -> None:
    with path.open("rb") as file:
        sums[name] = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = os.fstat(file.fileno()).st_size, 0o600, int(path.stat().st_mtime)
        tar.addfile(member, file)


@contextmanager
def unpacked(source: Path, places: Places) -> Iterator[tuple[Manifest, Path]]:
    """The archive's content in a folder that lasts for the block; every file's sum was found right before it begins."""
    with tempfile.TemporaryDirectory(dir=places.data_dir, prefix="restore-") as scratch:
        folder = Path(scratch)
        try:
            sums = _extract(source, folder)
            manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
        except FileNotFoundError as error:
            raise DataUnreadable(f"{source} is not there, or is not a backup of the portal.") from error
        except (tarfile.TarError, EOFError, zlib.error, ValidationError, UnicodeError) as error:
            raise DataUnreadable(f"{source} is damaged or not a backup of the portal; use another one.") from error
        except OSError as error:
            raise DataUnreadable(f"{source} cannot be read ({error.strerror or error}); use another one.") from error
        if manifest.format != FORMAT:
            raise DataUnreadable(f"{source} has format {manifest.format}, and this release reads {FORMAT}; install the release that made it.")
        if wrong := sorted(name for name in {*sums, *manifest.sums} - {MANIFEST} if sums.get(name) != manifest.sums.get(name)):
            raise DataUnreadable(f"{source} is damaged: {wrong[0]} is not what the manifest says; use another one.")
        yield manifest, folder


def _extract(source: Path, folder: Path) -> dict[str, str]:
    """Writes the members below `folder` and returns their sums; a name that leads elsewhere is an error."""
    sums: dict[str, str] = {}
    with tarfile.open(source, mode="r|gz") as tar:
        for member in tar:
            name = PurePosixPath(member.name)
            content = tar.extractfile(member) if member.isreg() else None
            inside = (name.parts[0] in PARTS and len(name.parts) > 1) or member.name == MANIFEST
            if content is None or not inside or name.is_absolute() or ".." in name.parts:
                raise tarfile.TarError(f"unexpected member {member.name}")
            path = folder / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sums[member.name] = _copy(content, path)
    return sums


def _copy(content: IO[bytes], path: Path) -> str:
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while block := content.read(1 << 20):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def put_files(folder: Path, places: Places) -> None:
    """Moves the key ring and the artifacts of an unpacked archive to their places."""
    for part, target in (("secrets", places.secrets), ("artifacts", places.artifacts)):
        for path in _files(folder / part):
            place = target / path.relative_to(folder / part)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.replace(place)
