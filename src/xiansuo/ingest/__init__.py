"""From delivered files to lake rows: vault, readers, casting, quarantine, receipts."""
