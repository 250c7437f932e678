"""Cards, accounts, banks and wallets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final

from stdnum import bic, iban, luhn
from stdnum.us import rtn

from intelligence.classification import dictionaries
from intelligence.classification.preparation import Facts
from intelligence.classification.recognizers.base import Checked, Recognizer
from intelligence.classification.types import Evidence

BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


MASKED: Final = re.compile(r"(\d{4,6}|[*Xx•#]{4,6})([ -]?[\d*Xx•#]{2,6}){1,4}[ -]?\d{2,4}")
"""A card of which the middle or all but the end is blotted out; a whole one matches too, but holds digits only."""


class CreditCard(Recognizer):
    entity = "CREDIT_CARD"
    family = "credit_card"
    label = "a payment card"
    pattern = (
        r"4\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}(\d{3})?|4\d{12}|(5[1-5]\d{2}|2(22[1-9]|2[3-9]\d|[3-6]\d{2}|7[01]\d|720)"
        r"|6011|64[4-9]\d|65\d{2}|35(2[89]|[3-8]\d)|62\d{2}|220[0-4]|9792|50\d{2}|60\d{2}|63\d{2})[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}"
        r"|3[47]\d{2}[ -]?\d{6}[ -]?\d{5}|3(0[0-5]|[68]\d)\d[ -]?\d{6}[ -]?\d{4}|(5018|5020|5038|5893|6304"
        r"|6759|676[1-3])\d{8,15}"
    )
    agreement = 2.0
    luck = 0.1
    proof = 6.5
    failure = -3.6
    in_text = r"\b(?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|6\d{3}|35\d{2})[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b|\b3[47]\d{2}[ -]?\d{6}[ -]?\d{5}\b|\b3[068]\d{2}[ -]?\d{6}[ -]?\d{4}\b|\b4\d{12}\b"
    certainty = 0.95
    examples = ("4111111111111111", "5555 5555 5555 4444", "378282246310005", "3530111333300000", "6011111111111117", "2221000000000009")
    counter_examples = ("4111111111111112", "9286372594038944", "1234567812345678", "411111111111")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        """Among masked cards, whole ones are what somebody forgot to mask."""
        masked = sum(MASKED.fullmatch(text) is not None and any(char in "*Xx•#" for char in text) for text in facts.texts)
        evidence = super().score(name, facts, matches, looked - masked)
        if evidence is None or not masked or evidence.weight <= 0:
            return evidence
        return replace(evidence, detail=f"{evidence.detail} that is not masked")

    def is_valid(self, value: str) -> bool:
        return bool(luhn.is_valid(value.replace(" ", "").replace("-", "")))


class Iban(Recognizer):
    entity = "IBAN_CODE"
    family = "iban"
    label = "an IBAN"
    pattern = r"[A-Za-z]{2}\d{2}[ -]?([0-9A-Za-z]{4}[ -]?){2,7}[0-9A-Za-z]{0,3}"
    agreement = 3.0
    luck = 0.012
    proof = 7.0
    failure = -6.0
    in_text = r"\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?\b"
    certainty = 0.95
    examples = ("DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19", "fr1420041010050500013m02606")
    counter_examples = ("DE89370400440532013001", "ZZ89370400440532013000", "DE8937040044")

    def is_valid(self, value: str) -> bool:
        return bool(iban.is_valid(value, check_country=False))


class Bic(Recognizer):
    entity = "SWIFT_BIC"
    family = "swift_bic"
    label = "a BIC"
    pattern = r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?"
    agreement = 1.5
    luck = 0.36
    proof = 4.5
    failure = -6.0
    examples = ("DEUTDEFF", "NEDSZAJJXXX", "CHASUS33")
    counter_examples = ("UCPVX844", "DEUTQQFF", "MERCHANT1")

    def is_valid(self, value: str) -> bool:
        return bool(bic.is_valid(value)) and value[4:6].lower() in dictionaries.words("iso country")


class AbaRouting(Recognizer):
    entity = "ABA_ROUTING_NUMBER"
    family = "routing_number"
    country = "US"
    label = "an ABA routing number"
    pattern = r"(0[0-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}"
    agreement = 0.6
    luck = 0.1
    proof = 4.6
    failure = -4.0
    examples = ("021000021", "111000025", "322271627")
    counter_examples = ("021000022", "931000025", "02100002")

    def is_valid(self, value: str) -> bool:
        return bool(rtn.is_valid(value))


class SortCode(Recognizer):
    entity = "UK_SORT_CODE"
    family = "routing_number"
    country = "GB"
    label = "a British sort code"
    pattern = r"\d{2}-\d{2}-\d{2}"
    agreement = 1.2
    examples = ("20-00-00", "60-83-71")
    counter_examples = ("200000000", "2000-00")


class IndianIfsc(Recognizer):
    entity = "IN_IFSC"
    family = "routing_number"
    country = "IN"
    label = "an Indian IFSC"
    pattern = r"[A-Z]{4}0[A-Z0-9]{6}"
    agreement = 6.5
    examples = ("HDFC0000001", "SBIN0005943")
    counter_examples = ("HDFC1000001", "HDFC000001")


class AustralianBsb(Recognizer):
    entity = "AU_BSB"
    family = "routing_number"
    country = "AU"
    label = "an Australian BSB"
    pattern = r"\d{3}-\d{3}"
    agreement = 0.6
    examples = ("062-000", "733-123")
    counter_examples = ("0620000", "062-0000")


class BankCode(Recognizer):
    """National bank codes without any check: German Bankleitzahl, Russian BIK, Mexican CLABE and others; the header has to name them."""

    entity = "BANK_CODE"
    family = "routing_number"
    label = "a bank code"
    pattern = r"\d{3,9}|\d{4}-\d{3,4}|\d{18}|\d{4,5}-\d{3}"
    agreement = 0.0
    examples = ("37040044", "044525225", "012180015419784215")
    counter_examples = ("DEUTDEFF", "3704004412345")


class BitcoinAddress(Recognizer):
    entity = "CRYPTO"
    family = "crypto_address"
    label = "a Bitcoin address"
    pattern = r"[13mn2][1-9A-HJ-NP-Za-km-z]{25,34}"
    agreement = 4.5
    luck = 0.001
    proof = 4.5
    failure = -1.5
    in_text = r"\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b"
    examples = ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy")
    counter_examples = ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "0A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")

    def is_valid(self, value: str) -> bool:
        return base58check(value)


class SegwitAddress(Recognizer):
    entity = "CRYPTO"
    family = "crypto_address"
    label = "a Bitcoin or Litecoin SegWit address"
    pattern = r"(bc1|tb1|ltc1)[02-9ac-hj-np-z]{11,71}"
    agreement = 7.0
    luck = 0.001
    proof = 2.0
    failure = -2.0
    in_text = r"\b(?:bc1|tb1|ltc1)[02-9ac-hj-np-z]{11,71}\b"
    examples = ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr")
    counter_examples = ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdx", "ar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq")

    def is_valid(self, value: str) -> bool:
        return bech32(value)


class EthereumAddress(Recognizer):
    entity = "CRYPTO"
    family = "crypto_address"
    label = "an Ethereum address"
    pattern = r"0x[0-9a-fA-F]{40}"
    agreement = 8.5
    in_text = r"\b0x[0-9a-fA-F]{40}\b"
    examples = ("0xb93ec43146c4261df35eb7601b167f677aba1f33", "0xDe0B295669a9FD93d5F28D9Ec85E40f4cb697BAe")
    counter_examples = ("0xb93ec43146c4261df35eb7601b167f677aba1f3", "b93ec43146c4261df35eb7601b167f677aba1f33", "0x" + "a" * 64)


class Base58Address(Recognizer):
    """Wallets of other chains: Litecoin, Dogecoin, Dash, Zcash, Tron, Ripple share Base58Check or its alphabet."""

    entity = "CRYPTO"
    family = "crypto_address"
    label = "a wallet address"
    pattern = r"[LMDX7TtrAa][1-9A-HJ-NP-Za-km-z]{25,34}"
    agreement = 2.0
    luck = 0.001
    proof = 6.5
    failure = -2.0
    examples = ("LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9", "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8")
    counter_examples = ("LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH8", "LVg2kJoFNg45")

    def is_valid(self, value: str) -> bool:
        return base58check(value)


class OtherWallet(Recognizer):
    """Monero, Cardano, Cosmos and Polkadot addresses by their prefixes and lengths."""

    entity = "CRYPTO"
    family = "crypto_address"
    label = "a wallet address"
    pattern = r"[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}|addr1[02-9ac-hj-np-z]{50,110}|(cosmos|osmo|terra)1[02-9ac-hj-np-z]{38}|r[1-9A-HJ-NP-Za-km-z]{24,34}|[1-9A-HJ-NP-Za-km-z]{43,44}"
    agreement = 2.5
    examples = (
        "cosmos1" + "q" * 38,
        "addr1" + "q" * 53,
        "4AdUndXHHZ6cfufTMvppY6JwXNouMBzSkbLYfpAV5Usx3skxNgYeYTRj5UzqtReoS44qo9mtmXCqY45DJ852K5Jv2684Rge",
    )
    counter_examples = ("cosmos2" + "q" * 38, "hello world")


class Clabe(Checked):
    entity = "MX_CLABE"
    family = "routing_number"
    country = "MX"
    label = "a Mexican CLABE"
    module = "luhn"
    pattern = r"0\d{17}|[1-9]\d{17}"
    agreement = -0.5
    luck = 0.1
    proof = 4.6
    examples = ("032180000118359719", "002010077777777771")
    counter_examples = ("032180000118359718", "03218000011835971")

    def is_valid(self, value: str) -> bool:
        total = sum(int(digit) * weight % 10 for digit, weight in zip(value[:17], (3, 7, 1) * 6, strict=False))
        return (10 - total % 10) % 10 == int(value[17])


def base58check(value: str) -> bool:
    """Whether the last four bytes are the double SHA-256 of the rest."""
    number = 0
    for char in value:
        at = BASE58.find(char)
        if at < 0:
            return False
        number = number * 58 + at
    raw = number.to_bytes(25, "big") if number.bit_length() <= 200 else b""
    return bool(raw) and sha256(sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def bech32(value: str) -> bool:
    """The checksum of BIP 173 or BIP 350."""
    prefix, _, data = value.lower().rpartition("1")
    codes = [BECH32.find(char) for char in data]
    if not prefix or min(codes, default=-1) < 0:
        return False
    checksum = 1
    for code in [*(ord(char) >> 5 for char in prefix), 0, *(ord(char) & 31 for char in prefix), *codes]:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ code
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum in (1, 0x2BC830A3)
