"""Delta tables on Parquet written by DuckDB, and the DuckDB sessions that read them."""
