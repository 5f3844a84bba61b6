"""Block model -> pit -> schedule.

Usable alone from a notebook:

    from lodeway.mine import Slope, from_template, template, ultimate_pit

Names are imported when they are first used, so that the command line opens at once.
"""

from lodeway.lazy import names_of

_PUBLIC = {
    "Blocks": "problem",
    "Pit": "pit",
    "Plan": "schedule",
    "Precedence": "precedence",
    "Problem": "problem",
    "Relaxation": "relaxation",
    "Schedule": "problem",
    "Slope": "slope",
    "Template": "slope",
    "from_rows": "precedence",
    "from_template": "precedence",
    "judge": "check_schedule",
    "nested_pits": "pit",
    "read_blocks": "minelib",
    "read_model": "files",
    "read_precedence": "minelib",
    "read_problem": "minelib",
    "read_solution": "minelib",
    "read_upit": "minelib",
    "relax": "relaxation",
    "schedule_mine": "schedule",
    "shares": "check_schedule",
    "template": "slope",
    "ultimate_pit": "pit",
    "write_model": "minelib",
    "write_problem": "minelib",
    "write_solution": "minelib",
    "write_upit": "minelib",
}

__all__ = sorted(_PUBLIC)  # noqa: PLE0605  made from the table above

__getattr__ = names_of(__name__, _PUBLIC)
