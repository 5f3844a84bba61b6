"""The one error type that a user of Lodeway sees, and the codes that it carries."""

from __future__ import annotations

from collections.abc import Iterable

#: What each code means; ``docs/errors.md`` is made from this table.
CODES: dict[str, str] = {
    "bad-argument": "A value given on the command line or to a function cannot be used.",
    "bad-crs": "The coordinate system is missing or is not the one that the file promises.",
    "bad-csv": "A table cannot be read as comma-separated UTF-8 text.",
    "bad-date": "A date cannot be read, or lies outside the period that makes sense.",
    "bad-fraction": "A share or probability lies outside 0 to 1.",
    "bad-network": "The freight network contradicts itself.",
    "bad-number": "A number cannot be read, or lies outside its possible range.",
    "bad-raster": "A raster is no plain GeoTIFF, lies on another grid, or holds impossible values.",
    "bad-study": "The study file does not say what Lodeway needs, or says it wrongly.",
    "bad-unit": "A unit cannot be read, is ambiguous, or measures something else.",
    "balance": "Mass, metal or money does not add up.",
    "double-count": "Two figures contain the same cost.",
    "missing": "A file, table, column or row that is needed is not there.",
    "no-route": "No permitted route joins the two places.",
    "stale": "A dated claim is too old to be used as today's level.",
    "too-large": "A file or a result is larger than the limit.",
    "unknown-id": "A name does not exist in the table that it refers to.",
    "unsafe-path": "A path leaves the study folder, or is a web or virtual address.",
}


class LodewayError(Exception):
    """Everything that can go wrong with a user's input, said so that it can be cured.

    Parameters
    ----------
    code
        One of `CODES`.
    where
        The file, row and field, or the option, that is at fault.
    got
        What was found there.
    expected
        What would have been right.
    cure
        What the user can do about it.

    Examples
    --------
    >>> error = LodewayError("bad-number", "links.csv:7 length_km", "-3", "a length above 0")
    >>> print(error)
    links.csv:7 length_km: got -3, expected a length above 0
    """

    def __init__(
        self, code: str, where: str, got: object, expected: str = "", cure: str = ""
    ) -> None:
        if code not in CODES:
            msg = f"unknown error code {code!r}"
            raise KeyError(msg)
        self.code = code
        self.where = where
        self.got = str(got)
        self.expected = expected
        self.cure = cure
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """Return the whole error as one line of plain English."""
        text = f"{self.where}: got {self.got}"
        if self.expected:
            text += f", expected {self.expected}"
        if self.cure:
            text += f" ({self.cure})"
        return text

    def as_dict(self) -> dict[str, str]:
        """Return the fields that ``--json`` prints."""
        return {
            "code": self.code,
            "where": self.where,
            "got": self.got,
            "expected": self.expected,
            "cure": self.cure,
        }

    @property
    def exit_code(self) -> int:
        """Exit status of the command line: 3 for a resource limit, else 1."""
        return 3 if self.code == "too-large" else 1


class LodewayProblems(LodewayError):  # noqa: N818  a list of errors is a look, not one error
    """Several problems found in one look; `check` shows them all at once."""

    def __init__(self, problems: Iterable[LodewayError]) -> None:
        self.problems = list(problems)
        first = self.problems[0]
        super().__init__(first.code, first.where, first.got, first.expected, first.cure)

    def sentence(self) -> str:
        """Return one line for each problem."""
        return "\n".join(problem.sentence() for problem in self.problems)


class LodewayWarning(UserWarning):
    """Something that was repaired or left out, and is listed in the report."""


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return ``did you mean X?`` for the nearest known name, or an empty text.

    A name is near when it is like another as a whole, or like its beginning: people shorten
    ``Margara_Alican`` to ``Margara``.

    Examples
    --------
    >>> suggestion("Margarra", ["Margara_Alican", "Arar", "Sarpi"])
    'did you mean Margara_Alican?'
    >>> suggestion("xyz", ["Sarpi"])
    ''
    """
    from difflib import SequenceMatcher

    wanted = name.casefold()
    best, choice = 0.55, ""
    for known_name in sorted(set(known)):
        whole = known_name.casefold()
        likeness = max(
            SequenceMatcher(None, wanted, whole).ratio(),
            0.97 * SequenceMatcher(None, wanted, whole[: len(wanted)]).ratio(),
            0.9 if wanted and wanted in whole else 0.0,
        )
        if likeness > best:
            best, choice = likeness, known_name
    return f"did you mean {choice}?" if choice else ""
