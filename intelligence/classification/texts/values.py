"""Values for the training texts: numbers with their check digits, addresses by country, organisations, dates. Nothing is taken from a list of made-up people."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat
from stdnum import luhn

from intelligence.classification import dictionaries
from intelligence.classification.texts import addresses, filler, names
from intelligence.classification.texts.lexicon import lexicon, pick

Piece = tuple[str, str]
"""A part of a text and what it is; the empty text for what is nothing."""
TLDS: Final = lexicon("parts")["tlds"]
MAIL_WORDS: Final = ["mail", "post", "inbox", "webmail", "letterbox", "fastpost", "mailhub", "office", "homepage", "netpost"]


def digits(rng: Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def shaped(rng: Random, shape: str) -> str:
    """`#` becomes a digit, `@` a capital letter, `%` a digit that is not 0."""
    chosen = {"#": "0123456789", "@": "ABCDEFGHJKLMNPRSTUVWXYZ", "%": "123456789"}
    return "".join(rng.choice(chosen[char]) if char in chosen else char for char in shape)


def brand(rng: Random) -> str:
    """The first word of a company's name."""
    form = rng.random()
    words = lexicon("en")["brand_words"]
    if form < 0.3:
        return rng.choice(words).capitalize() + rng.choice([*words, "ly", "ify", "io", "ster", "ora", "ium"])
    if form < 0.5:
        return rng.choice(words).capitalize() + rng.choice(["", " "]) + rng.choice(words).capitalize()
    if form < 0.85:
        return names.titled(
            names.invented(rng, rng.choice([None, ["ex", "ix", "ia", "on", "ora", "is", "um", "tec", "soft", "com", "a", "o"]]), (1, 2))
        )
    return "".join(rng.choice("ABCDEFGHIKLMNOPRSTVX") for _ in range(rng.randint(2, 4)))


def organisation(rng: Random, language: str) -> str:
    form = rng.random()
    if form < 0.08:
        return " ".join(names.titled(filler.word(rng, language, rng.choice("nna"))) for _ in range(rng.randint(2, 4)))
    if form < 0.34:
        return brand(rng)
    if form < 0.55:
        return f"{brand(rng) if rng.random() < 0.6 else names.last(rng, names.culture(rng, language))} {pick(rng, language, 'org_suffixes')}"
    pattern = pick(rng, language if rng.random() < 0.85 else "en", "org_kinds")
    while "{" in pattern:
        slot = pattern[pattern.index("{") + 1]
        made = {
            "w": lambda: brand(rng),
            "p": lambda: names.place(rng),
            "f": lambda: names.first(rng, language),
            "l": lambda: names.last(rng, names.culture(rng, language)),
            "t": lambda: pick(rng, language, "topics"),
        }[slot]()
        pattern = pattern.replace(f"{{{slot}}}", made, 1)
    return pattern


def phone(rng: Random, language: str) -> str:
    """A number of some country in one of the ways of writing it, its last digits by chance."""
    home = {"en": "US US US GB AU CA IE NZ IN", "de": "DE DE AT CH", "fr": "FR FR BE CH CA", "es": "ES MX AR CO CL PE", "pt": "BR BR PT AO"}[
        language
    ].split()
    region = rng.choice(home) if rng.random() < 0.6 else rng.choice(sorted(phonenumbers.SUPPORTED_REGIONS))
    kind = rng.choice([phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE])
    number = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    if number is None:
        return shaped(rng, "+4# ### %###-###")
    national = str(number.national_number)
    kept = rng.randint(1, max(1, len(national) - 6))
    number.national_number = int(national[:kept] + digits(rng, len(national) - kept))
    form = rng.random()
    if form < 0.3:
        said = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    elif form < 0.7:
        said = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    elif form < 0.76:
        said = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    elif form < 0.9:
        said = shaped(rng, rng.choice(PHONES))
    else:
        said = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL).lstrip("+")
    if rng.random() < 0.15:
        said = said.replace(" ", rng.choice([".", "-", "/", ""]))
    if rng.random() < 0.05:
        said += rng.choice(["x", " x", " ext. ", " ext "]) + digits(rng, rng.randint(2, 5))
    return said


PHONES: Final = lexicon("parts")["phones"]


def email(rng: Random, language: str) -> str:
    of = names.culture(rng, language)
    given, family = (dictionaries.fold(part).replace(" ", "").replace("'", "") for part in (names.first(rng, of), names.last(rng, of)))
    local = rng.choice(
        [
            f"{given}.{family}", f"{given}{family}", f"{given[:1]}.{family}", f"{given}_{family}{rng.randint(1, 99)}", f"{family}{rng.randint(1950, 2012)}",
            given, f"{given}{rng.randint(1, 999)}", f"{given.capitalize()}{family.capitalize()}", "info", "support", "office", f"{family}.{given}+news",
        ]
    )  # fmt: skip
    return f"{local}@{domain(rng)}"


