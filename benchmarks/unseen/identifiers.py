"""Identifiers drawn by rule, with their check digits: persons, companies, banks, devices, vehicles, wallets, secrets."""

from __future__ import annotations

import base64
import hashlib
import random
import string
from collections.abc import Callable
from importlib import import_module

from stdnum import luhn, verhoeff

Draw = Callable[[random.Random], str]
DIGITS = "0123456789"
UPPER = string.ascii_uppercase


def digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choice(DIGITS) for _ in range(count))


def letters(draw: random.Random, count: int, of: str = UPPER) -> str:
    return "".join(draw.choice(of) for _ in range(count))


def pattern(draw: random.Random, shape: str) -> str:
    """`#` a digit, `@` a capital letter, `&` a capital or a digit, `[…]` one of these; the rest stands for itself."""
    made, at = [], 0
    while at < len(shape):
        sign = shape[at]
        if sign == "[":
            end = shape.index("]", at)
            made.append(draw.choice(_span(shape[at + 1 : end])))
            at = end
        else:
            made.append(_sign(draw, sign))
        at += 1
    return "".join(made)


def _span(text: str) -> str:
    if len(text) == 3 and text[1] == "-":
        return "".join(chr(code) for code in range(ord(text[0]), ord(text[2]) + 1))
    return text


def _sign(draw: random.Random, sign: str) -> str:
    return draw.choice({"#": DIGITS, "@": UPPER, "&": UPPER + DIGITS}.get(sign, sign))


def valid(draw: random.Random, module: str, make: Draw) -> str:
    """Draws until python-stdnum's module takes it: for numbers whose check digit it does not calculate."""
    judge = import_module(f"stdnum.{module}").is_valid
    for _ in range(20_000):
        made = make(draw)
        if judge(made):
            return made
    raise ValueError(f"no valid number for {module}")


def birth(draw: random.Random, first: int = 1940, last: int = 2005) -> tuple[int, int, int]:
    return draw.randint(first, last), draw.randint(1, 12), draw.randint(1, 28)


def swedish(draw: random.Random) -> str:
    year, month, day = birth(draw)
    body = f"{year % 100:02}{month:02}{day:02}{digits(draw, 3)}"
    number = body + luhn.calc_check_digit(body)
    return draw.choice([f"{number[:6]}-{number[6:]}", f"{year // 100}{number[:6]}-{number[6:]}", f"{year // 100}{number}"])


def finnish(draw: random.Random) -> str:
    year, month, day = birth(draw)
    body = f"{day:02}{month:02}{year % 100:02}"
    serial = f"{draw.randint(2, 899):03}"
    return f"{body}{'-' if year < 2000 else 'A'}{serial}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(body + serial) % 31]}"


def czech(draw: random.Random) -> str:
    def make(draw: random.Random) -> str:
        year, month, day = birth(draw, 1955, 2003)
        return f"{year % 100:02}{month + draw.choice([0, 50]):02}{day:02}/{digits(draw, 4)}"

    return valid(draw, "cz.rc", make)


def romanian(draw: random.Random) -> str:
    def make(draw: random.Random) -> str:
        year, month, day = birth(draw)
        sign = draw.choice("12") if year < 2000 else draw.choice("56")
        return f"{sign}{year % 100:02}{month:02}{day:02}{draw.randint(1, 46):02}{digits(draw, 4)}"

    return valid(draw, "ro.cnp", make)


def korean(draw: random.Random) -> str:
    year, month, day = birth(draw)
    body = f"{year % 100:02}{month:02}{day:02}{draw.choice('12' if year < 2000 else '34')}{draw.randint(0, 90):02}{digits(draw, 3)}"
    number = body + import_module("stdnum.kr.rrn").calc_check_digit(body)
    return f"{number[:6]}-{number[6:]}"


def mexican(draw: random.Random) -> str:
    year, month, day = birth(draw, 1950, 1999)
    consonants = "BCDFGHJKLMNPQRSTVWXYZ"
    body = f"{letters(draw, 1)}{draw.choice('AEIOU')}{letters(draw, 2)}{year % 100:02}{month:02}{day:02}"
    body += f"{draw.choice('HM')}{draw.choice(['DF', 'JC', 'NL', 'PL', 'OC', 'VZ'])}{letters(draw, 3, consonants)}{draw.choice(DIGITS)}"
    return body + str(import_module("stdnum.mx.curp").calc_check_digit(body))


def indonesian(draw: random.Random) -> str:
    year, month, day = birth(draw)
    place = draw.choice(["317401", "327301", "357801", "337401", "127101", "510301", "737101"])
    return f"{place}{day + draw.choice([0, 40]):02}{month:02}{year % 100:02}{draw.randint(1, 60):04}"


