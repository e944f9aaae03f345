with loaded as (
    select
        cast(_received_at as date) as day,
        _source as source,
        count(*) as loaded,
        count(*) filter (where _repaired) as repaired,
        sum(amount) as amount
    from {{ source('sentinel', 'transaction') }}
    group by 1, 2
),

letters as (
    select
        cast(received_at as date) as day,
        source,
        count(*) filter (where status in ('open', 'replaying')) as waiting,
        count(*) filter (where status = 'discarded') as discarded
    from {{ source('sentinel', '_sentinel_dead_letters') }}
    where contract = 'transaction'
    group by 1, 2
)

select
    day,
    source,
    coalesce(loaded, 0) as loaded,
    coalesce(repaired, 0) as repaired,
    coalesce(waiting, 0) as waiting,
    coalesce(discarded, 0) as discarded,
    amount
from loaded
full outer join letters using (day, source)
order by day, source
