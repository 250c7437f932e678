"""The shop's PostgreSQL: about 900,000 rows in five schemas. Small tables come from the generator of people, large ones are made by the server."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from psycopg2.extensions import connection as Connection

from governance.demo.people import Person, aadhaar, card, people, ssn

CUSTOMERS = 20_000
ORDERS = 260_000
ITEMS = 480_000
VISITS = 90_000
PAYMENTS = 40_000
STAFF = 400

SCHEMA = """
CREATE SCHEMA crm; CREATE SCHEMA shop; CREATE SCHEMA hr; CREATE SCHEMA web; CREATE SCHEMA staging;

CREATE TABLE crm.customers (
    id integer PRIMARY KEY, first_name text, last_name text, email text, phone text, birth_date date, gender char(1), country char(2),
    street text, postal_code text, city text, iban text, newsletter boolean, remark text, created_at timestamptz);
COMMENT ON TABLE crm.customers IS 'Everybody who ever ordered, since 2011';
CREATE TABLE crm.contacts_old (id integer, email text, phone text, kundennr text, kommentar text);
COMMENT ON TABLE crm.contacts_old IS 'Import of the old system; columns got mixed up in 2016';
CREATE TABLE crm.tickets (id integer PRIMARY KEY, customer_id integer REFERENCES crm.customers, subject text, message text, status text, opened timestamptz);
CREATE TABLE crm.loyalty (customer_id integer REFERENCES crm.customers, card_no text, points integer, tier text);

CREATE TABLE shop.products (sku text PRIMARY KEY, title text, category text, price numeric(10, 2), ean text, weight_g integer, active boolean);
CREATE TABLE shop.orders (id integer PRIMARY KEY, customer_id integer REFERENCES crm.customers, ordered_at timestamptz, status text, total numeric(10, 2), currency char(3), voucher text);
CREATE TABLE shop.order_items (order_id integer, line smallint, sku text, quantity smallint, unit_price numeric(10, 2));
CREATE TABLE shop.payments (id integer PRIMARY KEY, order_id integer REFERENCES shop.orders, method text, pan text, holder text, amount numeric(10, 2), paid_at timestamptz);
CREATE TABLE shop.shipments (id integer PRIMARY KEY, order_id integer, tracking_no text, carrier text, lat double precision, lon double precision, shipped date);
CREATE TABLE shop.exchange_rates (day date, currency char(3), rate numeric(12, 6));

CREATE TABLE hr.employees (
    personnel_no integer PRIMARY KEY, name text, national_id text, date_of_birth date, salary numeric(10, 2), religion text, department text, bank_account text, work_mail text);
CREATE TABLE hr."Krankmeldungen 2024" ("Personal-Nr" integer, "ICD-10" text, "von" date, "bis" date, "Arzt / Ärztin" text);
CREATE TABLE hr.applicants (id integer PRIMARY KEY, applicant text, passport_no text, cv text, applied date);

CREATE TABLE web.visits (at timestamptz, ip inet, user_agent text, path text, session uuid, ms integer);
CREATE TABLE web.api_clients (name text, api_key text, webhook_url text, created date);
CREATE TABLE web.devices (imei text, mac macaddr, os text, seen timestamptz);
CREATE TABLE web.settings (key text PRIMARY KEY, value jsonb);

CREATE TABLE staging."tmp_export_2019 (copy)" (col1 text, col2 text, col3 text, col4 text, col5 text);
CREATE TABLE staging.test_users (id integer, username text, password text, note text);
CREATE TABLE staging.empty_import (a text, b text, c text);

CREATE VIEW crm.customer_overview AS
    SELECT c.id, c.first_name || ' ' || c.last_name AS name, c.email, c.country, count(o.id) AS orders, sum(o.total) AS revenue
      FROM crm.customers c LEFT JOIN shop.orders o ON o.customer_id = c.id GROUP BY c.id;
CREATE VIEW shop.monthly_revenue AS
    SELECT date_trunc('month', ordered_at) AS month, currency, sum(total) AS revenue FROM shop.orders GROUP BY 1, 2;
