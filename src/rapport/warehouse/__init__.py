"""Warehouse: the offline plane, behind ``ports.warehouse``.

In: the store's log and identifiers (``export``, a process of its own), SQL composed by the stages. Out: the customer
table and whatever else a refresh stores, as Parquet files that any engine reads.

Method: the log becomes segments of day-partitioned Parquet, each published by one rename (``files``); scalars that
features use are typed columns (``columns``); DuckDB reads it all through views (``duckdb.DuckDBWarehouse``).

Nothing is imported here, because DuckDB and Arrow take their time: import ``rapport.warehouse.duckdb``.
"""
