"""Reads what Data Sentinel has loaded: rows, exact amounts, and the dead letters that wait.

    npx sentinel snapshot snapshot.duckdb
    pip install duckdb
    python examples/python/read.py snapshot.duckdb
"""

import json
import sys
from decimal import Decimal

import duckdb


def totals(db: duckdb.DuckDBPyConnection) -> list[tuple[str, int, Decimal]]:
    """Source, number of rows and exact sum of the amounts, in EUR."""
    return db.sql(
        """
        SELECT _source, count(*), sum(amount)
        FROM transaction WHERE currency = 'EUR' GROUP BY 1 ORDER BY 1
        """
    ).fetchall()


def waiting(db: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, dict]]:
    """Id, source, reason and event of each open dead letter, the newest first."""
    letters = db.sql(
        """
        SELECT id, source, reason, event
        FROM _sentinel_dead_letters WHERE status = 'open' ORDER BY received_at DESC
        """
    ).fetchall()
    # Amounts stay exact: Python's float would round them.
    return [(*rest, json.loads(event, parse_float=Decimal)) for *rest, event in letters]


if __name__ == "__main__":
    with duckdb.connect(sys.argv[1], read_only=True) as snapshot:
        for source, rows, amount in totals(snapshot):
            print(f"{source}: {rows} rows, {amount} EUR")
        for letter, source, reason, event in waiting(snapshot):
            print(f"waits: {letter} of {source}: {reason}")
