"""Processing: ore to concentrate, pellets, HBI and dore, with mass, metal, energy and carbon.

Usable alone from a notebook:

    from lodeway.processing import Stream, reconcile

Names are imported when they are first used, so that the command line opens at once.
"""

from lodeway.lazy import names_of

_PUBLIC = {
    "Concentrate": "flotation",
    "IronChain": "iron",
    "Output": "flotation",
    "Reconciled": "reconciliation",
    "Stream": "reconciliation",
    "ceiling": "balance",
    "check_head": "balance",
    "closure": "balance",
    "float_ore": "flotation",
    "implied_yields": "iron",
    "iron_chain": "iron",
    "ore_for_metal": "flotation",
    "reconcile": "reconciliation",
    "recovery_at_grade": "reconciliation",
    "two_product_recovery": "balance",
}

__all__ = sorted(_PUBLIC)  # noqa: PLE0605  made from the table above

__getattr__ = names_of(__name__, _PUBLIC)
