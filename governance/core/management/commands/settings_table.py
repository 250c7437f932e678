"""`manage.py settings_table`: the table of settings in the README, made from `governance/env.py`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from pydantic import AliasChoices

from governance.env import Env

BEGIN, END = "<!-- settings: begin -->", "<!-- settings: end -->"


def table() -> str:
    """Markdown: name, default, sentence; in the order of the file."""
    rows = ["| setting | default | what |", "|---|---|---|"]
    for name, field in Env.model_fields.items():
        alias = field.validation_alias
        names = [str(one) for one in alias.choices] if isinstance(alias, AliasChoices) else [f"GOVERNANCE_{name.upper()}"]
        default = "" if field.default in ("", None) else f"`{field.default}`"
        rows.append(f"| `{names[-1]}` | {default} | {field.description} |")
    return "\n".join(rows)


class Command(BaseCommand):
    help = "Prints the table of settings; --write puts it into README.md, --check fails when the one there is old."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true")
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "README.md"
        if not (options["write"] or options["check"]):
            self.stdout.write(table())
            return
        before, _, rest = path.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        wanted = f"{before}{BEGIN}\n{table()}\n{END}{after}"
        if options["write"]:
            path.write_text(wanted)
        elif wanted != path.read_text():
            raise CommandError("The settings table in README.md is old. Run: python manage.py settings_table --write")
