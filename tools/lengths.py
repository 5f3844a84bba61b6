"""Hold modules to 600 lines and function bodies to 60, and report the 90th percentiles.

Exceptions stand in `EXCEPTIONS` with their reason; there is nothing else to switch.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src" / "lodeway"
MODULE_LIMIT, FUNCTION_LIMIT = 600, 60
EXCEPTIONS: dict[str, str] = {}


def body_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function's body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def percentile90(values: list[int]) -> int:
    """Return the 90th percentile of a list of counts."""
    return sorted(values)[int(0.9 * (len(values) - 1))] if values else 0


def main() -> int:
    """Print what is too long; return 1 if anything is."""
    modules: list[int] = []
    functions: list[int] = []
    wrong: list[str] = []
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(SOURCE).as_posix()
        modules.append(text.count("\n"))
        if modules[-1] > MODULE_LIMIT and name not in EXCEPTIONS:
            wrong.append(f"{name}: {modules[-1]} lines, at most {MODULE_LIMIT}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                functions.append(body_length(node))
                place = f"{name}:{node.lineno} {node.name}"
                if functions[-1] > FUNCTION_LIMIT and f"{name}:{node.name}" not in EXCEPTIONS:
                    wrong.append(f"{place}: {functions[-1]} lines, at most {FUNCTION_LIMIT}")
    print(
        f"lengths: {len(modules)} modules, p90 {percentile90(modules)}, max {max(modules)}; "
        f"{len(functions)} functions, p90 {percentile90(functions)}, max {max(functions)}"
    )
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
