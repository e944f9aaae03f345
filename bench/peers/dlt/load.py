"""Loads an NDJSON file of transactions into DuckDB as dlt's documentation does it: a resource whose columns are a
pydantic model, merged by its key. Prints rows and seconds, the imports and a first small load left out.

usage: load.py FOLDER WARM_UP.ndjson EVENTS.ndjson
"""

import json
import resource
import sys
import time
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import dlt
from pydantic import BaseModel, EmailStr, Field


class Transaction(BaseModel):
    event_id: UUID
    timestamp: datetime
    source: str = Field(min_length=1)
    amount: Decimal = Field(gt=0)
    currency: str = Field(pattern="^[A-Za-z]{3}$")
    user_id: UUID
    email: EmailStr
    description: str


def events(path):
    @dlt.resource(
        name="transactions", columns=Transaction, primary_key="event_id", write_disposition="merge"
    )
    def read():
        with open(path) as lines:
            for line in lines:
                yield json.loads(line)

    return read


def cpu():
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


folder, warm_up, path = sys.argv[1:]
pipeline = dlt.pipeline(
    "bench",
    pipelines_dir=f"{folder}/pipelines",
    destination=dlt.destinations.duckdb(f"{folder}/peer.duckdb"),
    dataset_name="bench",
)
pipeline.run(events(warm_up))
start, before = time.perf_counter(), cpu()
pipeline.run(events(path)).raise_on_failed_jobs()
seconds, used = time.perf_counter() - start, cpu() - before
with pipeline.sql_client() as client:
    (rows, ids) = client.execute_sql("select count(*), count(distinct event_id) from transactions")[0]
print(json.dumps({"rows": rows, "ids": ids, "seconds": seconds, "cpu": used}))
