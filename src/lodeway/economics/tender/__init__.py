"""Tenders: bids as data, gates first, then scores and how firm the ranking is."""

from lodeway.economics.tender.compare import compare
from lodeway.economics.tender.criteria import Criterion, Gate, Plan, read_plan
from lodeway.economics.tender.score import ahp_weights, first_shares, maut, pareto, topsis

__all__ = [
    "Criterion", "Gate", "Plan", "ahp_weights", "compare", "first_shares", "maut", "pareto",
    "read_plan", "topsis",
]  # fmt: skip
