"""Which files may be read."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from governance.core.errors import ForbiddenAddress, InvalidInput
from governance.core.http.paths import check_path, expand
from governance.core.http.protected import protected


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    for name in ("a.csv", "b.csv", "sub/c.csv", "[old]/d.csv", ".hidden.csv", "e.txt"):
        (tmp_path / "lake" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lake" / name).write_text("x\n1\n")
    return tmp_path / "lake"


def names(folder: Path, pattern: str) -> list[str]:
    return [str(path.relative_to(folder)) for path in expand(folder / pattern)]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a.csv", ["a.csv"]),
        ("*.csv", ["a.csv", "b.csv"]),
        ("**/*.csv", ["[old]/d.csv", "a.csv", "b.csv", "sub/c.csv"]),
        ("sub/**", ["sub/c.csv"]),
        ("[old]/*.csv", ["[old]/d.csv"]),
        ("[[]old]/d.csv", ["[old]/d.csv"]),
        ("[ab].csv", ["a.csv", "b.csv"]),
        (".*.csv", [".hidden.csv"]),
        ("sub", ["sub/c.csv"]),
        ("missing-*.csv", []),
    ],
)
def test_a_file_a_folder_or_a_glob_means_its_files(lake: Path, pattern: str, found: list[str]) -> None:
    assert names(lake, pattern) == found


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/proc/self/environ",
        "/sys",
        "/dev/sda",
        "/var/lib/postgresql/15",
        "~/.ssh/id_rsa",
        "/srv/x/.aws/credentials",
        "/etc/*",
        "/srv/shop/.env",
        "~/.bash_history",
        "/var/log",
    ],
)
def test_system_folders_and_folders_of_keys_are_refused(path: str) -> None:
    with pytest.raises(ForbiddenAddress):
        check_path(path)


def test_a_link_out_of_the_folder_is_followed_before_it_is_judged(lake: Path) -> None:
    (lake / "out.csv").symlink_to("/etc/passwd")
    (lake / "folder").symlink_to("/etc")
    with pytest.raises(ForbiddenAddress):
        check_path(lake / "out.csv")
    assert names(lake, "*.csv") == ["a.csv", "b.csv"]
    with pytest.raises(ForbiddenAddress):
        list(expand(lake / "folder" / "*.conf"))


def test_our_own_folder_is_refused_through_any_spelling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own := tmp_path / "var").mkdir()
    monkeypatch.setattr(protected, "folders", {Path(os.path.realpath(own))})
    (tmp_path / "link").symlink_to(own)
    for path in (own, own / "secrets" / "x", tmp_path / "link", f"{tmp_path}/lake/../var", own / "*.csv"):
        with pytest.raises(ForbiddenAddress, match="belongs to the portal"):
            check_path(path)


def test_a_second_name_of_one_of_our_files_is_refused(lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own := tmp_path / "var" / "secrets").mkdir(parents=True)
    (own / "key").write_text("k")
    monkeypatch.setattr(protected, "folders", {Path(os.path.realpath(tmp_path / "var"))})
    (lake / "key.csv").hardlink_to(own / "key")
    (lake / "twice.csv").hardlink_to(lake / "a.csv")
    (lake / "soft.csv").symlink_to(lake / "key.csv")
    for name in ("key.csv", "soft.csv"):
        with pytest.raises(ForbiddenAddress, match="belongs to the portal"):
            check_path(lake / name)
    assert names(lake, "*.csv") == ["a.csv", "b.csv", "twice.csv"] and check_path(lake / "twice.csv")


def test_our_own_files_are_looked_at_only_where_a_file_has_two_names_and_then_once(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def linked() -> set[tuple[int, int]]:
        looked.append(1)
        return set()

    monkeypatch.setattr(protected, "linked", linked)
    list(expand(lake / "*.csv"))
    assert looked == []
    for at in range(3):
        (lake / f"twice-{at}.csv").hardlink_to(lake / "a.csv")
    assert len(list(expand(lake / "*.csv"))) == 5 and looked == [1]


def test_roots_keep_everything_else_out(lake: Path, tmp_path: Path) -> None:
    assert check_path(lake / "a.csv", roots=[lake]) == lake / "a.csv"
    (tmp_path / "lake2").mkdir()
    for path in (tmp_path / "other.csv", tmp_path / "lake2", lake / ".." / "x"):
        with pytest.raises(ForbiddenAddress, match="GOVERNANCE_SOURCE_ROOTS"):
            check_path(path, roots=[lake])


def test_forbidden_folders_are_refused(lake: Path) -> None:
    with pytest.raises(ForbiddenAddress):
        check_path(lake / "sub" / "c.csv", forbidden=[lake / "sub"])
    assert [path.name for path in expand(lake / "**" / "*.csv", forbidden=[lake / "sub"])] == ["d.csv", "a.csv", "b.csv"]


def test_pipes_and_sockets_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "s"))
        for name in ("pipe.csv", "s"):
            with pytest.raises(ForbiddenAddress, match="device, a pipe or a socket"):
                check_path(tmp_path / name)


@pytest.mark.parametrize("path", ["", "a\x00b"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput):
        check_path(path)


def test_a_glob_may_not_go_upwards(lake: Path) -> None:
    with pytest.raises(InvalidInput, match="upwards"):
        check_path(f"{lake}/*/../../x")


def test_links_in_a_circle_end(lake: Path) -> None:
    (lake / "sub" / "loop").symlink_to(lake)
    assert "sub/c.csv" in names(lake, "**/*.csv")
    (lake / "self").symlink_to(lake / "self")
    assert list(expand(lake / "self")) == []


def test_a_walk_enters_no_folder_that_is_closed_and_follows_no_link(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[str] = []
    scandir = os.scandir

    def watched(folder: Any) -> Any:
        entered.append(str(folder))
        return scandir(folder)

    monkeypatch.setattr("os.scandir", watched)
    (lake / ".git").mkdir()
    (lake / "round").symlink_to(lake)
    assert names(lake, "**/*.csv") == ["[old]/d.csv", "a.csv", "b.csv", "sub/c.csv"]
    assert list(expand(lake, forbidden=[lake / "sub"])) and not {str(lake / ".git"), str(lake / "round")} & set(entered)
    assert entered.count(str(lake / "sub")) == 2


@pytest.mark.parametrize("pattern", ["", "**/*.nothing", "**/**/*.csv"])
def test_a_walk_without_end_is_refused(lake: Path, monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    monkeypatch.setattr("governance.core.http.paths.MOST_LOOKED", 5)
    with pytest.raises(InvalidInput, match="narrower"):
        names(lake, pattern)


@pytest.mark.parametrize("path", ["/srv/" + "a" * 256, "/srv" + "/a" * 2_500])
def test_a_path_longer_than_file_systems_allow_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput, match="longer"):
        check_path(path)
