"""Command line: thin, prints what the packages below return."""
