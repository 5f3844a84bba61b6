"""The value of ground: what a cell of a province is worth, by which corridor, and how sure."""
