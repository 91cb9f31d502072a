"""Synthetic province: deliveries with planted truth."""
