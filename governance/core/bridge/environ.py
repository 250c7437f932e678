"""The WSGI environment of an ASGI request (PEP 3333)."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from functools import lru_cache
from typing import IO, Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIEnvironment
from wsgiref.util import FileWrapper

FILE_BLOCK = 64 * 1024


def header(scope: MutableMapping[str, Any], name: bytes) -> bytes | None:
    """The first header of that (lower-case) name."""
    for found, value in scope["headers"]:
        if found == name:
            return bytes(value)
    return None


def build_environ(scope: MutableMapping[str, Any], body: IO[bytes], length: int | None) -> WSGIEnvironment:
    """The environment of one request; `length` is the size of its body, None when it has none."""
    script, path = _paths(scope)
    server, client = scope.get("server") or ("localhost", 80), scope.get("client")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": script,
        "PATH_INFO": path,
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": _file_wrapper,
    }
    if client:
        environ["REMOTE_PORT"] = str(client[1])
    for name, value in scope["headers"]:
        _add_header(environ, _key(name), value.decode("latin-1"))
    if length is not None:
        environ["CONTENT_LENGTH"] = str(length)
    return environ


def _paths(scope: MutableMapping[str, Any]) -> tuple[str, str]:
    """SCRIPT_NAME and PATH_INFO: bytes as latin-1, from the raw path because the decoded one has lost what is not UTF-8."""
    root = scope.get("root_path", "").rstrip("/").encode()
    raw = scope.get("raw_path")
    path = scope["path"].encode() if raw is None else unquote_to_bytes(raw)
    if root and (path == root or path.startswith(root + b"/")):
        path = path[len(root) :]
    return root.decode("latin-1"), path.decode("latin-1")


@lru_cache(maxsize=1024)
def _key(name: bytes) -> str:
    """The environment's name of a header; empty for one that could pass for another (`X_Real_IP` for `X-Real-IP`)."""
    if b"_" in name:
        return ""
    key = name.decode("latin-1").upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


def _add_header(environ: WSGIEnvironment, key: str, value: str) -> None:
    if not key:
        return
    if key not in environ:
        environ[key] = value
    elif key.startswith("HTTP_"):
        environ[key] += f"{'; ' if key == 'HTTP_COOKIE' else ','}{value}"


def _file_wrapper(file: Any, size: int = FILE_BLOCK) -> FileWrapper:
    return FileWrapper(file, max(size, FILE_BLOCK))
