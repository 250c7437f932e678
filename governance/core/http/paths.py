"""Which files a source may read: anything below the allowed roots, never our own data and the system's folders."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from governance.core.errors import ForbiddenAddress, InvalidInput
from governance.core.http.protected import is_below, protected

SYSTEM_FOLDERS = tuple(
    Path(name)
    for name in (
        *(
            "/etc",
            "/proc",
            "/sys",
            "/dev",
            "/boot",
            "/run",
            "/var/run",
            "/usr",
            "/bin",
            "/sbin",
            "/lib",
            "/lib32",
            "/lib64",
            "/libx32",
            "/lost+found",
        ),
        *("/var/lib/postgresql", "/var/lib/mysql", "/var/lib/redis", "/var/lib/docker", "/var/lib/containerd", "/var/lib/kubelet"),
        *("/var/lib/systemd", "/var/lib/private", "/var/spool", "/var/mail", "/var/backups", "/private/etc", "/System", "/Library/Keychains"),
    )
)
# Folders of keys and logins, in whose home ever.
PRIVATE_NAMES = frozenset(
    (".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".config", ".password-store", ".pgpass", ".netrc", ".git-credentials")
)
MAGIC = "*?["


def check_path(path: str | Path, *, roots: Sequence[str | Path] = (), forbidden: Sequence[str | Path] = ()) -> Path:
    """The real path of a file or folder that may be read; of a glob, its pattern below the real path of its fixed part.

    Without roots anything may be read but our own folders, the system's, those that hold keys, and `forbidden`. What a glob or a folder
    holds must be checked again, file by file, since links may lead anywhere: `expand` does that.
    """
    text = os.fspath(path)
    if not text or "\0" in text:
        raise InvalidInput("The path is empty or holds a NUL character. Give the path of a file, a folder or a glob.")
    fixed, pattern = _split(Path(text).expanduser().absolute())
    if ".." in pattern.parts:
        raise InvalidInput("A glob may not go upwards. Leave out the '..' behind the first wildcard.")
    real = Path(os.path.realpath(fixed))
    for one in (Path(os.path.normpath(fixed)), real):
        _refuse_forbidden(one, [Path(os.path.realpath(folder)) for folder in forbidden])
    allowed = [Path(os.path.realpath(root)) for root in roots]
    if allowed and not any(is_below(real, root) for root in allowed):
        raise ForbiddenAddress("This path is outside of the folders that sources may use. Ask an administrator about GOVERNANCE_SOURCE_ROOTS.")
    _refuse_special(real)
    return real / pattern if pattern.parts else real


def expand(path: str | Path, *, roots: Sequence[str | Path] = (), forbidden: Sequence[str | Path] = ()) -> Iterator[Path]:
    """The real paths of the files that a file, folder or glob means and that may be read, in order; the others are left out."""
    start = check_path(path, roots=roots, forbidden=forbidden)
    fixed, pattern = _split(Path(path).expanduser().absolute())
    if start.is_dir():
        found: Iterator[str] = (
            str(Path(folder) / name) for folder, folders, names in os.walk(start) if folders.sort() is None for name in sorted(names)
        )
    elif pattern.parts:
        found = iter(_matching(Path(os.path.realpath(fixed)), pattern))
    else:
        found = iter([str(start)])
    seen: set[Path] = set()
    for name in found:
        try:
            real = check_path(glob.escape(name), roots=roots, forbidden=forbidden)
        except ForbiddenAddress:
            continue
        if real not in seen and real.is_file():
            seen.add(real)
            yield real


def _matching(folder: Path, pattern: Path) -> list[str]:
    """What a pattern means below a folder, whose own name may hold brackets. Hidden names match only a pattern that names them."""
    text = str(pattern / "*") if pattern.parts[-1] == "**" else str(pattern)
    wants_hidden = any(part.startswith(".") for part in pattern.parts)
    found = (path for path in folder.glob(text) if wants_hidden or not any(part.startswith(".") for part in path.relative_to(folder).parts))
    return sorted(map(str, found))


def has_magic(text: str) -> bool:
    return any(sign in text for sign in MAGIC)


def _split(path: Path) -> tuple[Path, Path]:
    """The part without wildcards, and the rest; a name that exists with its brackets is no wildcard."""
    fixed = Path(path.anchor)
    for position, part in enumerate(path.parts[1:], start=1):
        if has_magic(part) and not os.path.lexists(fixed / part):
            plain = _unescaped(part)
            if plain is None:
                return fixed, Path(*path.parts[position:])
            part = plain
        fixed /= part
    return fixed, Path()


def _unescaped(part: str) -> str | None:
    """What `glob.escape` made, undone; None for a real wildcard."""
    plain = part
    for sign in MAGIC:
        plain = plain.replace(f"[{sign}]", sign) if sign != "[" else plain
    plain = plain.replace("[[]", "[")
    return plain if glob.escape(plain) == part else None


def _refuse_forbidden(path: Path, forbidden: Sequence[Path]) -> None:
    if protected.owns(path):
        raise ForbiddenAddress("This path belongs to the portal itself. Choose another folder.")
    if any(is_below(path, folder) for folder in (*SYSTEM_FOLDERS, *forbidden)):
        raise ForbiddenAddress("This path lies in a system folder, where no source may read. Choose another folder.")
    if not PRIVATE_NAMES.isdisjoint(path.parts):
        raise ForbiddenAddress("This path lies in a folder of keys or logins, where no source may read. Choose another folder.")


def _refuse_special(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # what does not exist, or may not be read, is for the reader to report
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise ForbiddenAddress("This path is a device, a pipe or a socket. Give a file, a folder or a glob.")
