"""What pydantic refuses, in words for people: its own texts speak of inputs and strings."""

from __future__ import annotations

from typing import Final

from pydantic_core import ErrorDetails

OWN: Final = "Value error, "
SENTENCES: Final = {
    "missing": "Fill this in.",
    "string_too_short": "Give at least {min_length} characters.",
    "string_too_long": "Give at most {max_length} characters.",
    "too_short": "Give at least {min_length}.",
    "too_long": "Give at most {max_length}.",
    "string_type": "Give a text.",
    "string_pattern_mismatch": "This does not have the form that is asked for.",
    "int_parsing": "Give a whole number.",
    "int_type": "Give a whole number.",
    "int_from_float": "Give a whole number.",
    "int_parsing_size": "This number is too large.",
    "float_parsing": "Give a number.",
    "float_type": "Give a number.",
    "finite_number": "Give a finite number.",
    "greater_than": "Give more than {gt}.",
    "greater_than_equal": "Give {ge} or more.",
    "less_than": "Give less than {lt}.",
    "less_than_equal": "Give {le} or less.",
    "bool_parsing": "Give true or false.",
    "bool_type": "Give true or false.",
    "literal_error": "Choose {expected}.",
    "enum": "Choose {expected}.",
    "extra_forbidden": "There is no such setting. Leave it out.",
    "list_type": "Give a list.",
    "dict_type": "Give an object with names and values.",
    "model_type": "Give an object with names and values.",
    "url_parsing": "Give a whole address, with https:// in front.",
    "url_scheme": "Give an address that starts with {expected_schemes}.",
}


def sentence(error: ErrorDetails) -> str:
    """One error in a sentence. What was sent is not in it: it may be a secret."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "string_too_short" and context.get("min_length") == 1:
        return SENTENCES["missing"]
    text = SENTENCES.get(kind)
    return text.format_map(context) if text is not None else error["msg"].removeprefix(OWN)
