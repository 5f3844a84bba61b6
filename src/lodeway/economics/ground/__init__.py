"""The value of ground: what a cell of a province is worth, by which corridor, and how sure."""

from lodeway.lazy import names_of

_PUBLIC = {
    "read_deposits": "assess", "Assessment": "assess",
    "DepositCount": "deposits", "fit_negative_binomial": "deposits",
    "read_deposit_count": "deposits",
    "depth_table": "fairways_case", "read_case": "fairways_case", "npv_map": "fairways_map",
    "read_federation": "royalties",
    "Study": "province", "read_province": "province",
    "province_totals": "totals",
}  # fmt: skip
__all__ = sorted(_PUBLIC)  # noqa: PLE0605  made from the table above

__getattr__ = names_of(__name__, _PUBLIC)
