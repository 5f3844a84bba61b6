"""Linkage: which records of two lists, or of one, mean the same deposit."""

from lodeway.registry.linkage.dedupe import Entities, dedupe, with_entities
from lodeway.registry.linkage.link import link
from lodeway.registry.linkage.records import Records, read_records

__all__ = ["Entities", "Records", "dedupe", "link", "read_records", "with_entities"]
