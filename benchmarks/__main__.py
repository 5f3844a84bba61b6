"""Run every benchmark: ``python -m benchmarks [NAME ...]``."""

import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    names = sys.argv[1:] or sorted(
        path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_")
    )
    for name in names:
        print(f"== {name}")
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
