"""`manage.py restore FILE`: the portal as it was when the backup was made."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections

from governance.core.errors import Conflict, GovernanceError
from governance.env import env
from governance.runtime import archive, dump
from governance.runtime.services import running


class Command(BaseCommand):
    help = "Restores a backup into an empty DATA_DIR (or an empty DATABASE_URL); with --force over what is there."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a file that `manage.py backup` wrote")
        parser.add_argument("--force", action="store_true", help="replace the portal that is there; nothing of it is kept")

    def handle(self, *args: Any, **options: Any) -> None:
        places = env.places
        places.prepare()
        with archive.unpacked(options["file"], places) as (manifest, folder), running(places, "restore", alone=True):
            if not dump.is_empty():
                if not options["force"]:
                    raise Conflict(f"The database of {places.data_dir} is not empty; restore into an empty DATA_DIR, or replace it with --force.")
                dump.clear()
            dump.load(manifest.database, folder)
            archive.put_files(folder, places)
            connections.close_all()
            self._finish(manifest, options["file"])
        rows = sum(table.rows for table in manifest.database.tables)
        self.stdout.write(
            f"Restored {rows} rows of {len(manifest.database.tables)} tables, made {manifest.made:%Y-%m-%d %H:%M} UTC. Start with `make up`."
        )

    def _finish(self, manifest: archive.Manifest, source: Path) -> None:
        """The rest in a process of its own: this one has read the settings with the keys that were here before."""
        command = [
            sys.executable,
            sys.argv[0],
            "record_restore",
            "--file",
            source.name,
            "--made",
            manifest.made.isoformat(),
            "--release",
            manifest.release,
        ]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise GovernanceError(f"The rows are restored, but bringing them up to this release failed: {reason}")
