"""Rule SQL for Spark: a writer over sqlglot's parse tree that knows every DuckDB type and refuses what it cannot prove.

Nothing here imports pyspark: translating needs no Spark, so the linter can ask whether a rule would run there.
"""
