"""Where a source may point: never at the portal itself, at metadata services, at the system's folders; at private networks when an administrator says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from governance.core.errors import Denied, ForbiddenAddress
from governance.core.http.protected import protected
from governance.env import env
from governance.sources.models import Source
from governance.sources.services import check_config, connect, create_source, update_source
from tests.factories import actor_for, make_source, make_user

pytestmark = pytest.mark.django_db


def server(host: str, port: int = 5432) -> dict[str, Any]:
    return {"host": host, "port": port, "database": "x", "user": "u", "password": "p"}


@pytest.mark.parametrize(
    "config",
    [
        server("169.254.169.254", 80),
        server("metadata.google.internal", 80),
        server("0"),
        server("100.100.100.200"),
        server(str(env.places.run)),
        server(f"93.184.216.34,{env.places.run}"),
        {"url": f"postgresql:///governance?host={env.places.run}"},
        {"url": "postgresql://u:p@169.254.169.254/x"},
        {"url": "postgresql://u:p@[::ffff:169.254.169.254]/x"},
    ],
)
def test_nobody_may_point_a_source_there(config: dict[str, Any]) -> None:
    with pytest.raises(ForbiddenAddress):
        create_source(name="x", kind="postgresql", config=config, actor=actor_for(make_user("administrator")))
    assert not Source.objects.exists()


def test_our_own_port_is_forbidden_on_every_address_of_this_machine() -> None:
    protected.add_port(54_321)
    try:
        for host in ("127.0.0.1", "localhost", "127.1", "[::1]"):
            with pytest.raises(ForbiddenAddress):
                create_source(name="x", kind="postgresql", config=server(host, 54_321), actor=actor_for(make_user("administrator")))
    finally:
        protected.ports.discard(54_321)


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/proc/self/environ", str(env.places.secrets), str(env.places.data_dir), "/root/.ssh/id_rsa"],
    ids=["system", "process", "secrets", "data", "key"],
)
def test_no_file_of_the_system_or_of_ours_is_a_source(path: str) -> None:
    for kind in ("files", "sqlite", "duckdb"):
        with pytest.raises(ForbiddenAddress):
            create_source(name="x", kind=kind, config={"path": path}, actor=actor_for(make_user("administrator")))


def test_roots_bind_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "source_roots", str(tmp_path / "lake"))
    actor = actor_for(make_user("engineer"))
    with pytest.raises(ForbiddenAddress, match="GOVERNANCE_SOURCE_ROOTS"):
        create_source(name="x", kind="files", config={"path": str(tmp_path / "else")}, actor=actor)
    assert create_source(name="x", kind="files", config={"path": str(tmp_path / "lake" / "a.csv")}, actor=actor)


def test_an_administrator_may_name_a_private_address_and_an_engineer_may_not() -> None:
    administrator, engineer = (actor_for(make_user(role)) for role in ("administrator", "engineer"))
    for host in ("127.0.0.1", "10.1.2.3", "192.168.1.1"):
        with pytest.raises(ForbiddenAddress, match="private network"):
            create_source(name=f"of {host}", kind="postgresql", config=server(host, 1), actor=engineer)
        assert create_source(name=f"of {host}", kind="postgresql", config=server(host, 1), actor=administrator).allows_private


def test_a_test_of_a_connection_asks_the_same_guard() -> None:
    with pytest.raises(ForbiddenAddress):
        check_config("postgresql", server("10.1.2.3"), actor=actor_for(make_user("engineer")))


def test_a_source_of_an_engineer_is_checked_again_before_each_connection() -> None:
    source = create_source(name="x", kind="postgresql", config=server("93.184.216.34"), actor=actor_for(make_user("engineer")))
    Source.objects.filter(pk=source.pk).update(config={**source.config, "host": "10.1.2.3"})
    with pytest.raises(ForbiddenAddress):
        connect(Source.objects.get(pk=source.pk))


def test_whoever_manages_one_source_only_cannot_point_it_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("name\nx\n")
    source = make_source(kind="files", config={"path": str(tmp_path / "mine.csv")}, location=str(tmp_path / "mine.csv"))
    scoped, everywhere = actor_for(make_user("engineer", source)), actor_for(make_user("engineer"))
    elsewhere = {"path": str(tmp_path / "other.csv")}
    with pytest.raises(Denied):
        update_source(source, config=elsewhere, actor=scoped)
    with pytest.raises(Denied):
        check_config("files", elsewhere, source=source, actor=scoped)
    assert update_source(source, description="Mine", config={"path": source.location}, actor=scoped).description == "Mine"
    assert update_source(source, config=elsewhere, actor=everywhere).location == elsewhere["path"]