CREATE MATERIALIZED VIEW shop.bestsellers AS SELECT sku, title, category, price FROM shop.products WHERE active WITH NO DATA;
"""

LARGE = f"""
SELECT setseed(0.42);
INSERT INTO shop.products
    SELECT 'SKU-' || lpad(n::text, 6, '0'), (ARRAY['Mug', 'Lamp', 'Chair', 'Notebook', 'Kettle', 'Rug', 'Vase'])[1 + n % 7] || ' ' || (ARRAY['Oslo', 'Lima', 'Kyoto', 'Porto', 'Bergen'])[1 + n % 5],
           (ARRAY['kitchen', 'living', 'office', 'garden'])[1 + n % 4], round((3 + random() * 240)::numeric, 2),
           '40' || lpad((random() * 1e10)::bigint::text, 11, '0'), (50 + random() * 9000)::int, random() < 0.9
      FROM generate_series(1, 2000) n;
INSERT INTO shop.orders
    SELECT n, 1 + floor(random() * {CUSTOMERS})::int, timestamptz '2021-01-01 00:00+00' + n * interval '10 minutes', (ARRAY['paid', 'sent', 'returned', 'open'])[1 + floor(random() * 4)::int],
           round((5 + random() * 300)::numeric, 2), (ARRAY['EUR', 'EUR', 'EUR', 'GBP', 'USD', 'PLN'])[1 + floor(random() * 6)::int], CASE WHEN random() < 0.05 THEN 'WELCOME' || (n % 40) END
      FROM generate_series(1, {ORDERS}) n;
INSERT INTO shop.order_items
    SELECT 1 + floor(random() * {ORDERS})::int, 1 + n % 3, 'SKU-' || lpad((1 + floor(random() * 2000)::int)::text, 6, '0'), 1 + floor(random() * 4)::int, round((3 + random() * 240)::numeric, 2)
      FROM generate_series(1, {ITEMS}) n;
INSERT INTO shop.shipments
    SELECT n, 1 + floor(random() * {ORDERS})::int, '1Z' || upper(substr(md5(n::text), 1, 16)), (ARRAY['DHL', 'UPS', 'Chronopost', 'Correos'])[1 + n % 4],
           36 + random() * 18, -8 + random() * 30, date '2021-01-01' + (n / 40)
      FROM generate_series(1, 30000) n;
INSERT INTO shop.exchange_rates
    SELECT date '2021-01-01' + n / 4, (ARRAY['GBP', 'USD', 'PLN', 'JPY'])[1 + n % 4], round((0.5 + random() * 3)::numeric, 6) FROM generate_series(0, 5999) n;
INSERT INTO web.visits
    SELECT timestamptz '2025-01-01 00:00+00' + n * interval '5 minutes', CASE WHEN n % 9 = 0 THEN ('2001:db8::' || to_hex(floor(random() * 65535)::int))::inet
           ELSE ('203.0.113.' || floor(random() * 255)::int)::inet END, 'Mozilla/5.0 (' || (ARRAY['X11; Linux', 'Windows NT 10.0', 'Macintosh', 'iPhone'])[1 + n % 4] || ')',
           '/p/' || (n % 2000), gen_random_uuid(), (random() * 900)::int
      FROM generate_series(1, {VISITS}) n;
