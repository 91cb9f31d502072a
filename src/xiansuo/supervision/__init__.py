"""Supervision models as files: load, lint, bind, run cases, build marts."""
