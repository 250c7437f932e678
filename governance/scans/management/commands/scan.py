"""`manage.py scan TARGET…`: a scan in the foreground."""

from __future__ import annotations

import logging
import os
import sys
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from governance.core.access import SYSTEM
from governance.core.errors import GovernanceError, InvalidInput, NotFound
from governance.core.workers import me
from governance.env import env
from governance.runtime.services import running
from governance.scans import planning, report, services, targets, working
from governance.scans.models import ScanRun
from governance.scans.targets import Target
from governance.sources.models import Source
from intelligence.models import RuleSet

POLL = 0.2
PATIENCE = 15.0
"""Seconds after which a scan that the portal's workers did not take is done here."""
MOST_WORKERS = 4


class Command(BaseCommand):
    help = (
        "Scans databases, files and folders, and prints what they hold. Exit codes: 0 done, 1 done with failures, 2 wrong use. "
        "Leave passwords out of the URLs: everybody on the machine can read a command line, and shells keep it. "
        "PostgreSQL's password is taken from the environment (PGPASSWORD), from standard input (--password-stdin), "
        "or from an earlier scan, which stored it encrypted."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "targets", nargs="+", metavar="TARGET", help="postgresql://…, mysql://…, sqlite:///…, duckdb:///…, s3://…, a file, a folder or a glob"
        )
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password of the URLs without one from the first line of standard input"
        )
        parser.add_argument("--rule-set", metavar="NAME", help="rule set to use instead of the default one")
        parser.add_argument("--json", action="store_true", help="print one JSON document instead of a table")
        parser.add_argument("--every-value", action="store_true", help="check every value for secrets and personal data, not only a sample")
        parser.add_argument("--full", action="store_true", help="read everything again, also what did not change")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger().setLevel(logging.WARNING)
        wanted = [targets.read(text) for text in options["targets"]]
        if options["password_stdin"] and not any(target.wants_password for target in wanted):
            raise InvalidInput("No target here wants a password: give a URL without one, such as postgresql://user@host/database.")
        passwords = _passwords(is_on_stdin=options["password_stdin"])
        wanted = [targets.with_password(target, passwords.get(target.kind, "")) for target in wanted]
        places = env.places
        with running(places, "scan", migrated=True):
            rule_set = _rule_set(options["rule_set"])
            is_portal_up = _holder(places.lock) == "up"
            sources = [targets.source_for(target, actor=SYSTEM) for target in wanted]
            depth = ScanRun.Depth.VALUES if options["every_value"] else ScanRun.Depth.FULL
            results = [
                self._scan(target, source, rule_set, is_portal_up, is_full=options["full"], depth=depth)
                for target, source in zip(wanted, sources, strict=True)
            ]
        text = report.as_json(results) if options["json"] else report.as_table(results)
        self.stdout.write(text)
        for line in (line for result in results for line in report.failures(result)):
            self.stderr.write(f"error: {line}")
        if any(report.failures(result) for result in results):
            raise SystemExit(1)

    def _scan(self, target: Target, source: Source, rule_set: RuleSet | None, is_portal_up: bool, *, is_full: bool, depth: str) -> dict[str, Any]:
        try:
            trigger = ScanRun.Trigger.COMMAND
            run = services.start_scan(
                source, rule_set=rule_set, is_full=is_full, depth=depth, trigger=trigger, has_workers=is_portal_up, actor=SYSTEM
            )
        except GovernanceError as error:
            return {"target": target.shown, "error": {"code": error.code, "detail": error.detail}}
        bar = Bar(target.shown)
        try:
            if not is_portal_up or not _is_taken(run):
                _work(run, bar)
            _follow(run, bar)
        except KeyboardInterrupt:
            services.cancel_scan(run, actor=SYSTEM)
            raise
        finally:
            bar.end()
        return report.result(target.shown, run)


class Bar:
    """One line on the terminal that moves; nothing where standard error is no terminal."""

    def __init__(self, name: str) -> None:
        self.name = name if len(name) <= 40 else "…" + name[-39:]
        self.is_shown = sys.stderr.isatty()

    def show(self, run: ScanRun) -> None:
        if not self.is_shown:
            return
        progress = run.progress()
        behind, total = progress["done"] + progress["failed"], progress["total"]
        share = behind / total if total else 0.0
        eta = f", about {progress['eta_s']:.0f} s left" if progress["eta_s"] else ""
        words = f"{behind} of {total}, {progress['rows']:,} rows{eta}" if total is not None else "listing what is there"
        sys.stderr.write(f"\r\x1b[K{self.name} [{'█' * int(share * 24):<24}] {words}")
        sys.stderr.flush()

    def end(self) -> None:
        if self.is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _work(run: ScanRun, bar: Bar) -> None:
    """Plan and work here, with a few threads; the connectors and the pattern engine leave the interpreter free while they work."""
    bar.show(run)
    planning.plan(run, me())
    count = min(MOST_WORKERS, os.cpu_count() or 2)
    with ThreadPoolExecutor(count) as pool:
        workers = [pool.submit(_worker, run.pk) for _ in range(count)]
        while not all(one.done() for one in workers):
            run.refresh_from_db()
            bar.show(run)
            time.sleep(POLL)
        for one in workers:
            one.result()


def _worker(run_id: int) -> None:
    try:
        while ScanRun.objects.filter(pk=run_id, state=ScanRun.State.RUNNING).exists():
            if not working.work(run_id):
                time.sleep(POLL)
    finally:
        connection.close()


def _is_taken(run: ScanRun) -> bool:
    """Whether a worker of the portal took the run within some seconds."""
    deadline = time.monotonic() + PATIENCE
    while run.state == ScanRun.State.QUEUED and time.monotonic() < deadline:
        time.sleep(POLL)
        run.refresh_from_db()
    return run.state != ScanRun.State.QUEUED


def _follow(run: ScanRun, bar: Bar) -> None:
    run.refresh_from_db()
    while not run.is_over:
        bar.show(run)
        time.sleep(POLL)
        run.refresh_from_db()


def _passwords(*, is_on_stdin: bool) -> dict[str, str]:
    """The password for each kind of server, out of the environment or standard input. The servers that we start inherit none of it."""
    found = {kind: os.environ.pop(name, "") for kind, name in targets.PASSWORDS.items()}
    if not is_on_stdin:
        return found
    password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise InvalidInput("Standard input holds no password. Write it there as one line.")
    return dict.fromkeys(found, password)


def _rule_set(name: str | None) -> RuleSet | None:
    if name is None:
        return None
    found = RuleSet.objects.filter(name__iexact=name).first()
    if found is None:
        known = ", ".join(RuleSet.objects.values_list("name", flat=True))
        raise NotFound(f"There is no rule set called {name!r}. Known: {known}.")
    return found


def _holder(lock: Any) -> str:
    """What the process that holds DATA_DIR does: `up` for a portal."""
    text: str = lock.read_text() if lock.exists() else ""
    return text.partition(" ")[0]
