"""From assays to a resource statement: drillholes, kriging, simulation, classification.

Usable alone from a notebook:

    from lodeway.resource import Structure, Variogram, krige

Names are imported when they are first used, so that the command line opens at once.
"""

from lodeway.lazy import names_of

_PUBLIC = {
    "Direction": "experimental",
    "Element": "omf",
    "Finding": "findings",
    "Grid": "grid",
    "Kriging": "kriging",
    "Rule": "compositing",
    "Search": "search",
    "Structure": "variogram",
    "Tails": "scores",
    "Variogram": "variogram",
    "Wireframe": "wireframe",
    "affine": "support",
    "anamorphosis": "support",
    "cell_weights": "decluster",
    "check_drillholes": "checking",
    "collocated_cokriging": "cokriging",
    "composite": "compositing",
    "cutoff_grade": "resources",
    "decluster_cells": "decluster",
    "experimental_variogram": "experimental",
    "fit_variogram": "fitting",
    "grade_tonnage": "resources",
    "indicator_kriging": "indicator",
    "krige": "kriging",
    "krige_all": "kriging",
    "krige_in_passes": "passes",
    "leave_one_hole_out": "validate",
    "neighbourhood_analysis": "neighbourhood",
    "normal_scores": "scores",
    "omf_bytes": "omf",
    "polygon_weights": "decluster",
    "propose_cut": "topcut",
    "read_drillholes": "drillholes",
    "read_omf": "omf",
    "read_wireframe": "wireframe",
    "search_passes": "passes",
    "simulate": "simulating",
    "simulate_together": "simulating",
    "statement": "resources",
    "swath": "validate",
    "trace_hole": "desurvey",
    "uniform_conditioning": "support",
}

__all__ = sorted(_PUBLIC)  # noqa: PLE0605  made from the table above

__getattr__ = names_of(__name__, _PUBLIC)
