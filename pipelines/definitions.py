"""Dagster's entry point: the definitions of the project this file lies in."""

from pathlib import Path

from xiansuo.orchestration.definitions import build_defs

defs = build_defs(Path(__file__).resolve().parents[1])
