"""What we ask of the operating system about a process: die with the parent, a title of its own, an ordinary user id for root."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from governance.core.errors import ConfigurationError

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36
# malloc.h of glibc.
M_TRIM_THRESHOLD = -1
M_ARENA_MAX = -8
LINUX = sys.platform.startswith("linux")
# Loaded here and not after a fork, where only little is safe to do.
_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None

# PostgreSQL refuses to run as root; in this namespace root is an ordinary user, and still owns its files.
AS_ORDINARY_USER = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


def die_with_parent(parent: int, number: signal.Signals) -> None:
    """Asks the kernel for a signal when the thread that forked us ends, also by kill -9; call it in the child."""
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:
        # The parent went before we asked.
        os._exit(1)


def own_session(number: signal.Signals) -> Callable[[], None]:
    """What Popen runs in the child: away from the terminal's signals, and gone with `number` when the caller's thread is gone."""
    parent = os.getpid()

    def prepare() -> None:
        os.setsid()
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        die_with_parent(parent, number)

    return prepare


def ordinary_user() -> list[str]:
    """The words in front of a command that must not run as root; empty for an ordinary user."""
    if os.geteuid() != 0:
        return []
    unshare = shutil.which(AS_ORDINARY_USER[0])
    if not unshare:
        raise ConfigurationError("PostgreSQL does not run as root and `unshare` is missing here; run as an ordinary user, or set DATABASE_URL.")
    command = [unshare, *AS_ORDINARY_USER[1:]]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        raise ConfigurationError(
            "PostgreSQL does not run as root and user namespaces are not allowed here; run as an ordinary user, or set DATABASE_URL."
        )
    return command


def entitle(title: str, name: str) -> None:
    """Writes `title` over this process's command line as `ps` and `pgrep -f` show it, and `name` (15 bytes) as its short name."""
    if _libc is None:
        return
    _libc.prctl(PR_SET_NAME, ctypes.create_string_buffer(name.encode()[:15]), 0, 0, 0)
    _overwrite_arguments(title.encode("utf-8", "surrogateescape").replace(b" ", b"\0"))


def hide_passwords() -> None:
    """Cuts user, password and parameters out of every URL on this process's command line, which everybody on the machine may read.

    The arguments that the program itself has stay whole. Elsewhere than on Linux nothing is changed.
    """
    if _libc is None:
        return
    shown = Path("/proc/self/cmdline").read_bytes()
    hidden = b"\0".join(_bare(word) for word in shown.split(b"\0"))
    if hidden != shown:
        _overwrite_arguments(hidden)


def _bare(word: bytes) -> bytes:
    """`postgresql://host/database`, or only the scheme of what may be read in more than one way: some of it may be a password."""
    scheme, sign, rest = word.partition(b"://")
    place, mark, query = rest.partition(b"?")
    if not sign or not (mark or b"@" in rest):
        return word
    return scheme + sign + (b"" if b"@" in query else place.rpartition(b"@")[2])


def _overwrite_arguments(words: bytes) -> None:
    # Fields 48 and 49 of proc(5)'s stat: where the arguments begin and end in memory.
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])
    room = end - start
    if start and room > 1:
        ctypes.memmove(start, words[: room - 1].ljust(room, b"\0"), room)


def give_memory_back() -> bool:
    """Tells glibc's malloc, here and in all that is forked from here, to keep two arenas instead of sixteen and no large block that was freed;
    whether it listened. Another C library does as it likes."""
    mallopt = getattr(_libc, "mallopt", None)
    # Setting the second also stops malloc from raising its threshold for blocks of their own.
    return mallopt is not None and bool(mallopt(M_ARENA_MAX, 2)) and bool(mallopt(M_TRIM_THRESHOLD, 256 * 1024))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def adopt_orphans() -> None:
    """Makes this process the parent of descendants whose own parent died, so that it can end and reap them."""
    if _libc is not None:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
