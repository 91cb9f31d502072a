"""ODCS data contracts and asset files: parsed, checked and turned into casts and checks."""
