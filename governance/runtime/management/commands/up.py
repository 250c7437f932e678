"""`manage.py up`: starts everything and watches it until Ctrl-C or SIGTERM."""

from __future__ import annotations

import errno
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from governance.env import env
from governance.runtime.places import Places
from governance.runtime.preflight import storage_error
from governance.runtime.supervisor import Options, Supervisor

STORAGE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO)


class Command(BaseCommand):
    help = "Starts the portal: database, broker, web, worker, beat, facts and collect. Runs until Ctrl-C."
    # The database is not there yet.
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=env.host, help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=env.port, help="port to listen on (default 8000)")
        parser.add_argument("--data-dir", default=str(env.data_dir), help="folder of everything the portal keeps (default var)")
        parser.add_argument("--workers", type=int, default=2, help="scan processes (default 2)")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = Options(
            host=options["host"],
            port=options["port"],
            workers=max(1, options["workers"]),
            database_url=env.database_url,
            redis_url=env.redis_url,
        )
        places = Places(options["data_dir"])
        try:
            code = Supervisor(places, chosen).run()
        except OSError as error:
            if error.errno in STORAGE:
                raise storage_error(error, places.data_dir) from error
            raise
        raise SystemExit(code)
