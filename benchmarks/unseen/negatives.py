"""Columns without personal data: benign ones, and hard negatives that look like a sensitive family."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta

from stdnum import luhn
from stdnum.ean import calc_check_digit as ean_digit

from benchmarks.unseen.identifiers import ALPHABET, MIXED, Draw, digits, letters, pattern

NOUNS = [
    "kettle",
    "lantern",
    "bracket",
    "valve",
    "hinge",
    "gasket",
    "pulley",
    "trowel",
    "ladder",
    "funnel",
    "chisel",
    "spanner",
    "hopper",
    "nozzle",
    "grommet",
    "flange",
    "ratchet",
    "mallet",
    "clamp",
    "rivet",
]
MATERIALS = ["steel", "oak", "copper", "nylon", "granite", "walnut", "ceramic", "brass", "rubber", "linen", "bamboo", "acrylic"]
STEMS = [
    "Norda",
    "Velkro",
    "Altix",
    "Brimo",
    "Castel",
    "Dynora",
    "Ferrum",
    "Galvo",
    "Helix",
    "Indus",
    "Jurona",
    "Kapro",
    "Lumet",
    "Mirvo",
    "Optima",
    "Prisma",
]
COMPANY_ENDS = [
    "AB",
    "Oy",
    "s.r.o.",
    "Kft.",
    "SRL",
    "A.Ş.",
    "Pty Ltd",
    "Ltée",
    "S.A. de C.V.",
    "Tbk",
    "Co., Ltd.",
    "d.o.o.",
    "A/S",
    "Holding",
    "Logistics",
    "& Partners",
]
OPERATIONS = ["GET", "POST", "PUT", "DELETE"]
LOGS = [
    "worker {a} restarted after {b} ms",
    "cache miss on shard {a}, {b} keys evicted",
    "Batch {a} finished with {b} warnings.",
    "The pump was serviced; pressure {b} kPa.",
    "Pallet {a} moved to aisle {b}, seal intact.",
    "Rate limit reached, retry in {b} s",
    "Filter replaced, next check after {b} hours of use.",
]


def moment(draw: random.Random) -> datetime:
    return datetime(2015, 1, 1) + timedelta(seconds=draw.randrange(320_000_000))


def product(draw: random.Random) -> str:
    return f"{draw.choice(MATERIALS).title()} {draw.choice(NOUNS)} {draw.randint(2, 90)} {draw.choice(['mm', 'cm', 'L', 'kg', 'pcs'])}"


def digest(size: int) -> Draw:
    return lambda draw: f"{draw.getrandbits(size * 4):0{size}x}"


def shaped(shape: str) -> Draw:
    return lambda draw: pattern(draw, shape)


def among(*values: str) -> Draw:
    return lambda draw: draw.choice(values)


def ean(draw: random.Random) -> str:
    body = draw.choice(["73", "64", "859", "599", "869", "880", "893", "93"])
    body += digits(draw, 12 - len(body))
    return body + ean_digit(body)


def bad_luhn(draw: random.Random) -> str:
    body = "4" + digits(draw, 14)
    return body + str((int(luhn.calc_check_digit(body)) + draw.randint(1, 9)) % 10)


def luhn_code(draw: random.Random) -> str:
    body = "92" + digits(draw, 13)
    return body + luhn.calc_check_digit(body)


BENIGN: dict[str, tuple[Draw, str]] = {
    "amount": (lambda draw: f"{draw.lognormvariate(4, 1.2):.2f}", "net_amount|turnover|fee|freight_cost|belopp|tutar|ár"),
    "quantity": (lambda draw: str(draw.randint(1, 900)), "units|pieces|ordered_qty|antal|adet|lượng"),
    "row": (lambda draw: str(draw.randint(1, 99_999)), "row_no|seq|line_id|order_id|pk"),
    "status": (among("open", "closed", "on hold", "rejected", "draft"), "order_status|workflow_state|durum|stav|tila"),
    "category": (among("garden", "kitchen", "office", "outdoor", "toys", "lighting"), "segment|product_group|kategori|luokka"),
    "ccy": (among("SEK", "CZK", "HUF", "TRY", "THB", "VND", "KRW", "MXN", "AUD"), "currency_code|ccy|valuta|döviz"),
    "stamp": (lambda draw: moment(draw).strftime("%Y-%m-%dT%H:%M:%SZ"), "ingested_at|modified_on|event_time|päivitetty"),
    "stamp_local": (lambda draw: moment(draw).strftime("%d.%m.%Y %H:%M"), "booked_at|last_sync|oluşturma"),
    "clock": (lambda draw: moment(draw).strftime("%H:%M"), "departure|opening_time|slot"),
    "text": (lambda draw: draw.choice(LOGS).format(a=draw.randint(1, 99), b=draw.randint(3, 900)), "event_text|log_line|remarks_machine|message"),
    "product": (product, "article|item_description|product_title|tuote|ürün"),
    "flag": (among("Y", "N"), "is_active|opt_out|billable"),
    "ja_nej": (among("ja", "nej"), "aktiv|godkänd"),
    "percent": (lambda draw: f"{draw.uniform(0, 100):.1f}%", "margin|utilisation|share"),
    "measure": (lambda draw: f"{draw.gauss(20, 6):.3f}", "temperature_c|voltage|ph_value|ohm"),
    "weight": (lambda draw: f"{draw.uniform(0.1, 80):.2f} kg", "gross_weight|load|payload_weight"),
    "path": (lambda draw: f"/{draw.choice(NOUNS)}/{draw.choice(MATERIALS)}/{draw.randint(1, 99)}.html", "page_path|route|uri"),
    "url": (
        lambda draw: f"https://cdn.{draw.choice(NOUNS)}.example/{draw.choice(MATERIALS)}-{digits(draw, 4)}.png",
        "image_url|asset_link|thumbnail",
    ),
    "grade": (among("A", "B", "C", "D", "E"), "grade|risk_class|tier"),
    "scientific": (lambda draw: f"{draw.uniform(1, 9):.4f}e-{draw.randint(2, 9):02}", "p_value|tolerance|epsilon"),
    "http": (among("200", "204", "301", "404", "500", "503"), "http_status|response_code"),
    "method": (lambda draw: draw.choice(OPERATIONS), "http_method|verb"),
    "mime": (among("image/png", "text/csv", "application/json", "video/mp4"), "mime_type|content_type"),
    "quarter": (lambda draw: f"Q{draw.randint(1, 4)} {draw.randint(2012, 2026)}", "fiscal_quarter|reporting_period"),
    "year": (lambda draw: str(draw.randint(1990, 2026)), "model_year|fiscal_year|årtal"),
    "range": (lambda draw: f"{(low := draw.randint(1, 90))}-{low + draw.randint(1, 40)}", "size_range|bucket|band"),
    "size": (among("XS", "S", "M", "L", "XL", "XXL"), "garment_size|size"),
    "json": (lambda draw: f'{{"w": {draw.randint(1, 90)}, "unit": "{draw.choice(["cm", "mm"])}"}}', "attributes|payload|meta"),
    "language": (among("sv", "fi", "cs", "hu", "tr", "el", "th"), "lang|locale_code|ui_language"),
    "zone": (among("Europe/Prague", "Asia/Seoul", "America/Monterrey", "Australia/Perth"), "timezone|tz"),
}
HARD: dict[str, tuple[Draw, str]] = {
    "uuid": (lambda draw: str(uuid.UUID(int=draw.getrandbits(128), version=4)), "session_key|trace_id|customer_uuid"),
    "md5": (digest(32), "file_md5|content_hash|fingerprint"),
    "sha256": (digest(64), "sha256|image_digest|user_hash"),
    "commit": (digest(40), "commit|revision_sha"),
    "short_hash": (digest(8), "short_sha|etag"),
    "epoch": (lambda draw: str(draw.randint(1_400_000_000, 1_790_000_000)), "epoch|unix_ts|sensor_clock"),
    "epoch_ms": (lambda draw: str(draw.randint(1_400_000_000_000, 1_790_000_000_000)), "ts_millis|event_ms|phone_sync_ms"),
    "ean": (ean, "ean|barcode|gtin13"),
    "bad_luhn": (bad_luhn, "payment_ref|token_pan|transfer_no"),
    "luhn_code": (luhn_code, "gift_code|loyalty_sku|card_layout_code"),
    "bad_iban": (lambda draw: draw.choice(["SE", "CZ", "NO"]) + "00" + digits(draw, 20), "ledger_key|contract_key"),
    "ssn_like": (lambda draw: f"{draw.randint(900, 999)}-{digits(draw, 2)}-{digits(draw, 4)}", "lot_no|shipment_no|case_number"),
    "version": (lambda draw: f"{draw.randint(0, 12)}.{draw.randint(0, 40)}.{draw.randint(0, 20)}", "app_version|release|firmware"),
    "version4": (
        lambda draw: f"{draw.randint(0, 12)}.{draw.randint(0, 40)}.{draw.randint(0, 20)}.{draw.randint(256, 9000)}",
        "build|driver_version|net_build",
    ),
    "section": (lambda draw: f"{draw.randint(1, 14)}.{draw.randint(1, 9)}.{draw.randint(1, 9)}", "clause|section_no"),
    "sku": (shaped("@@-####-@"), "sku|article_no|bank_of_parts"),
    "sku11": (shaped("@@@@##&&###"), "part_code|swift_part|material_no"),
    "serial17": (shaped("&&&O&I&&&&&Q&&&&&"), "serial|vehicle_component_no"),
    "tracking": (shaped("RR#########SE"), "tracking_no|parcel_id|postal_tracking"),
    "invoice": (lambda draw: f"INV-{draw.randint(2018, 2026)}-{digits(draw, 5)}", "invoice_no|document_no"),
    "order10": (lambda draw: str(draw.randint(3_000_000_000, 3_000_900_000)), "order_number|phone_order_no"),
    "five": (lambda draw: str(draw.randint(10_000, 99_999)), "units_produced|stock_count|area_code_sqm"),
    "company": (
        lambda draw: f"{draw.choice(STEMS)}{draw.choice(['', '-Tek', ' Nord', ' Agro', 'plast'])} {draw.choice(COMPANY_ENDS)}",
        "supplier|vendor_name|employer",
    ),
    "job": (
        among("Welder", "Sjuksköterska", "Účetní", "Mühendis", "Asesor comercial", "Kirjanpitäjä", "Payroll clerk", "Forklift operator", "Comptable"),
        "job_title|yrke|person_role",
    ),
    "department": (among("Procurement", "Legal", "Warehouse", "Human Resources", "R&D", "Field Service"), "dept|cost_center_name"),
    "month": (among("January", "April", "May", "June", "August", "Březen", "Kesäkuu", "Haziran"), "month|period_name"),
    "weekday": (among("Monday", "Friday", "lördag", "Perjantai", "Cuma", "Thứ hai", "jueves"), "weekday|delivery_day"),
    "country": (
        among("Finland", "Türkiye", "Hungary", "Thailand", "México", "Suomi", "Rumunsko", "Australia", "Việt Nam"),
        "country|origin_country|land",
    ),
    "country_code": (among("SE", "FI", "CZ", "HU", "RO", "TR", "GR", "KR", "VN"), "country_code|iso2"),
    "event_date": (lambda draw: moment(draw).strftime("%Y-%m-%d"), "order_date|valid_from|policy_start|birthday_sale_start"),
    "event_date_local": (lambda draw: moment(draw).strftime("%d/%m/%Y"), "due_date|delivery_date|expiry"),
    "color": (among("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b"), "color_hex|theme"),
    "range_pair": (lambda draw: f"{draw.uniform(200, 900):.3f},{draw.uniform(200, 900):.3f}", "min_max|limits"),
    "package": (
        lambda draw: f"@{draw.choice(NOUNS)}/{draw.choice(MATERIALS)}@{draw.randint(1, 9)}.{draw.randint(0, 30)}.0",
        "dependency|email_template|module",
    ),
    "image": (lambda draw: f"{draw.choice(NOUNS)}/{draw.choice(MATERIALS)}:{draw.randint(1, 9)}.{draw.randint(0, 30)}", "container|image_tag"),
    "host": (lambda draw: f"{draw.choice(NOUNS)}-{draw.randint(1, 40):02}.{draw.choice(['prod', 'stage'])}.internal", "hostname|server_name"),
    "file": (
        lambda draw: f"{draw.choice(NOUNS)}_{draw.choice(MATERIALS)}_{digits(draw, 3)}.{draw.choice(['csv', 'pdf', 'log'])}",
        "file_name|document",
    ),
    "unit": (among("kPa", "mm/s", "kWh", "m³/h", "°C"), "unit|uom"),
    "base64": (lambda draw: letters(draw, 38, MIXED + "+/") + "==", "thumb|blob_b64|user_avatar"),
    "lidar": (lambda draw: f"{draw.uniform(0, 8):.2f} {draw.uniform(0, 8):.2f} {draw.uniform(0, 8):.2f}", "xyz|vector"),
    "flight": (shaped("@@####"), "flight_no|train_no"),
    "chemical": (among("C6H12O6", "NaCl", "H2SO4", "CaCO3", "C2H5OH", "KMnO4"), "compound|formula"),
    "animal": (among("Lynx lynx", "Alces alces", "Ursus arctos", "Lutra lutra", "Canis lupus", "Bubo bubo"), "species|scientific_name"),
    "duration": (lambda draw: f"{draw.randint(0, 90)}:{draw.randint(0, 59):02}:{draw.randint(0, 59):02}", "elapsed|mac_uptime"),
    "slug": (lambda draw: f"{draw.choice(NOUNS)}-{draw.choice(MATERIALS)}-{draw.choice(NOUNS)}", "slug|user_facing_slug"),
    "base58": (lambda draw: letters(draw, 22, ALPHABET), "ipfs_part|short_id"),
    "isin": (lambda draw: draw.choice(["SE", "FI", "AU"]) + "000" + digits(draw, 7), "isin|security_id"),
}
# Kinds that only the tables of the locales "b" hold: whoever mends by what the tables "a" showed has not seen them.
HELD_BACK: dict[str, tuple[Draw, str]] = {
    "drawing": (shaped("@@@-#####"), "drawing_no|blueprint"),
    "locker": (shaped("##-@@-##"), "locker|bin_location|plate_thickness_ref"),
    "asset": (shaped("@###@@"), "asset_tag|cabinet"),
    "batch8": (shaped("@#######"), "batch|charge_no"),
    "meter": (shaped("#########"), "meter_reading_id|counter_no"),
    "account11": (shaped("7##########"), "gl_account|posting_no"),
    "dotted": (shaped("##.##.####"), "chapter_ref|tariff_code"),
    "fraction": (shaped("##/###-##"), "file_ref|docket"),
    "tariff": (lambda draw: f"{draw.randint(1000, 9899)}.{draw.randint(10, 99)}", "hs_code|customs_tariff"),
    "gene": (lambda draw: letters(draw, 3) + str(draw.randint(1, 20)), "gene|marker"),
    "temperature_pair": (lambda draw: f"{draw.uniform(10, 40):.1f}/{draw.uniform(0, 10):.1f}", "high_low|min_max_c"),
    "ratio": (lambda draw: f"{draw.randint(1, 30)}:{draw.randint(1, 30)}", "ratio|scale|score_line"),
    "state": (among("Bavaria", "Scania", "Transylvania", "Lapland", "Moravia", "Queensland", "Jalisco", "Punjab"), "state|province|sales_region"),
    "brand": (among("Fiskars", "Ikea", "Arçelik", "Bosch", "Zetor", "Tungsram", "Dacia", "Valmet"), "brand|make|manufacturer"),
    "course": (lambda draw: f"{letters(draw, 3)} {draw.randint(100, 499)}", "course_code|module"),
    "ticket": (lambda draw: f"{draw.choice(['OPS', 'WEB', 'NET'])}-{draw.randint(1, 9000)}", "ticket|issue_key"),
    "instrument": (among("violin", "cello", "viola", "oboe", "harp", "trumpet"), "instrument|section_name"),
    "start": (lambda draw: f"{draw.randint(1890, 1990)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}", "founded_on|patent_date|published"),
}