def egyptian(draw: random.Random) -> str:
    year, month, day = birth(draw)
    return f"{2 if year < 2000 else 3}{year % 100:02}{month:02}{day:02}{draw.choice(['01', '02', '12', '21', '25'])}{digits(draw, 5)}"


def turkish(draw: random.Random) -> str:
    body = draw.choice("123456789") + digits(draw, 8)
    return body + str(import_module("stdnum.tr.tckimlik").calc_check_digits(body))


def greek(draw: random.Random) -> str:
    year, month, day = birth(draw)
    body = f"{day:02}{month:02}{year % 100:02}{digits(draw, 4)}"
    return body + luhn.calc_check_digit(body)


def indian(draw: random.Random) -> str:
    body = draw.choice("23456789") + digits(draw, 10)
    number = body + verhoeff.calc_check_digit(body)
    return draw.choice([number, f"{number[:4]} {number[4:8]} {number[8:]}"])


def thai(draw: random.Random) -> str:
    body = draw.choice("12345678") + digits(draw, 11)
    number = body + str(import_module("stdnum.th.pin").calc_check_digit(body))
    return draw.choice([number, f"{number[0]}-{number[1:5]}-{number[5:10]}-{number[10:12]}-{number[12]}"])


def canadian(draw: random.Random) -> str:
    body = draw.choice("1245679") + digits(draw, 7)
    number = body + luhn.calc_check_digit(body)
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def israeli(draw: random.Random) -> str:
    body = draw.choice("0123") + digits(draw, 7)
    return body + luhn.calc_check_digit(body)


def balkan(draw: random.Random) -> str:
    year, month, day = birth(draw, 1945, 1999)
    body = f"{day:02}{month:02}{year % 1000:03}{draw.choice(['71', '50', '33', '10'])}{digits(draw, 3)}"
    check = (11 - sum(int(sign) * weight for sign, weight in zip(body, (7, 6, 5, 4, 3, 2) * 2, strict=True)) % 11) % 11
    return balkan(draw) if check == 10 else f"{body}{check}"


def bulgarian(draw: random.Random) -> str:
    year, month, day = birth(draw, 1945, 1999)
    body = f"{year % 100:02}{month:02}{day:02}{digits(draw, 3)}"
    return body + str(import_module("stdnum.bg.egn").calc_check_digit(body))


def baltic(draw: random.Random) -> str:
    year, month, day = birth(draw, 1945, 1999)
    body = f"{draw.choice('34')}{year % 100:02}{month:02}{day:02}{digits(draw, 3)}"
    return body + str(import_module("stdnum.ee.ik").calc_check_digit(body))


def norwegian(draw: random.Random) -> str:
    def make(draw: random.Random) -> str:
        year, month, day = birth(draw, 1945, 1999)
        return f"{day:02}{month:02}{year % 100:02}{draw.randint(0, 499):03}{digits(draw, 2)}"

    return valid(draw, "no.fodselsnummer", make)


def danish(draw: random.Random) -> str:
    year, month, day = birth(draw, 1945, 1999)
    return f"{day:02}{month:02}{year % 100:02}-{draw.randint(1, 3)}{digits(draw, 3)}"


def chilean(draw: random.Random) -> str:
    body = str(draw.randint(5_000_000, 22_000_000))
    check = import_module("stdnum.cl.rut").calc_check_digit(body)
    return draw.choice([f"{body}-{check}", f"{body[:-6]}.{body[-6:-3]}.{body[-3:]}-{check}"])


def african(draw: random.Random) -> str:
    year, month, day = birth(draw, 1945, 1999)
    body = f"{year % 100:02}{month:02}{day:02}{digits(draw, 4)}08"
    return body + luhn.calc_check_digit(body)


def ukrainian(draw: random.Random) -> str:
    body = f"{draw.randint(16_000, 38_000)}{digits(draw, 4)}"
    return body + str(import_module("stdnum.ua.rntrc").calc_check_digit(body))


def portuguese(draw: random.Random) -> str:
    body = digits(draw, 9) + letters(draw, 2)
    number = body + str(import_module("stdnum.pt.cc").calc_check_digit(body))
    return f"{number[:8]} {number[8]} {number[9:]}"


def swiss(draw: random.Random) -> str:
    body = "756" + digits(draw, 9)
    number = body + import_module("stdnum.ean").calc_check_digit(body)
    return f"{number[:3]}.{number[3:7]}.{number[7:11]}.{number[11:]}"


