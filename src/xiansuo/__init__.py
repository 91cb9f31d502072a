"""xiansuo (线索): data lake, rule engine and clue tables for legal supervision."""
