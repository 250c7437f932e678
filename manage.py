#!/usr/bin/env python
"""The portal's command line."""

from __future__ import annotations

import os
import sys

from governance.runtime.kernel import hide_passwords

# `scan` takes URLs, and whatever stands on a command line is for everybody to read. Loading Django takes a while, so this comes first.
hide_passwords()

from django.core.management import execute_from_command_line  # noqa: E402
from django.db.utils import OperationalError  # noqa: E402

from governance.core.errors import GovernanceError  # noqa: E402

# These options decide how the settings are read, so they go to the environment before Django reads them.
EARLY = {"--data-dir": "GOVERNANCE_DATA_DIR", "--port": "GOVERNANCE_PORT", "--host": "GOVERNANCE_HOST"}


def adopt_early_options(arguments: list[str]) -> None:
    """Copies `--data-dir X` and its like (also `--data-dir=X`) into the environment."""
    for position, argument in enumerate(arguments):
        option, equals, value = argument.partition("=")
        if option in EARLY:
            value = value if equals else "".join(arguments[position + 1 : position + 2])
            if value:
                os.environ[EARLY[option]] = value


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    adopt_early_options(sys.argv[1:])
    try:
        execute_from_command_line(sys.argv)
    except GovernanceError as error:
        sys.exit(_failed(error.detail, 2))
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
        sys.exit(_failed(f"The database does not answer ({reason}); start the portal with `make up`, or mend DATABASE_URL.", 1))
    except KeyboardInterrupt:
        sys.exit(130)


def _failed(message: str, code: int) -> int:
    sys.stderr.write(f"error: {message}\n")
    return code


if __name__ == "__main__":
    main()
