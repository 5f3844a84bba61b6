"""Files: safe opening, whole writing, strict tables."""

from lodeway.io.facts import read_facts
from lodeway.io.files import read_bytes, read_text, safe_path, sweep, write_bytes
from lodeway.io.tables import Row, as_csv, last_day, parse_number, read_rows

__all__ = [
    "Row", "as_csv", "last_day", "parse_number", "read_bytes", "read_facts", "read_rows",
    "read_text", "safe_path", "sweep", "write_bytes",
]  # fmt: skip
