"""What pydantic refuses is told in words for people."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from governance.core.api.problems import from_pydantic


class Config(BaseModel):
    model_config = ConfigDict(extra="forbid")

    path: str = Field(min_length=1, max_length=20)
    port: int = Field(1, ge=1, le=9)
    tls: Literal["never", "always"] = "never"
    is_open: bool = False
    password: SecretStr = SecretStr("")

    @field_validator("path")
    @classmethod
    def _plain(cls, path: str) -> str:
        if path == "own":
            raise ValueError("Our own words.")
        return path


@pytest.mark.parametrize(
    ("given", "name", "words"),
    [
        ({}, "path", "Fill this in."),
        ({"path": ""}, "path", "Fill this in."),
        ({"path": "x" * 21}, "path", "Give at most 20 characters."),
        ({"path": "own"}, "path", "Our own words."),
        ({"path": "x", "port": "many"}, "port", "Give a whole number."),
        ({"path": "x", "port": 10}, "port", "Give 9 or less."),
        ({"path": "x", "port": 0}, "port", "Give 1 or more."),
        ({"path": "x", "tls": "maybe"}, "tls", "Choose 'never' or 'always'."),
        ({"path": "x", "is_open": "perhaps"}, "is_open", "Give true or false."),
        ({"path": "x", "colour": "red"}, "colour", "There is no such setting. Leave it out."),
    ],
)
def test_an_error_is_a_sentence_that_says_what_to_do(given: dict[str, Any], name: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Config.model_validate(given)
    assert from_pydantic(refused.value, "config").context["errors"] == {f"config.{name}": [words]}


def test_no_sentence_repeats_what_was_sent() -> None:
    with pytest.raises(ValidationError) as refused:
        Config.model_validate({"path": "x", "password": ["open-sesame"], "port": "open-sesame", "tls": "open-sesame"})
    assert "open-sesame" not in str(from_pydantic(refused.value).problem())
