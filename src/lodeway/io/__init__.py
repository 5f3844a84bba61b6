"""Files: safe opening, whole writing, strict tables."""

from typing import TYPE_CHECKING

from lodeway.lazy import names_of

if TYPE_CHECKING:
    from lodeway.io.facts import read_facts
    from lodeway.io.files import read_bytes, read_text, safe_path, sweep, write_bytes
    from lodeway.io.tables import Row, as_csv, last_day, parse_number, read_rows

__all__ = [
    "Row", "as_csv", "last_day", "parse_number", "read_bytes", "read_facts", "read_rows",
    "read_text", "safe_path", "sweep", "write_bytes",
]  # fmt: skip

_HOME = {
    "read_facts": "facts",
    "read_bytes": "files", "read_text": "files", "safe_path": "files", "sweep": "files",
    "write_bytes": "files",
    "Row": "tables", "as_csv": "tables", "last_day": "tables", "parse_number": "tables",
    "read_rows": "tables",
}  # fmt: skip

__getattr__ = names_of(__name__, _HOME)
