"""Headers: clear and abbreviated ones by family, missing ones, lying ones, and the cases in which systems write them."""

from __future__ import annotations

import random

CLEAR = {
    "first_name": ["given_name", "forename", "first_name", "contact_first_name"],
    "last_name": ["surname", "family_name", "last_name", "guest_surname"],
    "person_name": ["full_name", "patient_name", "account_holder", "beneficiary", "tenant_name"],
    "email": ["email_address", "contact_email", "mail", "user_email"],
    "phone": ["phone", "mobile_number", "contact_number", "telephone", "home_phone"],
    "street_address": ["street_address", "address_line_1", "mailing_address", "delivery_address"],
    "city": ["city", "town", "municipality", "place_of_residence"],
    "postal_code": ["postal_code", "postcode", "zip_code"],
    "geo_coordinate": ["coordinates", "gps_position", "lat_long", "location_point", "home_location"],
    "date_of_birth": ["date_of_birth", "birth_date", "born_on", "birthdate"],
    "age": ["age", "patient_age", "age_years", "customer_age"],
    "gender": ["gender", "sex", "patient_sex", "gender_identity"],
    "religion": ["religion", "faith", "denomination", "religious_belief"],
    "ethnicity": ["ethnicity", "ethnic_group", "ethnic_origin", "race"],
    "national_id": ["national_id", "personal_number", "identity_number", "national_identification_number"],
    "us_ssn": ["ssn", "social_security_number", "social_security_no"],
    "tax_id": ["tax_id", "vat_number", "tax_registration_number", "taxpayer_id"],
    "passport": ["passport_number", "passport_no", "travel_passport"],
    "driver_license": ["driver_license", "driving_licence_no", "drivers_license_number"],
    "license_plate": ["license_plate", "plate_number", "registration_plate", "number_plate"],
    "vin": ["vin", "chassis_number", "vehicle_identification_number"],
    "credit_card": ["credit_card", "card_number", "cc_number", "payment_card"],
    "iban": ["iban", "bank_account", "account_iban", "beneficiary_iban"],
    "swift_bic": ["bic", "swift_code", "bank_identifier_code"],
    "routing_number": ["routing_number", "aba_number", "bank_routing"],
    "crypto_address": ["wallet", "wallet_address", "crypto_address", "deposit_address"],
    "ipv4": ["ip_address", "client_ip", "remote_addr"],
    "ipv6": ["ipv6", "ip_address", "ipv6_addr"],
    "mac_address": ["mac_address", "device_mac", "ethernet_address"],
    "imei": ["imei", "imei_number", "handset_imei"],
    "username": ["username", "login", "user_name", "screen_name"],
    "secret": ["api_key", "password", "access_token", "client_secret", "credentials"],
    "medical_code": ["diagnosis_code", "icd10_code", "diagnosis", "primary_dx"],
    "free_text_pii": ["notes", "comments", "agent_remarks", "description"],
}
ABBREVIATED = {
    "first_name": ["fname", "frst_nm", "givnm", "cust_fn"],
    "last_name": ["lname", "lst_nm", "srnm", "cust_ln"],
    "person_name": ["cust_nm", "fullnm", "pt_name", "nm_full"],
    "email": ["eml_addr", "e_ml", "mail_adr"],
    "phone": ["tel_nr", "ph_no", "mob", "cell_nbr"],
    "street_address": ["addr1", "str_addr", "adr_ln1"],
    "city": ["cty_nm", "cty", "twn"],
    "postal_code": ["pcode", "zip_cd", "post_cd"],
    "geo_coordinate": ["geo_pt", "latlng", "gps", "coords"],
    "date_of_birth": ["dob", "birth_dt", "bdate", "d_o_b"],
    "age": ["age_y", "pt_age", "cust_age"],
    "gender": ["gndr", "sx", "gen_cd"],
    "religion": ["relgn", "rlg"],
    "ethnicity": ["ethn", "eth_grp", "ethnic_cd"],
    "national_id": ["nat_id_no", "nid", "pers_id_nr", "id_no"],
    "us_ssn": ["ssn_nbr", "soc_sec", "ssn4emp"],
    "tax_id": ["tin", "vat_nr", "tax_no"],
    "passport": ["passp_no", "ppt_nbr", "pass_nr"],
    "driver_license": ["dl_no", "drv_lic", "dl_nbr"],
    "license_plate": ["veh_reg", "plate", "lic_plt"],
    "vin": ["vin_no", "chassis", "veh_vin"],
    "credit_card": ["cc_no", "card_nbr", "ccnum"],
    "iban": ["acct_iban", "bnk_acct", "iban_nr"],
    "swift_bic": ["bic_cd", "swft", "bnk_bic"],
    "routing_number": ["rtn_no", "aba_nbr", "rt_nbr"],
    "crypto_address": ["wlt_addr", "btc_adr", "eth_addr"],
    "ipv4": ["ip", "src_ip", "cli_ip"],
    "ipv6": ["ip6", "ip_v6", "src_ip6"],
    "mac_address": ["hw_addr", "mac", "mac_adr"],
    "imei": ["imei_no", "dev_imei"],
    "username": ["usr_nm", "uname", "usr_login"],
    "secret": ["pwd", "apikey", "tok", "passwd"],
    "medical_code": ["dx_cd", "icd", "diag_cd"],
    "free_text_pii": ["cmnts", "rmk", "note_txt"],
}
MISSING = ["", "c#", "column#", "X#", "_c#", "Unnamed: #", "attr_#", "V#", "field_#", "Kolom#", "var#"]
LYING = ["product_code", "category", "status", "order_ref", "net_amount", "sku", "unit", "region_code", "quantity", "warehouse", "color", "shipment"]
LYING_SENSITIVE = ["email", "phone", "surname", "iban", "street_address", "first_name", "passport_no"]


def dressed(draw: random.Random, header: str) -> str:
    """The header as one system or another writes it."""
    words = header.replace("-", "_").split("_")
    return draw.choices(
        (
            header,
            header.upper(),
            "".join(word[:1].upper() + word[1:] for word in words),
            " ".join(words).capitalize(),
            "-".join(words),
            f"tbl_{header}",
        ),
        (10, 2, 2, 2, 1, 1),
    )[0]
