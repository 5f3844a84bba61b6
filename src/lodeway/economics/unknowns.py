"""What is not known: the numbers that nobody checked, and what the sources say they do not say."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from lodeway.model import Facts

if TYPE_CHECKING:
    import pandas as pd

_WORDS = ("unknown", "not published", "not found", "not stated", "not known")


def unknowns_table(facts: Facts, used: AbstractSet[str]) -> pd.DataFrame:
    """Return what the study lacks, one row each.

    First how many of the facts in use are general knowledge; then every fact whose own text or
    note says that something is unknown or was not found.
    """
    import pandas as pd

    known = [facts[name] for name in sorted(used) if name in facts]
    weak = [fact for fact in known if fact.unverified]
    rows: list[dict[str, Any]] = [
        {
            "what": f"{len(weak)} of {len(known)} facts in use",
            "why": "general knowledge that nobody has checked against a page",
            "consequence": "entered with wide ranges; replace them first: "
            + ", ".join(fact.id for fact in weak[:24])
            + (" ..." if len(weak) > 24 else ""),
            "source_id": "",
        }
    ]
    for fact in facts.values():
        said = f"{fact.quantity} {fact.text} {fact.note}".lower()
        if any(word in said for word in _WORDS):
            rows.append(
                {
                    "what": f"{fact.subject}: {fact.quantity}",
                    "why": fact.note or fact.text,
                    "consequence": fact.text if fact.note else "",
                    "source_id": fact.source_id,
                }
            )
    return pd.DataFrame(rows)