REFRESH MATERIALIZED VIEW shop.bestsellers;
"""

REMARKS = (
    "", "", "", "", "calls back on {phone}", "prefers delivery after 18:00", "Bitte nur per Mail an {email}", "TEST - do not ship", "wants invoice to {full}, {street}", "VIP",
)  # fmt: skip
MESSAGES = (
    "Hello, my parcel has not arrived. Please call me on {phone}. Regards, {full}",
    "Guten Tag, bitte ändern Sie meine Adresse auf {street}, {postal} {city}. {full}",
    "The lamp arrived broken.",
    "Can you refund to {iban}? Thanks, {first}",
    "¿Cuándo llega mi pedido? Mi correo es {email}",
)
RELIGIONS = ("none", "catholic", "protestant", "muslim", "jewish", "buddhist", "orthodox")
DIAGNOSES = ("J06.9", "M54.5", "F32.1", "K52.9", "S93.4", "J20.9", "F43.2", "E11.9", "I10", "R51")


def fill(opened: Connection) -> None:
    """Makes the schema and all rows in one transaction."""
    with opened, opened.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute(SCHEMA)
        for table, columns, rows in tables():
            file = io.StringIO()
            csv.writer(file).writerows(["\\N" if value is None else value for value in row] for row in rows)
            file.seek(0)
            cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv, NULL '\\N')", file)
            if table == "crm.customers":
                cursor.execute(LARGE)
    with opened.cursor() as cursor:
        opened.autocommit = True
        cursor.execute("ANALYZE")


def tables() -> Iterator[tuple[str, str, Iterable[Sequence[Any]]]]:
    """(table, columns, rows) in an order that foreign keys allow."""
    dice = random.Random(7)
    known = list(people(CUSTOMERS, seed=1))
    yield (
        "crm.customers",
        _names("id first_name last_name email phone birth_date gender country street postal_code city iban newsletter remark created_at"),
        _customers(dice, known),
    )
    yield "crm.contacts_old", "id, email, phone, kundennr, kommentar", _contacts(dice, known[:3000])
    yield "crm.tickets", "id, customer_id, subject, message, status, opened", _tickets(dice, known)
    yield "crm.loyalty", "customer_id, card_no, points, tier", _loyalty(dice, known)
    yield "shop.payments", "id, order_id, method, pan, holder, amount, paid_at", _payments(dice, known)
    staff = list(people(STAFF, seed=2))
    yield (
        "hr.employees",
        "personnel_no, name, national_id, date_of_birth, salary, religion, department, bank_account, work_mail",
        _employees(dice, staff),
    )
    yield 'hr."Krankmeldungen 2024"', '"Personal-Nr", "ICD-10", "von", "bis", "Arzt / Ärztin"', _sick_notes(dice, staff)
    yield "hr.applicants", "id, applicant, passport_no, cv, applied", _applicants(dice)
    yield "web.api_clients", "name, api_key, webhook_url, created", _api_clients(dice)
    yield "web.devices", "imei, mac, os, seen", _devices(dice)
    yield "web.settings", "key, value", [("theme", '{"dark": true}'), ("limits", '{"cart": 50}'), ("support", '{"mail": "support@example.com"}')]
    yield 'staging."tmp_export_2019 (copy)"', "col1, col2, col3, col4, col5", _unnamed(dice, known[5000:6500])
    yield "staging.test_users", "id, username, password, note", _test_users(dice)


def _names(text: str) -> str:
    return ", ".join(text.split())


def _now_and_then(dice: random.Random, share: float, value: Any, otherwise: Any = None) -> Any:
    return value if dice.random() < share else otherwise


def _said(person: Person, text: str) -> str:
    return text.format(**{name: getattr(person, name) or "" for name in ("phone", "email", "full", "first", "street", "postal", "city", "iban")})


def _customers(dice: random.Random, known: Sequence[Person]) -> Iterator[Sequence[Any]]:
    for one in known:
        is_test = one.number % 997 == 0
        yield (
            one.number, "Test" if is_test else one.first, "Testkunde" if is_test else one.last, "test@test.test" if is_test else _now_and_then(dice, 0.97, one.email),
            _now_and_then(dice, 0.8, one.phone), _now_and_then(dice, 0.7, one.born, "1900-01-01" if dice.random() < 0.1 else None), _now_and_then(dice, 0.9, one.gender), one.country,
            one.street, one.postal, one.city, _now_and_then(dice, 0.5, one.iban), dice.random() < 0.3, _said(one, dice.choice(REMARKS)) or None,
            f"20{dice.randrange(11, 25)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02} {dice.randrange(24):02}:{dice.randrange(60):02}:00+00",
        )  # fmt: skip


def _contacts(dice: random.Random, known: Sequence[Person]) -> Iterator[Sequence[Any]]:
    """The headers lie: mail and phone are swapped, and the comment holds cards."""
    for one in known:
        yield one.number, one.phone, one.email, f"K{one.number:06}", _now_and_then(dice, 0.4, card(dice), "")


def _tickets(dice: random.Random, known: Sequence[Person]) -> Iterator[Sequence[Any]]:
    for number in range(1, 5001):
        one = dice.choice(known)
        yield (
            number,
            one.number,
            dice.choice(("Delivery", "Refund", "Adresse", "Pedido", "Question")),
            _said(one, dice.choice(MESSAGES)),
            dice.choice(("open", "closed")),
            "2025-03-01",
        )


def _loyalty(dice: random.Random, known: Sequence[Person]) -> Iterator[Sequence[Any]]:
    for one in known[::4]:
        yield one.number, f"LC{dice.randrange(10**9):09}", dice.randrange(5000), dice.choice(("bronze", "silver", "gold"))


def _payments(dice: random.Random, known: Sequence[Person]) -> Iterator[Sequence[Any]]:
    for number in range(1, PAYMENTS + 1):
        by_card = dice.random() < 0.6
        pan = (
            card(dice)
            if by_card and dice.random() < 0.3
            else f"{dice.randrange(4000, 5600)} **** **** {dice.randrange(10_000):04}"
            if by_card
            else None
        )
        yield (
            number,
            dice.randrange(1, ORDERS),
            "card" if by_card else dice.choice(("invoice", "sepa", "paypal")),
            pan,
            _now_and_then(dice, 0.5, dice.choice(known).full),
            round(dice.uniform(5, 300), 2),
            "2025-02-01",
        )


def _employees(dice: random.Random, staff: Sequence[Person]) -> Iterator[Sequence[Any]]:
    for one in staff:
        department = dice.choice(("sales", "IT", "warehouse", "finance", "people"))
        yield (
            one.number,
            one.full,
            one.identity,
            one.born,
            round(dice.uniform(28_000, 98_000), 2),
            dice.choice(RELIGIONS),
            department,
            one.iban,
            f"e{one.number}@shop.example",
        )


def _sick_notes(dice: random.Random, staff: Sequence[Person]) -> Iterator[Sequence[Any]]:
    for _ in range(900):
        day = dice.randrange(1, 28)
        yield dice.choice(staff).number, dice.choice(DIAGNOSES), f"2024-05-{day:02}", f"2024-06-{day:02}", f"Dr. {dice.choice(staff).last}"


def _applicants(dice: random.Random) -> Iterator[Sequence[Any]]:
    for one in people(300, seed=3):
        cv = f"{one.full}, born {one.born:%d.%m.%Y} in {one.city}. Reach me at {one.email} or {one.phone}."
        yield one.number, one.full, f"C{dice.randrange(10**8):08}", cv, "2025-01-15"


def _api_clients(dice: random.Random) -> Iterator[Sequence[Any]]:
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    for number in range(40):
        key = "".join(dice.choice(signs) for _ in range(36))
        yield f"client-{number}", f"{dice.choice(('shop_live', 'shop_test'))}_{key}", f"https://hooks.example.org/{number}", "2024-09-01"


def _devices(dice: random.Random) -> Iterator[Sequence[Any]]:
    for _ in range(2000):
        body = f"35{dice.randrange(10**12):012}"
        mac = ":".join(f"{dice.randrange(256):02x}" for _ in range(6))
        yield body + _luhn(body), mac, dice.choice(("Android 14", "iOS 18", "Android 12")), "2025-06-01"


def _luhn(body: str) -> str:
    total = sum(sum(divmod(int(digit) * (2 - at % 2), 10)) for at, digit in enumerate(reversed(body)))
    return str(-total % 10)


def _unnamed(dice: random.Random, known: Sequence[Person]) -> Iterator[Sequence[Any]]:
    makers: tuple[Callable[[Person], str | None], ...] = (
        lambda one: one.full,
        lambda one: f"{one.born:%d.%m.%Y}",
        lambda one: ssn(dice),
        lambda one: one.iban,
        lambda one: aadhaar(dice),
    )
    for one in known:
        yield [_now_and_then(dice, 0.92, make(one)) for make in makers]


def _test_users(dice: random.Random) -> Iterator[Sequence[Any]]:
    for number in range(60):
        yield number, f"tester{number}", f"Passw0rd!{number}", dice.choice(("asdf", "lorem ipsum", "", "delete me"))
