"""Which files a source may read: anything below the allowed roots, never our own data and the system's folders."""

from __future__ import annotations

import fnmatch
import glob
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from functools import cache
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
        *(
            "/var/lib/systemd",
            "/var/lib/private",
            "/var/log",
            "/var/spool",
            "/var/mail",
            "/var/backups",
            "/private/etc",
            "/System",
            "/Library/Keychains",
        ),
    )
)
# Folders and files of keys, logins and typed commands, in whose home ever.
PRIVATE_NAMES = frozenset(
    (
        *(".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".config", ".password-store", ".pgpass", ".netrc", ".git-credentials"),
        *(".env", ".my.cnf", ".mylogin.cnf", ".npmrc", ".pypirc", ".s3cfg", ".boto", ".vault-token", ".git", ".bash_history", ".zsh_history"),
        *(".psql_history", ".mysql_history", ".sqlite_history", ".python_history", ".rediscli_history"),
    )
)
MOST_LOOKED = 300_000
"""Files and folders that are looked at below one path; nobody waits for a walk through a whole disk."""
OURS = "This path belongs to the portal itself. Choose another folder."
MAGIC = "*?["
LONGEST_PATH, LONGEST_NAME = 4_000, 255


def check_path(path: str | Path, *, roots: Sequence[str | Path] = (), forbidden: Sequence[str | Path] = ()) -> Path:
    """The real path of a file or folder that may be read; of a glob, its pattern below the real path of its fixed part.

    Without roots anything may be read but our own folders, the system's, those that hold keys, and `forbidden`. What a glob or a folder
    holds must be checked again, file by file, since links may lead anywhere: `expand` does that.
    """
    return _checked(path, roots, forbidden, protected.linked)


def _checked(path: str | Path, roots: Sequence[str | Path], forbidden: Sequence[str | Path], linked: Callable[[], set[tuple[int, int]]]) -> Path:
    text = os.fspath(path)
    if not text or "\0" in text:
        raise InvalidInput("The path is empty or holds a NUL character. Give the path of a file, a folder or a glob.")
    if len(text) > LONGEST_PATH or any(len(part.encode("utf-8", "surrogateescape")) > LONGEST_NAME for part in Path(text).parts):
        raise InvalidInput("The path, or a name in it, is longer than file systems allow. Check it.")
    fixed, pattern = _split(Path(text).expanduser().absolute())
    if ".." in pattern.parts:
        raise InvalidInput("A glob may not go upwards. Leave out the '..' behind the first wildcard.")
    real = Path(os.path.realpath(fixed))
    for one in (Path(os.path.normpath(fixed)), real):
        _refuse_forbidden(one, [Path(os.path.realpath(folder)) for folder in forbidden])
    allowed = [Path(os.path.realpath(root)) for root in roots]
    if allowed and not any(is_below(real, root) for root in allowed):
        raise ForbiddenAddress("This path is outside of the folders that sources may use. Ask an administrator about GOVERNANCE_SOURCE_ROOTS.")
    _refuse_special(real, linked)
    return real / pattern if pattern.parts else real


def expand(path: str | Path, *, roots: Sequence[str | Path] = (), forbidden: Sequence[str | Path] = ()) -> Iterator[Path]:
    """The real paths of the files that a file, folder or glob means and that may be read, in order; the others are left out."""
    start = check_path(path, roots=roots, forbidden=forbidden)
    fixed, pattern = _split(Path(path).expanduser().absolute())
    if start.is_dir():
        found: Iterator[str] = _Walk(forbidden).below(str(start))
    elif pattern.parts:
        found = iter(_matching(Path(os.path.realpath(fixed)), pattern, _Walk(forbidden)))
    else:
        found = iter([str(start)])
    seen: set[Path] = set()
    linked = cache(protected.linked)
    for name in found:
        try:
            real = _checked(glob.escape(name), roots, forbidden, linked)
        except ForbiddenAddress:
            continue
        if real not in seen and real.is_file():
            seen.add(real)
            yield real


class _Walk:
    """Goes down a tree of real folders: into no link and no folder that may not be read, and not without end."""

    def __init__(self, forbidden: Sequence[str | Path]) -> None:
        self.closed = {str(folder) for folder in (*SYSTEM_FOLDERS, *protected.folders)} | {os.path.realpath(folder) for folder in forbidden}
        self.looked = 0
        self.seen: set[tuple[str, int]] = set()

    def entries(self, folder: str) -> list[os.DirEntry[str]]:
        """What a folder holds, by name; nothing when it may not be read."""
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda one: one.name)
        except OSError:
            return []
        self.looked += len(entries)
        if self.looked > MOST_LOOKED:
            raise InvalidInput(f"More than {MOST_LOOKED:,} files and folders lie below this path. Give a narrower one.")
        return entries

    def may_enter(self, entry: os.DirEntry[str]) -> bool:
        return entry.is_dir(follow_symlinks=False) and entry.name not in PRIVATE_NAMES and entry.path not in self.closed

    def below(self, folder: str) -> Iterator[str]:
        """Every file: those of a folder first, then those of the folders in it."""
        waiting = [folder]
        while waiting:
            entries = self.entries(waiting.pop())
            yield from (one.path for one in entries if not one.is_dir(follow_symlinks=False))
            waiting += [one.path for one in reversed(entries) if self.may_enter(one)]

    def matching(self, folder: str, parts: tuple[str, ...]) -> Iterator[str]:
        """What matches the parts of a glob; `**` stands for any number of folders."""
        if (folder, len(parts)) in self.seen:
            return
        self.seen.add((folder, len(parts)))
        part, rest = parts[0], parts[1:]
        if part == "**":
            yield from self.matching(folder, rest)
            for one in self.entries(folder):
                if self.may_enter(one):
                    yield from self.matching(one.path, parts)
            return
        for one in self.entries(folder):
            if fnmatch.fnmatchcase(one.name, part):
                # A link to a folder is followed where the glob names it; what it leads to is judged file by file.
                yield from self.matching(one.path, rest) if rest and one.is_dir() else () if rest else (one.path,)


