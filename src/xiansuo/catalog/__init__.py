"""Discovers units on disk; writes the analysts' read-only catalogue and lineage."""
