"""Keys, tokens, passwords and what else opens doors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log2
from typing import Final

from intelligence.classification.preparation import Facts
from intelligence.classification.recognizers.base import Recognizer
from intelligence.classification.types import Evidence

PROVIDERS: Final = (
    r"(AKIA|ASIA|AGPA|AROA|AIPA|ANPA|ANVA)[A-Z0-9]{16}"
    r"|[sprw]k_(live|test|prod)_[0-9A-Za-z]{10,}|whsec_[0-9A-Za-z+/=]{20,80}"
    r"|gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{40,}|gl(pat|rt|dt|ptt|ft|soat|cbt)-[0-9A-Za-z_\-]{20,60}"
    r"|xox[abeoprs]-[0-9A-Za-z-]{10,}|xapp-\d-[0-9A-Za-z-]{20,}"
    r"|AIza[0-9A-Za-z_\-]{35}|ya29\.[0-9A-Za-z_\-]{20,}|GOCSPX-[0-9A-Za-z_\-]{20,40}"
    r"|sk-(ant-|proj-|svcacct-|or-)?[0-9A-Za-z_\-]{20,}|hf_[0-9A-Za-z]{30,60}"
    r"|SG\.[0-9A-Za-z_\-]{16,32}\.[0-9A-Za-z_\-]{32,64}|key-[0-9a-f]{32}|(AC|SK)[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}"
    r"|npm_[0-9A-Za-z]{36}|pypi-[0-9A-Za-z_\-]{50,}|dckr_pat_[0-9A-Za-z_\-]{20,60}|dop_v1_[0-9a-f]{64}|shp(at|ca|pa|ss)_[0-9a-fA-F]{32}"
    r"|hvs\.[0-9A-Za-z_\-]{20,}|gov_[0-9A-Za-z_\-]{20,}|sq0(atp|csp)-[0-9A-Za-z_\-]{20,60}|EAA[0-9A-Za-z]{40,}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|lin_api_[0-9A-Za-z]{40}|\d{8,10}:[0-9A-Za-z_\-]{35}"
)


class Secret(Recognizer):
    entity = "SECRET"
    family = "secret"


class ProviderKey(Secret):
    entity = "API_KEY"
    label = "a key of a known provider"
    pattern = PROVIDERS
    agreement = 9.0
    share = 0.4
    in_text = rf"\b(?:{PROVIDERS.replace('(', '(?:')})"
    certainty = 0.95
    examples = ("AKIAOS7ISX3UIQ2OXRNU", "sk_live_gAfi7kWRUy4ykESb3PkdAxHB", "ghp_" + "a1B2" * 9, "xoxb-123456789012-abcdefABCDEF")
    counter_examples = ("AKIA123", "sk_fast_ab", "hello")


class JsonWebToken(Secret):
    entity = "JWT"
    label = "a JSON web token"
    pattern = r"eyJ[0-9A-Za-z_\-]{8,}\.[0-9A-Za-z_\-]{8,}(\.[0-9A-Za-z_\-]*)?"
    agreement = 9.5
    in_text = r"\beyJ[0-9A-Za-z_\-]{8,}\.[0-9A-Za-z_\-]{8,}\.[0-9A-Za-z_\-]+"
    certainty = 0.95
    examples = ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLWJ5dGVz",)
    counter_examples = ("eyJ", "abc.def.ghi")


class PasswordHash(Secret):
    entity = "PASSWORD_HASH"
    label = "a hash of a password"
    pattern = (
        r"\$2[abxy]?\$\d{2}\$[./A-Za-z0-9]{22,53}|\$argon2(id|i|d)\$.{10,}|\$[156y]\$.{8,}|\$(scrypt|pbkdf2[a-z0-9-]*)\$.{10,}"
        r"|(pbkdf2_sha\d+|argon2|bcrypt_sha256|scrypt)\$.{10,}|\{(SSHA|SHA|SMD5|MD5|CRYPT)\d*\}\S{10,}|\$apr1\$.{8,}"
    )
    agreement = 9.5
    examples = (
        "$2b$12$nHYi6sawm.XMVIlurm6g6jvW7HW6gHEcA9QC2GRbOnlabcdefghij",
        "pbkdf2_sha256$600000$salt$aGFzaGhhc2g=",
        "$6$rounds=5000$salt$hashhashhash",
    )
    counter_examples = ("$5.00", "a30f398fbd58d24bb5ec358f223e831d")


class PrivateKey(Secret):
    entity = "PRIVATE_KEY"
    label = "a private key"
    pattern = r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----.*|PuTTY-User-Key-File.*|AGE-SECRET-KEY-1[0-9A-Z]{50,70}"
    agreement = 12.0
    in_text = r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
    certainty = 0.99
    examples = ("-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\nMIIE")
    counter_examples = ("-----BEGIN PUBLIC KEY-----", "ssh-rsa AAAA")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        """Keys are longer than what the pattern set looks at."""
        return super().score(name, facts, [text for text in facts.texts if "PRIVATE KEY" in text[:60]], looked)


class ConnectionString(Secret):
    entity = "CONNECTION_STRING"
    label = "a connection string with a password"
    pattern = r"[a-z][a-z0-9+.\-]*://[^\s:/@]*:[^\s/@]+@[^\s/]+.*|(.*;)?\s*(?i:password|pwd|accountkey|sharedaccesskey)=[^;]+(;.*)?"
    agreement = 9.5
    in_text = r"\b[a-z][a-z0-9+.\-]*://[^\s:/@]+:[^\s/@]+@[^\s/]+"
    certainty = 0.9
    examples = ("postgres://anna:hunter2@db.example.org/shop", "Server=db;User=sa;Password=hunter2;")
    counter_examples = ("https://example.org/a", "Server=db;User=sa;")


class HashUnderPassword(Secret):
    """A plain digest or a UUID is a secret only under a header that says so clearly."""

    entity = "PASSWORD_HASH"
    label = "a digest"
    pattern = r"([0-9a-f]{2}){14,64}|([0-9A-F]{2}){14,64}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    agreement = 5.6
    examples = ("a30f398fbd58d24bb5ec358f223e831d", "5448aa44-9989-4469-abea-2d389ab90724")
    counter_examples = ("a30f", "hello")


class RandomText(Secret):
    """Long texts without any regularity."""

    label = "a random text"
    agreement = 2.6
    examples = ("gAfi7kWRUy4ykESb3PkdAxHB9", "Zr9-kQ2_xW7vB4nM8tY1pL5sD3")
    counter_examples = ("hello world this is a text", "a30f398fbd58d24bb5ec358f223e831d", "internationalisation")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        looked = len(facts.few)
        matched = sum(map(self.is_valid, facts.few)) if facts.mean_length >= 12 else 0
        if not looked or matched < 0.6 * looked:
            return None
        return Evidence(name, matched, looked, self._sentence(matched, looked, "look like"), self.agreement * matched / looked)

    def is_valid(self, value: str) -> bool:
        if not 16 <= len(value) <= 500 or " " in value:
            return False
        kinds = (any(char.islower() for char in value), any(char.isupper() for char in value), any(char.isdigit() for char in value))
        if sum(kinds) < 3 or value.startswith(("http", "/", "0x")):
            return False
        return _entropy(value) > min(4.4, 0.82 * log2(len(value)))


class AnySecret(Secret):
    """Anything without spaces; the header has to say so."""

    entity = "PASSWORD"
    label = "a password or key"
    pattern = r"[^\s]{4,}"
    agreement = 0.3
    examples = ("hunter2!", "correcthorse")
    counter_examples = ("two words", "abc")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        """Few distinct values, or bare small numbers, are states and lengths and not passwords."""
        evidence = super().score(name, facts, matches, looked)
        if evidence is None or evidence.weight <= 0:
            return evidence
        short = sum(text.isdigit() and len(text) < 5 for text in facts.texts) / looked
        return evidence if short < 0.5 else Evidence(name, evidence.matched, looked, evidence.detail, -1.0)


def _entropy(text: str) -> float:
    return -sum(count / len(text) * log2(count / len(text)) for count in Counter(text).values())
