"""PostgreSQL: the tables, every query, the migrations and the live feed. The only place that knows SQL."""
