"""People who do not exist: names in several scripts, addresses, and identity numbers with the right check digits.

Every list here is written by hand for this file; numbers are drawn at random and belong to nobody we know of.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from stdnum import luhn, verhoeff
from stdnum.br import cpf
from stdnum.es import ccc, dni
from stdnum.fr import nir
from stdnum.pl import pesel


@dataclass(frozen=True, slots=True)
class Country:
    """`bank` is the length of the account part behind the IBAN's check digits; 0 where there are no IBANs."""

    code: str
    women: str
    men: str
    last: str
    streets: str
    cities: str
    phone: str
    postal: str
    bank: int
    weight: int


COUNTRIES = (
    Country(
        "DE",
        "Anna Lena Sabine Ursula Jutta Mia Frieda",
        "Jürgen Lukas Uwe Björn Matthias Jörg Emil",
        "Müller Schäfer Weiß Größer Krüger Vogel Brandt Lindner",
        "Lindenallee|Hauptstraße|Am Mühlbach|Goethestraße",
        "Köln Leipzig Würzburg Göttingen Kiel",
        "+49 1## #######",
        "#####",
        18,
        26,
    ),
    Country(
        "FR",
        "Chloé Inès Margaux Élodie Camille Zoé",
        "Théo Loïc Rémi Benoît Gaël Hugo",
        "Lefèvre Moreau Girard Chevalier Besançon Noël",
        "rue des Lilas|avenue Foch|place du Marché|rue Pasteur",
        "Lyon Nantes Orléans Besançon Nîmes",
        "+33 6 ## ## ## ##",
        "#####",
        23,
        14,
    ),
    Country(
        "ES",
        "Lucía Begoña Núria Pilar Ainhoa",
        "Íñigo Jesús Álvaro Martín Ramón",
        "García Núñez Muñoz Ibáñez Echeverría Peña",
        "Calle Mayor|Avenida de la Paz|Calle del Río|Plaza Nueva",
        "Sevilla Gijón Málaga Zaragoza Cádiz",
        "+34 6## ### ###",
        "#####",
        20,
        10,
    ),
    Country(
        "PL",
        "Agnieszka Małgorzata Zofia Wioletta Łucja",
        "Paweł Łukasz Bogdan Zbigniew Michał",
        "Wójcik Kowalczyk Zieliński Dąbrowski Żak",
        "ul. Długa|ul. Kościuszki|ul. Polna|al. Lipowa",
        "Kraków Łódź Gdańsk Poznań Rzeszów",
        "+48 ### ### ###",
        "##-###",
        24,
        8,
    ),
    Country(
        "GB",
        "Olivia Freya Isla Poppy Harriet",
        "Alfie Callum Rhys Oliver Graham",
        "Smith Hughes O'Brien Campbell Whitaker Patel",
        "High Street|Church Lane|Victoria Road|Mill Close",
        "Leeds Cardiff Norwich Inverness Bath",
        "+44 7### ######",
        "AA# #AA",
        18,
        12,
    ),
    Country(
        "US",
        "Emily Madison Aaliyah Brooke Latoya",
        "Jacob Tyler Darnell Wyatt Ethan",
        "Johnson Ramirez Washington Nguyen Kowalski Baker",
        "Maple Street|Oak Avenue|Sunset Boulevard|Washington Street",
        "Austin Portland Savannah Tulsa Boise",
        "+1 2##-555-01##",
        "#####",
        0,
        12,
    ),
    Country(
        "BR",
        "Júlia Beatriz Conceição Luíza Raíssa",
        "João Tiago Caíque Otávio Antônio",
        "Silva Gonçalves Araújo Conceição Magalhães",
        "Rua das Flores|Avenida Brasil|Travessa São João|Rua Augusta",
        "Recife Goiânia Belém Niterói Maceió",
        "+55 11 9####-####",
        "#####-###",
        0,
        6,
    ),
    Country(
        "GR",
        "Ελένη Μαρία Κατερίνα Σοφία",
        "Γιώργος Νίκος Δημήτρης Κώστας",
        "Παπαδόπουλος Οικονόμου Γεωργίου Νικολάου",
        "Οδός Ερμού|Λεωφόρος Αθηνών|Οδός Σταδίου",
        "Αθήνα Πάτρα Βόλος Χανιά",
        "+30 69# ### ####",
        "### ##",
        23,
        4,
    ),
    Country(
        "UA",
        "Оксана Наталія Юлія Софія",
        "Андрій Тарас Богдан Микола",
        "Шевченко Коваленко Бондар Мельник",
        "вул. Шевченка|вул. Франка|вул. Садова",
        "Київ Львів Одеса Полтава",
        "+380 67 ### ## ##",
        "#####",
        0,
        4,
    ),
    Country(
        "JP",
        "美咲 陽菜 結衣 桜",
        "健太 翔 大輔 蓮",
        "佐藤 鈴木 高橋 渡辺 小林",
        "桜通り|本町|緑ヶ丘",
        "京都市 横浜市 札幌市 仙台市",
        "+81 90-####-####",
        "###-####",
        0,
        4,
    ),
)
PROVIDERS = ("example.com", "example.org", "example.net", "post.example", "mail.example", "firma.example")
STROKES = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "'": ""})


