"""The registry: deposits under all their names, and claims with a verdict that anyone can check."""

#: Public names, and the module of each; opened when they are first asked for.
from lodeway.lazy import names_of

_WHERE = {
    "Claim": "claims", "read_claims": "claims", "Verdict": "verdict", "judge": "verdict",
    "Fused": "fusion", "fuse": "fusion", "Statement": "statements", "statement": "statements",
    "ClaimBook": "book", "Deposit": "deposits", "read_deposits": "deposits",
    "read_article": "reading", "Draft": "reading", "Records": "linkage", "link": "linkage",
    "dedupe": "linkage", "read_records": "linkage", "ContractArea": "areas",
    "read_areas": "areas", "overlaps": "areas", "points_in_polygons": "inside",
    "Holding": "actors", "owners_of": "actors", "changes": "difference", "publish": "publication",
}  # fmt: skip

__all__ = sorted(_WHERE)  # noqa: PLE0605  the table above is the list

__getattr__ = names_of(__name__, _WHERE)
