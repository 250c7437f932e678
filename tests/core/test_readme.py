"""The README says what the code says."""

from __future__ import annotations

from django.core.management import call_command

from governance.core.management.commands.settings_table import table
from governance.env import Env


def test_the_table_of_settings_in_the_readme_is_the_one_of_env() -> None:
    call_command("settings_table", check=True)


def test_every_setting_has_a_sentence() -> None:
    assert all(field.description and field.description.endswith((".", "so.")) for field in Env.model_fields.values())
    assert len(table().splitlines()) == len(Env.model_fields) + 2
