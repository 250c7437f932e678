"""`manage.py setup`: the first start. Safe to run again at each start."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from governance.core import periodic, schedule_rows
from governance.core.access import SYSTEM
from governance.core.events import record
from governance.env import env

NAME = "admin"
LOCK = 7_226_002  # advisory lock of the setup: several processes may start at once


class Command(BaseCommand):
    help = "Makes the first administrator, the built-in source, roles and schedules, as far as they are missing. `up` calls it at each start."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            password = self._administrator()
            for step in periodic.steps().values():
                step()
            schedule_rows.install()
        if password:
            self.stdout.write(f"Administrator: {NAME}\nPassword: {password}\n")

    def _administrator(self) -> str:
        """The first administrator's password, or nothing when there is somebody already."""
        users = get_user_model()
        if users._default_manager.exists():
            return ""
        password = env.admin_password or "-".join(secrets.token_hex(3) for _ in range(4))
        user = users._default_manager.create_superuser(NAME, "", password)
        record("identity.administrator.created", user, actor=SYSTEM, severity="warning")
        return password
