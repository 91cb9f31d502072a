"""Ids, semantic types, errors, naming, files and settings: standard library only, no data access."""
