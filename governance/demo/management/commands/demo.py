"""`manage.py demo`: `up`, with a realistic estate that is made, registered and scanned."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from governance.demo.estate import Estate, folder_beside, register
from governance.env import env
from governance.runtime.places import Places
from governance.runtime.preflight import Lock, check_space, check_writable
from governance.runtime.supervisor import Options, Supervisor


class Command(BaseCommand):
    help = "Starts the portal with a demo estate beside DATA_DIR: a shop in PostgreSQL, a legacy SQLite file and a lake, about a million rows."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=env.host)
        parser.add_argument("--port", type=int, default=env.port)
        parser.add_argument("--data-dir", default=str(env.data_dir))
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        places = Places(options["data_dir"])
        places.prepare()
        estate = Estate(folder_beside(places.data_dir))
        lock = Lock(places, "demo")
        try:
            check_writable(places)
            check_space(places)
            estate.make(say)
        finally:
            lock.release()
        chosen = Options(options["host"], options["port"], max(1, options["workers"]), env.database_url, env.redis_url)

        def once_ready() -> None:
            close_old_connections()
            register(estate, say)

        raise SystemExit(Supervisor(places, chosen, companions=estate.companions(), once_ready=once_ready).run())


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