def domain(rng: Random) -> str:
    stem = rng.choice([names.invented(rng, None, (1, 3)), dictionaries.fold(brand(rng)).replace(" ", rng.choice(["", "-"])), rng.choice(MAIL_WORDS)])
    return f"{stem}.{rng.choice(TLDS)}"


def url(rng: Random) -> str:
    host = domain(rng) if rng.random() < 0.5 else f"{brand(rng).replace(' ', '')}{brand(rng).replace(' ', '')}.{rng.choice(TLDS)}"
    front = rng.choice(["https://www.", "http://www.", "https://", "http://", "www.", ""])
    back = (
        rng.choice(["", "/", "/", f"/{names.invented(rng)}", f"/{names.invented(rng)}/{digits(rng, 4)}", f"/{names.invented(rng)}.html"])
        if front
        else ""
    )
    return front + host + back


NETWORKS: Final = (
    ("4", 16), ("4", 16), ("4", 13), ("4", 19), ("5%", 16), ("34", 15), ("37", 15), ("6011", 16), ("35##", 16), ("30#", 14), ("50##", 12), ("67##", 12),
    ("2131", 15), ("1800", 15), ("22##", 16), ("27##", 16),
)  # fmt: skip
"""Beginning and length of card numbers."""


def card(rng: Random) -> str:
    """Passes Luhn, as the cards of the world's networks do."""
    prefix, length = rng.choice(NETWORKS)
    body = shaped(rng, prefix).replace("59", "55")
    body += digits(rng, length - 1 - len(body))
    whole = body + luhn.calc_check_digit(body)
    if rng.random() < 0.3 and length == 16:
        return rng.choice([" ", "-"]).join(whole[at : at + 4] for at in range(0, 16, 4))
    return whole


BANKS: Final[dict[str, str]] = {
    "GB": "@@@@##############", "DE": "##################", "FR": "####################@##", "ES": "####################", "PT": "#####################",
    "IT": "@######################", "NL": "@@@@##########", "BE": "############", "AT": "################", "CH": "#################", "PL": "########################",
    "BR": "#######################@%", "SE": "####################", "IE": "@@@@##############",
}  # fmt: skip


def iban(rng: Random, language: str) -> str:
    country = rng.choice([{"en": "GB", "de": "DE", "fr": "FR", "es": "ES", "pt": "PT"}[language], rng.choice(sorted(BANKS))])
    account = shaped(rng, BANKS[country])
    numeric = "".join(str(int(char, 36)) for char in f"{account}{country}00")
    whole = f"{country}{98 - int(numeric) % 97:02}{account}"
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4)) if rng.random() < 0.5 else whole


def ssn(rng: Random) -> str:
    return f"{rng.choice([rng.randint(1, 665), rng.randint(667, 899)]):03}{(sign := rng.choice(['-', '-', '-', ' ']))}{rng.randint(1, 99):02}{sign}{rng.randint(1, 9999):04}"


def ip(rng: Random) -> str:
    if rng.random() < 0.75:
        return ".".join(str(rng.randint(1, 254)) for _ in range(4))
    return ":".join(f"{rng.randint(0, 65535):x}" for _ in range(8))


LICENCES: Final = lexicon("parts")["licences"]
PASSPORTS: Final = ["@########", "#########", "@@#######", "@#######", "@@@######", "##@@#####", "C%@##@###", "@######"]


def national_number(rng: Random, language: str) -> str:
    """In the format of a country that speaks the language."""
    shapes = {
        "en": "@@ ## ## ## C|### ### ####|###-###-###|#### #### ####",
        "de": "## ### ### ###|##########|756.####.####.##|###########",
        "fr": "% ## ## ## ### ### ##|%##############|##.##.##-###.##",
        "es": "########@|X#######@|########-@|##.###.###|##.###.###-#",
        "pt": "###.###.###-##|######### #@@#|##.###.###-#|###########",
    }[language].split("|")
    return shaped(rng, rng.choice(shapes))


