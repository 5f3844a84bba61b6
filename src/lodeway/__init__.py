"""Lodeway: from lode to market.

What the ground of a mineral province is worth, to whom, by which road, and how sure anyone can be.
"""

from importlib.metadata import PackageNotFoundError, version

from lodeway.errors import LodewayError

try:
    __version__ = version("lodeway")
except PackageNotFoundError:  # run from a source folder that is not installed
    __version__ = "0+source"

__all__ = ["LodewayError", "__version__"]
