"""`manage.py backup` and `restore`."""

from __future__ import annotations

import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from governance.runtime.archive import OF_THE_PLACE
from governance.runtime.places import Places
from tests.portal import Portal

pytestmark = pytest.mark.destructive


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, Path]]:
    """A portal that was used and backed up while it ran, and the file."""
    home = tmp_path_factory.mktemp("backup")
    portal = Portal(home / "data")
    try:
        portal.start()
        with portal.api() as api:
            config = {"host": "db.example.org", "port": 5432, "database": "shop", "user": "clerk", "password": "the-source's-password"}
            made = api.post("/api/v1/sources/", json={"name": "Kept", "kind": "postgresql", "config": config})
            assert made.status_code == 201, made.text
        (portal.data_dir / "artifacts" / "models").mkdir()
        (portal.data_dir / "artifacts" / "models" / "weights.bin").write_bytes(bytes(range(256)))
        done = portal.manage("backup", str(home / "kept.tar.gz"))
        assert done.returncode == 0, done.stderr
    finally:
        portal.stop()
    yield portal, home / "kept.tar.gz"


def tables(portal: Portal) -> dict[str, list[tuple[object, ...]]]:
    """Every table's rows, of a portal that is running, without what a running portal writes by itself."""
    opened = psycopg2.connect(Places(portal.data_dir).database_url())
    with opened, opened.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_stat_user_tables ORDER BY relname")
        names = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{name}" t ORDER BY 1')
            found[name] = cursor.fetchall()
    opened.close()
    return found


def test_a_backup_is_one_private_file(backup: tuple[Portal, Path]) -> None:
    assert stat.S_IMODE(backup[1].stat().st_mode) == 0o600
    assert [path.name for path in backup[1].parent.glob("*.tar.gz*")] == ["kept.tar.gz"]


def test_a_backup_leaves_out_the_passwords_of_the_place(backup: tuple[Portal, Path]) -> None:
    with tarfile.open(backup[1]) as tar:
        names = tar.getnames()
    assert not {f"secrets/{name}" for name in OF_THE_PLACE} & set(names) and any(name.startswith("secrets/") for name in names)


def test_a_restore_into_an_empty_folder_brings_everything_back(backup: tuple[Portal, Path], tmp_path: Path) -> None:
    old, file = backup
    new = Portal(tmp_path / "data")
    done = new.manage("restore", str(file))
    assert done.returncode == 0, done.stderr
    assert (new.data_dir / "artifacts" / "models" / "weights.bin").read_bytes() == bytes(range(256))
    new.password = old.password
    try:
        new.start()
        with new.api() as api:
            (source,) = [one for one in api.get("/api/v1/sources/").json()["results"] if one["name"] == "Kept"]
            kept = api.get(f"/api/v1/sources/{source['id']}/").json()
            assert kept["config"]["user"] == "clerk" and "••••" in kept["config"].values()
            facts = [fact["type"] for fact in api.get("/api/v1/events/?limit=500").json()["results"]]
        assert "runtime.restored" in facts and "sources.source.created" in facts
    finally:
        new.stop()


def test_a_secret_can_be_read_after_the_restore(backup: tuple[Portal, Path], tmp_path: Path) -> None:
    new = Portal(tmp_path / "data")
    assert new.manage("restore", str(backup[1])).returncode == 0
    program = (
        "from governance.env import env; from governance.runtime.services import running\n"
        "from governance.sources.models import Source\n"
        "with running(env.places, 'test'): print(Source.objects.get(name='Kept').connection_config()['password'])"
    )
    done = new.manage("shell", "-v", "0", "-c", program)
    assert done.stdout.strip() == "the-source's-password", done.stderr


def test_a_restore_keeps_its_hands_off_a_portal_that_is_there(backup: tuple[Portal, Path]) -> None:
    old, file = backup
    done = old.manage("restore", str(file))
    assert done.returncode == 2 and "is not empty" in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_force_replaces_what_is_there(backup: tuple[Portal, Path], tmp_path: Path) -> None:
    new = Portal(tmp_path / "data")
    for arguments in ((), ("--force",)):
        done = new.manage("restore", str(backup[1]), *arguments)
        assert done.returncode == 0, done.stderr


def test_a_restore_waits_for_no_running_portal(portal: Portal, backup: tuple[Portal, Path]) -> None:
    done = portal.manage("restore", "--force", str(backup[1]))
    assert done.returncode == 2 and "already runs on" in done.stderr and portal.is_ready()


@pytest.mark.parametrize("damage", ["cut", "changed", "text", "gone"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(backup: tuple[Portal, Path], tmp_path: Path, damage: str) -> None:
    content = bytearray(backup[1].read_bytes())
    bad = tmp_path / "bad.tar.gz"
    if damage == "cut":
        bad.write_bytes(content[: len(content) // 2])
    if damage == "changed":
        content[len(content) // 2] ^= 0xFF
        bad.write_bytes(content)
    if damage == "text":
        bad.write_text("not a backup")
    new = Portal(tmp_path / "data")
    done = new.manage("restore", str(bad))
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1 and str(bad) in done.stderr, done.stderr
    assert not list((new.data_dir / "postgres").iterdir())