def date(rng: Random, language: str) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1930, 2027)
    short = lexicon(language)["short_months"][(month - 1) % len(lexicon(language)["short_months"])]
    long = lexicon(language)["months"][month - 1]
    if rng.random() < 0.45:
        return rng.choice(
            [
                f"{month}/{day}/{year}" if language == "en" else f"{day}/{month}/{year}", f"{day:02}/{month:02}/{year}", f"{year}-{month:02}-{day:02}", f"{day}.{month}.{year}",
                f"{day:02}.{month:02}.{year % 100:02}", f"{day:02}-{month:02}-{year}", f"{year}-{month:02}-{day:02} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}",
                f"{day:02}/{month:02}/{year % 100:02}", f"{year}/{month:02}/{day:02}",
            ]
        )  # fmt: skip
    forms = {
        "en": [
            f"{long} {day}, {year}",
            f"{day} {long} {year}",
            f"{short} {day}, {year}",
            f"{short} {day}",
            f"{long} {year}",
            f"the {day}th of {long}",
            f"{day} {short}",
            f"{long} {day}th",
        ],
        "de": [
            f"{day}. {long} {year}",
            f"{day}. {long}",
            f"{long} {year}",
            f"{day}. {short} {year}",
            f"{day:02}.{month:02}.{year}",
            f"{day}.{month}.",
        ],
        "fr": [f"{day} {long} {year}", f"{day} {long}", f"{long} {year}", f"1er {long}", f"{day} {short} {year}"],
        "es": [f"{day} de {long} de {year}", f"{day} de {long}", f"{long} de {year}", f"{day} {short} {year}", f"{day} {long} {year}"],
        "pt": [f"{day} de {long} de {year}", f"{day} de {long}", f"{long} de {year}", f"{day} {short} {year}", f"{day}º de {long}"],
    }
    return rng.choice(forms[language])


def year(rng: Random) -> str:
    return str(rng.randint(1900, 2027)) if rng.random() < 0.93 else f"{rng.choice([18, 19, 20])}{rng.randint(0, 9)}0s"


def zip_code(rng: Random, language: str) -> str:
    home = {
        "en": "#####|#####|#####-####|@@## #@@|@# #@@|####|@#@ #@@",
        "de": "#####|#####|####|A-####|CH-####|D-#####",
        "fr": "#####|#####|####|B-####|F-#####",
        "es": "#####|#####|C####|####",
        "pt": "####-###|#####-###|#####-###",
    }[language]
    other = "#####|####|### ##|##-###|####-###|#### @@|##### #####|@@-####|### ####|######"
    return shaped(rng, rng.choice((home if rng.random() < 0.6 else other).split("|"))).split("  ")[0]


def order(rng: Random) -> str:
    """A number that means nobody: of an order, a ticket, a part, a build."""
    shapes = "######|########|@@-######|@@@-####|#-####-####|@@####@|##########|####-####|@#####|20##-####|%##.##|v%.#.##|INV-#####|#####-@|###/####|@@@#########|%.###|%,###|##-@@-##"
    return shaped(rng, rng.choice(shapes.split("|")))


def money(rng: Random, language: str) -> str:
    amount = f"{rng.randint(1, 9999)}" + rng.choice(["", ".50", ".99", ".00"] if language == "en" else ["", ",50", ",99", ",00"])
    sign = rng.choice(["$", "£", "€", "US$"])
    if language == "en" or rng.random() < 0.1:
        return sign + amount
    return f"{amount} {rng.choice(['€', 'EUR', 'Euro' if language == 'de' else 'euros', '$', 'CHF'])}"


def cryptic(rng: Random) -> str:
    """An address of a wallet: base 58 with the right look, checked by nobody here."""
    return rng.choice("13") + "".join(rng.choice("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz") for _ in range(33))


def job(rng: Random, language: str) -> str:
    """From the list, or made of a rank and a trade, as job catalogues have them."""
    form = rng.random()
    said = pick(rng, language, "jobs")
    if form < 0.3:
        said = (
            f"{filler.word(rng, language, rng.choice('nna'))} {pick(rng, language, 'trades')}"
            if language == "en"
            else f"{said} {pick(rng, language, 'ranks')}"
        )
    elif form < 0.42:
        said = f"{pick(rng, language, 'ranks')} {said}" if language == "en" else said
    elif form < 0.46 and language == "en":
        said = f"{filler.word(rng, language, 'n')}, {filler.word(rng, language, 'n')}, and {filler.word(rng, language, 'n')} {pick(rng, language, 'trades')}"
    return said[0].upper() + said[1:] if rng.random() < 0.4 else said


def nationality(rng: Random, language: str, subject: str) -> str:
    """From the list, in English now and then of a nation that does not exist."""
    if language == "en" and rng.random() < 0.2:
        made = names.titled(names.plain(rng, rng.choice(["ian", "ean", "ese", "ish", "an", "ic", "i", "er"])))
        return made + ("s" if subject == "peoples" else "")
    said = pick(rng, language, subject)
    return said.lower() if rng.random() < 0.1 else said


def _labelled(entity: str, make: Callable[[Random, str], str]) -> Callable[[Random, str], list[Piece]]:
    return lambda rng, language: [(make(rng, language), entity)]


