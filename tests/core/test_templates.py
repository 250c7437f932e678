"""What every template must hold."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"
INCLUDE = re.compile(r'{%\s*include "([^"]+)"([^%]*)%}')


def test_no_form_that_posts_is_included_without_the_token_that_it_needs() -> None:
    """`only` takes the token away, and the form then answers 403."""
    found = []
    for path in TEMPLATES.rglob("*.html"):
        for name, options in INCLUDE.findall(path.read_text()):
            file = TEMPLATES / name
            is_link = name == "components/action.html" and " href=" in options
            if " only" in options and not is_link and file.exists() and "{% csrf_token %}" in file.read_text():
                found.append(f"{path.relative_to(TEMPLATES)}: {name}")
    assert found == []
