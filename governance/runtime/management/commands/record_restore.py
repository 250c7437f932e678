"""`manage.py record_restore`: the last step of a restore, in a process that reads the restored keys. `restore` calls it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from governance.core.access import SYSTEM
from governance.core.events import record


class Command(BaseCommand):
    help = "Brings a restored database up to this release and records the restore as a fact. Called by `restore`."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", required=True)
        parser.add_argument("--made", required=True)
        parser.add_argument("--release", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("setup", stdout=sys.stderr)
        record("runtime.restored", None, actor=SYSTEM, severity="warning", file=options["file"], made=options["made"], release=options["release"])
