"""`python -m benchmarks [NAME…]`: runs the programs in this folder one after the other and prints what each says, then which of them failed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    names = sys.argv[1:] or sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))
    outcomes: list[tuple[str, int]] = []
    for name in names:
        sys.stdout.write(f"\n=== {name}\n")
        sys.stdout.flush()
        outcomes.append((name, subprocess.run([sys.executable, str(HERE / f"{name}.py")], cwd=HERE.parent, check=False).returncode))
    sys.stdout.write("\n" + "\n".join(f"{name:20} {'done' if code == 0 else f'ended with exit code {code}'}" for name, code in outcomes) + "\n")
    return int(any(code for _, code in outcomes))


if __name__ == "__main__":
    sys.exit(main())
