"""A study: its file, its graph of stages, its store, and the way back from a figure to a row."""

from lodeway.study.graph import Stage

__all__ = ["Stage"]
