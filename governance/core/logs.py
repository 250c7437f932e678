"""One line of log for people: time, level, name, text; known secrets in it are struck out."""

from __future__ import annotations

import logging
import re

# user:password@ in any URL, and key=value pairs whose key names a secret.
CREDENTIALS = re.compile(
    r"(?i)(\w[\w+.-]*://[^\s:/@]*):([^\s@]+)@|\b(password|passwd|secret|token|api_?key)(\s*[=:]\s*)('[^']*'|\"[^\"]*\"|[^\s,;&]+)"
)


def scrub(text: str) -> str:
    """The text without passwords in URLs and without values of secret-sounding keys."""
    return CREDENTIALS.sub(lambda m: f"{m[1]}:••••@" if m[1] else f"{m[3]}{m[4]}••••", text)


class Formatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))
