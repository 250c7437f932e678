"""`manage.py learn`: refits the column model to people's decisions, and uses it when it is better."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand

from governance.core.access import SYSTEM
from intelligence.learning import services
from intelligence.learning.models import ColumnModelVersion

FIGURES = ("loss", "accuracy", "macro_f1", "precision", "recall", "false_positives", "calibration_error")


class Command(BaseCommand):
    help = "Refits the column model to people's decisions, compares it on held-out ones, and uses it only when it is better."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--if-due", action="store_true", help=f"only when at least {services.FRESH} decisions are new")
        parser.add_argument("--roll-back", action="store_true", help="use the shipped model again")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["roll_back"]:
            services.use_shipped(actor=SYSTEM)
            self.stdout.write("The shipped model judges again.")
            return
        version = services.learn_if_due() if options["if_due"] else services.learn(actor=SYSTEM)
        if version is None:
            self.stdout.write("Too little is new to learn from.")
        elif options["json"]:
            told = {name: getattr(version, name) for name in ("number", "labels", "groups", "outcome", "reason", "is_active", "figures")}
            self.stdout.write(orjson.dumps(told).decode())
        else:
            self._table(version)

    def _table(self, version: ColumnModelVersion) -> None:
        names = list(version.figures)
        self.stdout.write(f"{version.labels:,} decisions in {version.groups:,} datasets; figures on those held out")
        self.stdout.write(" " * 18 + "".join(f"{name:>10}" for name in names))
        for figure in FIGURES:
            self.stdout.write(f"{figure.replace('_', ' '):<18}" + "".join(f"{version.figures[name][figure]:>10.3f}" for name in names))
        self.stdout.write(version.reason)
        self.stdout.write(f"{str(version).capitalize()} is {'used from now on' if version.is_active else 'not used'}.")
