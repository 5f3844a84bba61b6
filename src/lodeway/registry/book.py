"""The book of claims: a GeoPackage that only grows, and gives every row back as it was written."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import fields
from pathlib import Path

from lodeway.errors import LodewayError
from lodeway.io import read_rows
from lodeway.registry.claims import Claim, read_claims
from lodeway.registry.statements import Statement, statement

_SCHEMA = """
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL,
  description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined Cartesian', -1, 'NONE', -1, 'undefined', ''),
  ('Undefined geographic', 0, 'NONE', 0, 'undefined', ''),
  ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]', '');
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL,
  identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL,
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  PRIMARY KEY (table_name, column_name));
CREATE TABLE claims (fid INTEGER PRIMARY KEY, file TEXT NOT NULL, line INTEGER NOT NULL,
  recorded TEXT NOT NULL, why TEXT NOT NULL, raw TEXT NOT NULL, {columns});
CREATE TRIGGER claims_are_immutable BEFORE UPDATE ON claims
  BEGIN SELECT RAISE(ABORT, 'claims are immutable: add one that supersedes'); END;
CREATE TRIGGER claims_are_kept BEFORE DELETE ON claims
  BEGIN SELECT RAISE(ABORT, 'claims are kept: add one that supersedes'); END;
CREATE VIEW claims_current AS SELECT * FROM claims c WHERE NOT EXISTS
  (SELECT 1 FROM claims n WHERE n.supersedes = c.claim_id);
"""  # noqa: E501  the definition of a coordinate system is one text
_FIELDS = tuple(field.name for field in fields(Statement))
_NUMBERS = {"value", "value_high", "value_si"}


class ClaimBook:
    """Claims in one GeoPackage file (SQLite), opened for one piece of work.

    Rows are only ever added; a correction is a row that names the claim which it supersedes. The
    row as it was written is kept beside the fields that were understood, so that tables come out
    as they went in.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            columns = ", ".join(
                f'"{name}" {"DOUBLE" if name in _NUMBERS else "TEXT"}' for name in _FIELDS
            )
            with closing(sqlite3.connect(path)) as base:
                base.executescript(_SCHEMA.format(columns=columns))
                base.execute(
                    "INSERT INTO gpkg_contents VALUES "
                    "('claims', 'attributes', 'claims', '', '1970-01-01T00:00:00Z', "
                    "NULL, NULL, NULL, NULL, NULL)"
                )
                base.commit()
        elif path.read_bytes()[:15] != b"SQLite format 3":
            raise LodewayError("bad-csv", str(path), "no SQLite file", "a GeoPackage of claims")

    def add(self, paths: Sequence[Path], recorded: str, why: str = "first entry") -> int:
        """Add every row of some claims tables, and return how many.

        Parameters
        ----------
        paths
            Claims tables (CSV).
        recorded
            The day of entry, ``YYYY-MM-DD``: told by the caller, so that books are reproducible.
        why
            Why they are entered.

        Raises
        ------
        LodewayError
            For a claim id that the book has already (correct it by one that supersedes it).
        """
        count = 0
        for path in paths:
            claims = read_claims([path])
            rows = [dict(row.fields) for row in read_rows(path, [])]
            count += self._insert(zip(claims, rows, strict=True), recorded, why)
        return count

    def supersede(
        self, claim: Claim, row: Mapping[str, str], old: str, recorded: str, why: str
    ) -> None:
        """Correct a claim by another one, which says why."""
        if old not in {item.claim_id for item in self.statements()}:
            raise LodewayError(
                "unknown-id", "supersedes", repr(old), "the id of a claim in the book"
            )
        self._insert([(claim, {**row, "supersedes": old})], recorded, why)

    def _insert(
        self, pairs: Iterable[tuple[Claim, Mapping[str, str]]], recorded: str, why: str
    ) -> int:
        marks = ", ".join("?" * (len(_FIELDS) + 5))
        names = ", ".join(
            f'"{name}"' for name in ("file", "line", "recorded", "why", "raw", *_FIELDS)
        )
        count = 0
        with closing(sqlite3.connect(self._path)) as base, base:
            known = {row[0] for row in base.execute("SELECT claim_id FROM claims")}
            for claim, row in pairs:
                if claim.id in known:
                    raise LodewayError(
                        "unknown-id", f"{claim.file}:{claim.line} claim_id", claim.id,
                        "an id that the book does not have yet",
                        "a correction has its own id and names the claim in 'supersedes'",
                    )  # fmt: skip
                known.add(claim.id)
                full = statement(claim, row)
                raw = json.dumps(dict(row), ensure_ascii=False)
                values = [getattr(full, name) for name in _FIELDS]
                base.execute(
                    f"INSERT INTO claims ({names}) VALUES ({marks})",  # noqa: S608  names are ours
                    [claim.file, claim.line, recorded, why, raw, *values],
                )
                count += 1
        return count

    def statements(self, *, current: bool = False) -> list[Statement]:
        """Return the claims in the order of entry; `current` leaves out what was superseded."""
        table = "claims_current" if current else "claims"
        names = ", ".join(f'"{name}"' for name in _FIELDS)
        with closing(sqlite3.connect(self._path)) as base:
            rows = base.execute(f"SELECT {names} FROM {table} ORDER BY fid").fetchall()  # noqa: S608
        return [Statement(**dict(zip(_FIELDS, row, strict=True))) for row in rows]

    def history(self, claim_id: str) -> list[tuple[str, str, str]]:
        """Return what became of a claim: (claim id, day of entry, why), first to last."""
        with closing(sqlite3.connect(self._path)) as base:
            rows = base.execute(
                "SELECT claim_id, recorded, why, supersedes FROM claims ORDER BY fid"
            ).fetchall()
        line, wanted = [], {claim_id}
        for name, recorded, why, old in rows:
            if name in wanted or old in wanted:
                wanted.add(name)
                line.append((name, recorded, why))
        return line

    def rows(self, file: str = "") -> list[dict[str, str]]:
        """Return rows as they were written, of one file or of all."""
        with closing(sqlite3.connect(self._path)) as base:
            found = base.execute(
                "SELECT raw FROM claims WHERE ? IN ('', file) ORDER BY fid", (file,)
            ).fetchall()
        return [json.loads(row[0]) for row in found]

    def csv(self, file: str = "") -> bytes:
        """Return rows as a CSV table: cell by cell what was read."""
        rows = self.rows(file)
        columns = list(dict.fromkeys(name for row in rows for name in row))
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows([row.get(name, "") for name in columns] for row in rows)
        return buffer.getvalue().encode()

    def parquet(self, file: str = "") -> bytes:
        """Return rows as a Parquet table of texts: cell by cell what was read."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        rows = self.rows(file)
        columns = list(dict.fromkeys(name for row in rows for name in row))
        table = pa.table({name: [row.get(name, "") for row in rows] for name in columns})
        sink = io.BytesIO()
        pq.write_table(table, sink)
        return sink.getvalue()
