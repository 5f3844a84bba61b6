"""Public names of a room that are imported when they are first used."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def names_of(package: str, home: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a ``__getattr__`` (PEP 562) for a package, so that opening it loads no library.

    Parameters
    ----------
    package
        The package's full name.
    home
        Module of the package by public name.

    Examples
    --------
    >>> names_of("lodeway", {"convert": "units"})("convert").__name__
    'convert'
    """

    def find(name: str) -> Any:
        if name not in home:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f"{package}.{home[name]}"), name)

    return find
