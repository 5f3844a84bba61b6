"""Processing: ore to concentrate, pellets, HBI and dore, with mass, metal, energy and carbon."""
