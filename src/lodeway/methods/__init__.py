"""Pure functions that several rooms use; they know no room."""