def _matching(folder: Path, pattern: Path, walk: _Walk) -> list[str]:
    """What a pattern means below a folder, whose own name may hold brackets. Hidden names match only a pattern that names them."""
    parts = (*pattern.parts, "*") if pattern.parts[-1] == "**" else pattern.parts
    wants_hidden = any(part.startswith(".") for part in pattern.parts)
    below = len(str(folder).rstrip("/")) + 1
    found = walk.matching(str(folder), parts)
    return sorted(name for name in found if wants_hidden or not any(part.startswith(".") for part in name[below:].split("/")))


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
        raise ForbiddenAddress(OURS)
    if any(is_below(path, folder) for folder in (*SYSTEM_FOLDERS, *forbidden)):
        raise ForbiddenAddress("This path lies in a system folder, where no source may read. Choose another folder.")
    if not PRIVATE_NAMES.isdisjoint(path.parts):
        raise ForbiddenAddress("This path lies in a folder of keys or logins, where no source may read. Choose another folder.")


def _refuse_special(path: Path, linked: Callable[[], set[tuple[int, int]]]) -> None:
    try:
        facts = path.stat()
    except OSError:
        return  # what does not exist, or may not be read, is for the reader to report
    # A second name of one of our files is as good as the first one. Files with several names are rare, so our folders are seldom walked.
    if stat.S_ISREG(facts.st_mode) and facts.st_nlink > 1 and (facts.st_dev, facts.st_ino) in linked():
        raise ForbiddenAddress(OURS)
    if not (stat.S_ISREG(facts.st_mode) or stat.S_ISDIR(facts.st_mode)):
        raise ForbiddenAddress("This path is a device, a pipe or a socket. Give a file, a folder or a glob.")
