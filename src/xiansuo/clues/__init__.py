"""Runs, clue composition, history, evidence verification, evaluation, export."""
