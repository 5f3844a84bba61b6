"""Economics: prices, net-back, fiscal regimes, cash flow, tenders, and what a corridor is worth.

Usable alone from a notebook:

    from lodeway.economics import irr_roots, make_regime, npv, run_regime

Names are imported when they are first used, so that the command line opens at once.
"""

from lodeway.lazy import names_of

_PUBLIC = {
    "Behaviour": "prices",
    "Case": "case",
    "Ledger": "fiscal",
    "Loan": "debt",
    "Money": "basis",
    "Regime": "regime",
    "Values": "fiscal",
    "Worlds": "sampling",
    "break_even_factor": "measures",
    "at_term": "basis",
    "bridge": "sampling",
    "choose_model": "price_models",
    "compare": "tender",
    "constant": "prices",
    "copula": "sampling",
    "correlation": "series",
    "cvar": "decisions",
    "dated_irr_roots": "roots",
    "dated_npv": "measures",
    "debt_capacity": "debt",
    "deck": "prices",
    "discount_factors": "fiscal",
    "draw_paths": "price_models",
    "employment_multipliers": "jobs",
    "evpi": "decisions",
    "evppi": "decisions",
    "evsi": "decisions",
    "exact_irr_roots": "roots",
    "exact_ledger": "exact",
    "fit_model": "price_models",
    "flow_warnings": "measures",
    "government_take": "measures",
    "in_money": "basis",
    "irr": "roots",
    "irr_roots": "roots",
    "make_regime": "regime",
    "mirr": "measures",
    "nominal": "measures",
    "npv": "fiscal",
    "payback_years": "measures",
    "picture": "charts",
    "profitability_index": "measures",
    "progressivity": "measures",
    "read_case": "case",
    "read_flows": "cash_table",
    "read_regime": "regime",
    "read_series": "series",
    "regime_values": "fiscal",
    "ring_fenced": "fiscal",
    "rolling_coverage": "price_models",
    "run_regime": "fiscal",
    "schedule": "debt",
    "shapley": "corridor_value",
    "sobol_indices": "sensitivity",
    "solve": "case",
    "spider": "sensitivity",
    "swings": "sensitivity",
    "tornado": "sensitivity",
    "unit_costs": "measures",
    "value_of": "measures",
    "write_workbook": "workbook",
}

__all__ = sorted(_PUBLIC)  # noqa: PLE0605  made from the table above

__getattr__ = names_of(__name__, _PUBLIC)
