"""Models between offices: packing, installing, validating on another site's data, telling the new from the known."""
