"""Make the report's basemap from the npm package world-atlas 2.0.2 (unpacked)."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src/lodeway/report/basemap/countries-50m.json.gz"


def main(package: Path) -> None:
    """Pack ``countries-50m.json`` without a clock, so that it comes out the same every time."""
    atlas = json.loads((package / "countries-50m.json").read_text(encoding="utf-8"))
    atlas["objects"] = {"countries": atlas["objects"]["countries"]}
    text = json.dumps(atlas, separators=(",", ":"), sort_keys=True)
    TARGET.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
