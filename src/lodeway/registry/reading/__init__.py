"""Reading a news text: quantities and dates with their spans, and draft claims made of them."""

from lodeway.registry.reading.article import read_article
from lodeway.registry.reading.draft import Draft

__all__ = ["Draft", "read_article"]
