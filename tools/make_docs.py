"""Write the generated pages under docs/: errors, commands and the keys of a study file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lodeway.cli import door
from lodeway.errors import CODES
from lodeway.study import schema

DOCS = Path(__file__).resolve().parent.parent / "docs"


def errors_page() -> str:
    """Return the catalogue of error codes."""
    lines = ["# Errors", "", "Exit codes: 0 done, 1 bad input, 2 usage, 3 resource limit.", ""]
    lines += ["| code | what it means |", "|---|---|"]
    lines += [f"| `{code}` | {text} |" for code, text in CODES.items()]
    return "\n".join(lines) + "\n"


def study_page() -> str:
    """Return the reference of the study file, from its schema."""
    lines = ["# The study file", "", "Numbers are ids of rows in the facts tables.", ""]
    for name in (
        "About", "Registry", "Corridors", "Price", "Market", "Project", "Sale", "Scenario",
        "Change", "Link", "Claim", "Economics", "RecordedSale", "ReceiptsClaim",
        "Report",
    ):  # fmt: skip
        model = getattr(schema, name)
        lines += [f"## {model.__doc__.splitlines()[0]}", "", "| key | needed |", "|---|---|"]
        lines += [
            f"| `{field.alias or key}` | {'yes' if field.is_required() else 'no'} |"
            for key, field in model.model_fields.items()
        ]
        lines.append("")
    return "\n".join(lines)


def commands_page() -> str:
    """Return the help of every command."""
    lines = ["# Commands", ""]
    app = door()
    names = [command.name or command.callback.__name__ for command in app.registered_commands]
    groups = [group.name for group in app.registered_groups]
    for name in [*names, *groups]:
        help_text = subprocess.run(
            [sys.executable, "-m", "lodeway", name, "--help"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        lines += [f"## {name}", "", "```", help_text.strip(), "```", ""]
    return "\n".join(lines)


def main() -> None:
    """Write the pages."""
    pages = {
        "errors.md": errors_page(),
        "study-file.md": study_page(),
        "commands.md": commands_page(),
    }
    for name, text in pages.items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