PERSONS: dict[str, Draw] = {
    "sepn": swedish,
    "fihetu": finnish,
    "czrc": czech,
    "rocnp": romanian,
    "krrrn": korean,
    "mxcurp": mexican,
    "idnik": indonesian,
    "egid": egyptian,
    "trtc": turkish,
    "gramka": greek,
    "inaadhaar": indian,
    "thpin": thai,
    "casin": canadian,
    "ilid": israeli,
    "jmbg": balkan,
    "bgegn": bulgarian,
    "eeik": baltic,
    "nofnr": norwegian,
    "dkcpr": danish,
    "clrut": chilean,
    "zaid": african,
    "uarntrc": ukrainian,
    "ptcc": portuguese,
    "chahv": swiss,
    "iepps": lambda draw: valid(draw, "ie.pps", lambda draw: digits(draw, 7) + letters(draw, 1, UPPER[:23]) + draw.choice(["", "A"])),
    "beis": lambda draw: valid(
        draw, "be.nn", lambda draw: f"{draw.randint(45, 99):02}{draw.randint(1, 12):02}{draw.randint(1, 28):02}{digits(draw, 5)}"
    ),
    "autfn": lambda draw: valid(draw, "au.tfn", lambda draw: digits(draw, 9)),
}
TAXES: dict[str, Draw] = {
    "FI": lambda draw: "FI" + valid(draw, "fi.alv", lambda draw: digits(draw, 8)),
    "SE": lambda draw: "SE" + valid(draw, "se.orgnr", lambda draw: "55" + digits(draw, 8)) + "01",
    "HU": lambda draw: "HU" + valid(draw, "hu.anum", lambda draw: digits(draw, 8)),
    "RO": lambda draw: "RO" + valid(draw, "ro.cui", lambda draw: draw.choice("123") + digits(draw, 7)),
    "GR": lambda draw: "EL" + valid(draw, "gr.vat", lambda draw: draw.choice("01") + digits(draw, 8)),
    "DK": lambda draw: "DK" + valid(draw, "dk.cvr", lambda draw: draw.choice("123") + digits(draw, 7)),
    "AU": lambda draw: valid(draw, "au.abn", lambda draw: _abn(draw)),
    "IN": lambda draw: letters(draw, 3) + "P" + letters(draw, 1) + digits(draw, 4) + letters(draw, 1),
    "AR": lambda draw: _dashed(valid(draw, "ar.cuit", lambda draw: draw.choice(["20", "27", "30"]) + digits(draw, 9)), 2, 10),
    "CH": lambda draw: "CHE-{0[0]}.{0[1]}.{0[2]}".format(_thirds(valid(draw, "ch.uid", lambda draw: "CHE" + digits(draw, 9))[3:])),
    "PT": lambda draw: "PT" + valid(draw, "pt.nif", lambda draw: "50" + digits(draw, 7)),
    "AT": lambda draw: "ATU" + valid(draw, "at.uid", lambda draw: "U" + digits(draw, 8))[1:],
    "US": lambda draw: f"{draw.choice(['20', '27', '46', '81', '94'])}-{digits(draw, 7)}",
}


def _abn(draw: random.Random) -> str:
    body = digits(draw, 9)
    return str(import_module("stdnum.au.abn").calc_check_digits(body)) + body


def _thirds(number: str) -> tuple[str, str, str]:
    return number[:3], number[3:6], number[6:]


def _dashed(number: str, first: int, second: int) -> str:
    return f"{number[:first]}-{number[first:second]}-{number[second:]}"


IBANS = {
    "SE": "#" * 20,
    "FI": "#" * 14,
    "CZ": "#" * 20,
    "HU": "#" * 24,
    "RO": "@@@@" + "&" * 16,
    "TR": "#####0" + "&" * 16,
    "GR": "#######" + "&" * 16,
    "NO": "#" * 11,
}
IBANS |= {
    "DK": "#" * 14,
    "AT": "#" * 16,
    "CH": "#####" + "&" * 12,
    "BE": "#" * 12,
    "HR": "#" * 17,
    "IE": "@@@@" + "#" * 14,
    "IL": "#" * 19,
    "EE": "#" * 16,
    "LT": "#" * 16,
    "SI": "#" * 15,
}


def iban(draw: random.Random, countries: tuple[str, ...] = tuple(IBANS)) -> str:
    """Right for mod 97; the national check of the account is right for the countries where the validator looks at it."""
    judge = import_module("stdnum.iban").is_valid
    for _ in range(20_000):
        country = draw.choice(countries)
        body = pattern(draw, IBANS[country])
        turned = "".join(str(int(sign, 36)) for sign in f"{body}{country}00")
        number = f"{country}{98 - int(turned) % 97:02}{body}"
        if judge(number):
            return number
    raise ValueError("no IBAN")