@dataclass(frozen=True, slots=True)
class Person:
    number: int
    country: str
    gender: str
    first: str
    last: str
    born: date
    email: str
    phone: str
    street: str
    postal: str
    city: str
    iban: str | None
    identity: str | None
    """National identity number where the country has one that we can make."""

    @property
    def full(self) -> str:
        return f"{self.last}{self.first}" if self.country == "JP" else f"{self.first} {self.last}"


def people(count: int, seed: int) -> Iterator[Person]:
    """`count` people, the same ones for the same seed."""
    dice = random.Random(seed)
    weights = [country.weight for country in COUNTRIES]
    for number in range(1, count + 1):
        yield _person(dice, number, dice.choices(COUNTRIES, weights)[0])


def _person(dice: random.Random, number: int, country: Country) -> Person:
    is_woman = dice.random() < 0.51
    first, last = dice.choice((country.women if is_woman else country.men).split()), dice.choice(country.last.split())
    if dice.random() < 0.06:
        last += "-" + dice.choice(country.last.split())
    born = date(1938, 1, 1) + timedelta(days=dice.randrange(25_000))
    local = plain(f"{first}.{last}") or f"user{number}"
    return Person(
        number=number,
        country=country.code,
        gender="f" if is_woman else "m",
        first=first,
        last=last,
        born=born,
        email=f"{local}{dice.randrange(1, 9999)}@{dice.choice(PROVIDERS)}",
        phone=fill(dice, country.phone),
        street=f"{dice.choice(country.streets.split('|'))} {dice.randrange(1, 190)}",
        postal=fill(dice, country.postal),
        city=dice.choice(country.cities.split()),
        iban=iban(dice, country.code, country.bank) if country.bank else None,
        identity=identity(dice, country.code, born, is_woman),
    )


def plain(name: str) -> str:
    """Lower-case ASCII as people write it in addresses; empty for other scripts."""
    folded = unicodedata.normalize("NFKD", name.lower().translate(STROKES))
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return bare if bare.isascii() else ""


def fill(dice: random.Random, pattern: str) -> str:
    """`#` becomes a digit, `A` a letter; a leading group is never 0."""
    return "".join(str(dice.randrange(1, 10)) if char == "#" else dice.choice("ABCDEFGHJKLMNPRSTUWXY") if char == "A" else char for char in pattern)


def iban(dice: random.Random, country: str, length: int) -> str:
    """ISO 13616: the check digits are 98 − (account, country, 00 as digits) mod 97."""
    account = "".join(str(dice.randrange(10)) for _ in range(length))
    if country == "GB":
        account = dice.choice(("NWBK", "BARC", "LOYD")) + account[:14]
    if country == "ES":
        account = account[:8] + ccc.calc_check_digits(account[:8] + "00" + account[10:]) + account[10:]
    digits = "".join(str(int(char, 36)) for char in f"{account}{country}00")
    return f"{country}{98 - int(digits) % 97:02}{account}"


def card(dice: random.Random) -> str:
    """A card number of a usual range with its Luhn digit."""
    beginning = dice.choice(("4539", "4716", "5254", "5500", "4929"))
    body = beginning + "".join(str(dice.randrange(10)) for _ in range(11))
    return body + luhn.calc_check_digit(body)


def ssn(dice: random.Random) -> str:
    return f"{dice.choice([*range(1, 666), *range(667, 900)]):03}-{dice.randrange(1, 100):02}-{dice.randrange(1, 10_000):04}"


def identity(dice: random.Random, country: str, born: date, is_woman: bool) -> str | None:
    """The country's identity number with its check digit."""
    if country == "ES":
        number = f"{dice.randrange(10_000_000, 99_999_999)}"
        return number + dni.calc_check_digit(number)
    if country == "PL":
        month = born.month + (20 if born.year >= 2000 else 0)
        number = f"{born:%y}{month:02}{born:%d}{dice.randrange(1000):03}{2 * dice.randrange(5) + (not is_woman)}"
        return number + pesel.calc_check_digit(number)
    if country == "FR":
        number = f"{2 if is_woman else 1}{born:%y%m}{dice.randrange(1, 96):02}{dice.randrange(1, 990):03}{dice.randrange(1, 1000):03}"
        return number + nir.calc_check_digits(number)
    if country == "BR":
        number = "".join(str(dice.randrange(10)) for _ in range(9))
        return cpf.format(number + cpf._calc_check_digits(number))
    if country == "US":
        return ssn(dice)
    return None


def aadhaar(dice: random.Random) -> str:
    body = str(dice.randrange(2, 10)) + "".join(str(dice.randrange(10)) for _ in range(10))
    return body + verhoeff.calc_check_digit(body)
