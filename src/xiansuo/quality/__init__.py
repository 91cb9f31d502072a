"""Great Expectations audit generated from the contracts."""
