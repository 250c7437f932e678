"""`manage.py backup FILE`: everything the portal needs to stand up elsewhere, in one file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from governance.env import env
from governance.runtime import archive
from governance.runtime.release import release
from governance.runtime.services import running

KEYS = ("key_ring", "event_key", "secret_key")


class Command(BaseCommand):
    help = "Writes the database, the key ring and the artifacts to one file. It holds secrets: keep it like a password."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where to write it, for example governance.tar.gz")

    def handle(self, *args: Any, **options: Any) -> None:
        places = env.places
        with running(places, "backup", migrated=True):
            manifest = archive.write(places, options["file"], release())
        rows = sum(table.rows for table in manifest.database.tables)
        size = options["file"].stat().st_size
        self.stdout.write(f"{options['file']}: {len(manifest.database.tables)} tables, {rows} rows, {size / 2**20:.1f} MB. Keep it like a password.")
        if elsewhere := [f"GOVERNANCE_{name.upper()}" for name in KEYS if getattr(env, name)]:
            self.stdout.write(f"Not in it, because the environment sets them: {', '.join(elsewhere)}. A restore needs them too.")
