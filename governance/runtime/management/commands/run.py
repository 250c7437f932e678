"""`manage.py run NAME`: one process by itself, as containers run it against DATABASE_URL and REDIS_URL."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from governance.runtime import entries, web


class Command(BaseCommand):
    help = "Runs one of the portal's processes in the foreground: web, worker, tasks, beat, facts or collect; or setup (migrations), which ends."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=["web", "worker", "tasks", "beat", "facts", "collect", "setup"])
        parser.add_argument("--host", help="address for web (default 127.0.0.1)")
        parser.add_argument("--port", type=int, help="port for web (default 8000)")
        parser.add_argument("--workers", type=int, default=2, help="scan processes of worker (default 2)")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["name"]:
            case "web":
                web.main()
            case "worker":
                entries.worker(max(1, options["workers"]))
            case "tasks":
                entries.tasks()
            case "beat":
                entries.beat()
            case "facts":
                entries.facts()
            case "collect":
                entries.collect()
            case "setup":
                entries.setup()
