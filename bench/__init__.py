"""Speed as ratios within one process. Nothing here is a test; `python -m bench` writes docs/benchmarks.md."""
