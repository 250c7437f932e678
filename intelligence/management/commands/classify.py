"""`manage.py classify PATH…`: what the columns of files hold, without a database or services."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from django.core.management.base import BaseCommand

from governance.core.errors import DataUnreadable, InvalidInput
from intelligence.classification import Settings, classify, files, find_spans
from intelligence.classification.texts.engine import engine_name

STDIN = Path("-")


class Command(BaseCommand):
    help = "Classifies files: one JSON line a column. With --text it finds personal data in the texts of a JSONL file."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="*", type=_named, metavar="PATH", help=f"files or folders ({', '.join(files.SUFFIXES)}); - reads CSV from standard input"
        )
        parser.add_argument(
            "--text",
            type=Path,
            metavar="FILE.jsonl",
            help='lines {"id","text"} in, {"id","spans"} out; - reads them from standard input; -v 2 says which engine judged',
        )
        parser.add_argument("--settings-file", type=Path, metavar="FILE.json", help="thresholds, disabled entities and recognizers of your own")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["paths"]) == bool(options["text"]):
            raise InvalidInput("Name the files to classify, or one file of texts with --text FILE.jsonl.")
        settings = _settings(options["settings_file"])
        try:
            if options["text"] and options["verbosity"] > 1:
                self.stderr.write(f"engine: {engine_name()}")
            failed = self._texts(options["text"], settings) if options["text"] else self._columns(options["paths"], settings)
        except BrokenPipeError:
            # Whoever read our lines has enough; Python must not complain once more when it closes the pipe.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            failed = 1
        if failed:
            sys.exit(1)

    def _columns(self, paths: list[Path], settings: Settings) -> int:
        """Writes the lines of all files; answers how many could not be read."""
        failed = 0
        for path in list(_files(paths)):
            try:
                columns = files.columns_of(sys.stdin.buffer, "Standard input") if path == STDIN else files.columns(path)
            except DataUnreadable as error:
                self.stderr.write(f"error: {error.detail}")
                failed += 1
                continue
            for column, verdict in zip(columns, classify(columns, settings=settings), strict=True):
                said = verdict.as_json()
                line = {"path": str(path), "column": column.name, "index": column.position}
                line |= {key: said[key] for key in ("entity", "family", "score", "reason", "evidence")}
                if verdict.nested:
                    line["paths"] = [_path(name, one.as_json()) for name, one in verdict.nested.items()]
                self._line(line)
        return failed

    def _texts(self, path: Path, settings: Settings) -> int:
        failed = 0
        with _opened(path) as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    entry = json.loads(line)
                    name, text = entry["id"], entry["text"]
                    spans = find_spans(text, settings=settings)
                    told = [{"start": span.start, "end": span.end, "entity": span.entity, "score": span.score} for span in spans]
                    self._line({"id": name, "spans": told})
                except (ValueError, KeyError, TypeError, RecursionError):
                    self.stderr.write(f'error: line {number} of {path} is not an object with "id" and "text". Correct it; the other lines were read.')
                    failed += 1
        return failed

    def _line(self, data: dict[str, Any]) -> None:
        self.stdout.write(orjson.dumps(data).decode())


def _path(name: str, said: dict[str, Any]) -> dict[str, Any]:
    """What one path of a column's documents holds."""
    return {"path": name} | {key: said[key] for key in ("entity", "family", "score", "reason", "evidence")}


def _named(text: str) -> Path:
    """An empty name, such as that of a script's variable that is not set, does not mean the folder it runs in."""
    if not text.strip():
        raise ArgumentTypeError("a path is empty; name a file or a folder, or . for this one")
    return Path(text)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if path == STDIN:
        yield sys.stdin.buffer
        return
    _refuse_special(path)
    try:
        file = path.open("rb")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}. Check that it exists and that you may read it.") from error
    with file:
        yield file


def _refuse_special(path: Path) -> None:
    """Opening a pipe waits until somebody writes to it, which may be never."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise InvalidInput(f"{path} is a pipe, a socket or a device. Give a file, or - and send the data to standard input.")


def _files(paths: list[Path]) -> Iterator[Path]:
    """Files as they were named, folders with everything below them that can be read."""
    for path in paths:
        _refuse_special(path)
        if path == STDIN:
            yield path
        elif path.is_dir():
            yield from (inner for inner in sorted(path.rglob("*")) if inner.suffix.lower() in files.SUFFIXES and inner.is_file())
        elif not path.exists():
            raise InvalidInput(f"There is no file {path}. Check the path.")
        elif path.suffix.lower() not in files.SUFFIXES:
            raise InvalidInput(f"{path} is not of a kind that can be classified: {', '.join(files.SUFFIXES)}.")
        else:
            yield path


def _settings(path: Path | None) -> Settings:
    if path is None:
        return Settings()
    _refuse_special(path)
    try:
        return Settings.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path} holds no JSON that can be read: {error}.") from error
