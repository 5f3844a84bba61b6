"""Lodeway: from lode to market.

What the ground of a mineral province is worth, to whom, by which road, and how sure anyone can be.
"""

from lodeway.errors import LodewayError

__all__ = ["LodewayError", "__version__"]


def __getattr__(name: str) -> str:
    """Look the version up only when somebody asks: it costs a third of the start-up."""
    if name != "__version__":
        msg = f"module 'lodeway' has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("lodeway")
    except PackageNotFoundError:
        return "0+source"
