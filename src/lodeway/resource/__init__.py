"""Drillholes -> block model -> resource statement, with the uncertainty carried."""
