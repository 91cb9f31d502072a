"""Dagster definitions: the only subpackage that imports dagster."""