def _nothing(make: Callable[[Random, str], str]) -> Callable[[Random, str], list[Piece]]:
    return lambda rng, language: [(make(rng, language), "")]


def _listed(entity: str, subject: str) -> Callable[[Random, str], list[Piece]]:
    return lambda rng, language: [(pick(rng, language, subject), entity)]


def _doctor(rng: Random, language: str) -> list[Piece]:
    """A form of address and a name."""
    of = names.culture(rng, language)
    name = names.last(rng, of) if rng.random() < 0.6 else f"{names.first(rng, of)} {names.last(rng, of)}"
    title = pick(rng, language, "honorifics")
    return [(title, "TITLE"), (" ", ""), (name, "PERSON")]


def _city(rng: Random, language: str) -> str:
    name = names.place(rng)
    return name.upper() if rng.random() < 0.06 else name


SLOTS: Final[dict[str, Callable[[Random, str], list[Piece]]]] = {
    "person": _labelled("PERSON", names.person),
    "full": _labelled("PERSON", lambda rng, lang: f"{names.first(rng, of := names.culture(rng, lang))} {names.last(rng, of)}"),
    "first": _labelled("PERSON", lambda rng, lang: names.first(rng, names.culture(rng, lang))),
    "last": _labelled("PERSON", lambda rng, lang: names.last(rng, names.culture(rng, lang))),
    "mr": _doctor,
    "title": _listed("TITLE", "honorifics"),
    "job": _labelled("TITLE", job),
    "org": _labelled("ORGANIZATION", organisation),
    "address": lambda rng, lang: [(addresses.whole(rng, lang, zip_code(rng, lang), pick(rng, lang, "countries")), "STREET_ADDRESS")],
    "street": _labelled("STREET_ADDRESS", addresses.street),
    "numbered": lambda rng, lang: addresses.numbered(rng, lang),
    "block": lambda rng, lang: addresses.block(rng, lang, zip_code(rng, lang), pick(rng, lang, "countries")),
    "city": _labelled("GPE", _city),
    "country": _listed("GPE", "countries"),
    "zip": _labelled("ZIP_CODE", zip_code),
    "date": _labelled("DATE_TIME", date),
    "year": _labelled("DATE_TIME", lambda rng, _: year(rng)),
    "weekday": _listed("DATE_TIME", "weekdays"),
    "phone": _labelled("PHONE_NUMBER", phone),
    "email": _labelled("EMAIL_ADDRESS", email),
    "url": _labelled("DOMAIN_NAME", lambda rng, _: url(rng)),
    "iban": _labelled("IBAN_CODE", iban),
    "card": _labelled("CREDIT_CARD", lambda rng, _: card(rng)),
    "ssn": _labelled("US_SSN", lambda rng, _: ssn(rng)),
    "licence": lambda rng, lang: [(shaped(rng, rng.choice(LICENCES)), "US_DRIVER_LICENSE" if lang == "en" else "DRIVER_LICENSE")],
    "passport": _labelled("PASSPORT", lambda rng, _: shaped(rng, rng.choice(PASSPORTS))),
    "national": _labelled("NATIONAL_ID", national_number),
    "ip": _labelled("IP_ADDRESS", lambda rng, _: ip(rng)),
    "wallet": _labelled("CRYPTO", lambda rng, _: cryptic(rng)),
    "age": _labelled("AGE", lambda rng, _: str(rng.randint(1, 99))),
    "nrp": _labelled("NRP", lambda rng, lang: nationality(rng, lang, "adjectives")),
    "nrps": _labelled("NRP", lambda rng, lang: nationality(rng, lang, "peoples")),
    "order": _nothing(lambda rng, _: order(rng)),
    "money": _nothing(money),
    "product": lambda rng, lang: [(pick(rng, lang, "products"), "")],
    "phones": lambda rng, lang: [(pick(rng, lang, "phones"), "")],
    "moment": lambda rng, lang: [(pick(rng, lang, "moments"), "")],
    "num": _nothing(lambda rng, _: str(rng.choice([rng.randint(1, 30), rng.randint(1, 5000)]))),
    "time": _nothing(lambda rng, _: f"{rng.randint(0, 23)}:{rng.choice(['00', '15', '30', '45'])}"),
    "code": _nothing(lambda rng, _: names.titled(names.invented(rng)) + rng.choice(["", " ", "-"]) + str(rng.randint(1, 9000))),
    "noun": _nothing(lambda rng, lang: filler.word(rng, lang, "n")),
    "text": _nothing(filler.phrase),
    "word": _nothing(lambda rng, _: names.invented(rng)),
}
"""Placeholder of a template → its pieces."""
