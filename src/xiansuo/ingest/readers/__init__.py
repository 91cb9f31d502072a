"""Readers: one module per file format, each giving text with exact record numbers. No casting, no contract rules."""