def grouped(number: str, size: int = 4, sign: str = " ") -> str:
    return sign.join(number[at : at + size] for at in range(0, len(number), size))


def card(draw: random.Random) -> str:
    head, length = draw.choice([("4", 16), ("51", 16), ("55", 16), ("2720", 16), ("37", 15), ("6011", 16), ("3528", 16), ("36", 14)])
    body = head + digits(draw, length - len(head) - 1)
    return body + luhn.calc_check_digit(body)


def imei(draw: random.Random) -> str:
    body = draw.choice(["35", "86", "01", "99"]) + digits(draw, 12)
    return body + luhn.calc_check_digit(body)


VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9, *range(10)], strict=True)
)


def vin(draw: random.Random) -> str:
    maker = draw.choice(["WVW", "YV1", "TMB", "VSS", "1FT", "JHM", "KMH", "SAL", "ZFA", "VF1"])
    body = list(
        maker + letters(draw, 5, "ABCDEFGHJKLMNPRSTUVWXYZ0123456789") + "0" + draw.choice("KLMNPRST") + draw.choice(UPPER[:8]) + digits(draw, 6)
    )
    total = sum(VIN_VALUES[sign] * weight for sign, weight in zip(body, (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2), strict=True))
    body[8] = "0123456789X"[total % 11]
    return "".join(body)


def routing(draw: random.Random) -> str:
    body = f"{draw.choice([*range(1, 13), *range(21, 33)]):02}{digits(draw, 6)}"
    return body + str(import_module("stdnum.us.rtn").calc_check_digit(body))


def bic(draw: random.Random) -> str:
    return (
        letters(draw, 4)
        + draw.choice(["SE", "FI", "NO", "DK", "CZ", "HU", "RO", "GR", "TR", "AT", "CH", "TH", "VN", "IN", "AU", "MX"])
        + letters(draw, 1)
        + draw.choice("2345679ABK")
        + draw.choice(["", "XXX", digits(draw, 3)])
    )


def ssn(draw: random.Random) -> str:
    area = draw.choice([number for number in range(1, 899) if number != 666])
    return f"{area:03}-{draw.randint(1, 99):02}-{draw.randint(1, 9999):04}"


ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def wallet(draw: random.Random) -> str:
    """A Bitcoin address (base58check), an Ethereum, Tron or Litecoin one."""
    kind = draw.choice(["btc", "btc3", "eth", "tron"])
    payload = draw.randbytes(20)
    if kind == "eth":
        return "0x" + payload.hex()
    raw = {"btc": b"\x00", "btc3": b"\x05", "tron": b"\x41"}[kind] + payload
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    number, made = int.from_bytes(raw), ""
    while number:
        number, rest = divmod(number, 58)
        made = ALPHABET[rest] + made
    return "1" * (len(raw) - len(raw.lstrip(b"\x00"))) + made


MIXED = string.ascii_letters + DIGITS


def secret(draw: random.Random, kind: int) -> str:
    """One of ten kinds of keys, tokens, connection strings and passwords."""
    return (
        lambda: "ghp_" + letters(draw, 36, MIXED),
        lambda: "xox" + draw.choice("bp") + f"-{digits(draw, 12)}-{digits(draw, 12)}-{letters(draw, 24, MIXED)}",
        lambda: "AIza" + letters(draw, 35, MIXED + "-_"),
        lambda: "glpat-" + letters(draw, 20, MIXED),
        lambda: f"postgresql://app:{letters(draw, 14, MIXED)}@db{draw.randint(1, 9)}.internal:5432/core",
        lambda: "SG." + letters(draw, 22, MIXED + "-_") + "." + letters(draw, 43, MIXED + "-_"),
        lambda: "sk_live_" + letters(draw, 24, MIXED),
        lambda: _token(draw),
        lambda: "$2b$12$" + letters(draw, 53, MIXED + "./"),
        lambda: letters(draw, draw.randint(10, 16), MIXED + "!#%&*?+-") + draw.choice("!#%*?"),
    )[kind]()


def _token(draw: random.Random) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').decode().rstrip("=")
    body = base64.urlsafe_b64encode(f'{{"sub":"{digits(draw, 9)}","iat":17{digits(draw, 8)}}}'.encode()).decode().rstrip("=")
    return f"{head}.{body}.{letters(draw, 43, MIXED + '-_')}"
