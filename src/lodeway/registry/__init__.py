"""The registry: deposits under all their names, and claims with a verdict that anyone can check."""
