select
    contract,
    source,
    code,
    signature,
    count(*) as letters,
    min(received_at) as first_received,
    max(received_at) as last_received,
    any_value(reason) as reason
from {{ source('sentinel', '_sentinel_dead_letters') }}
where status = 'open'
group by contract, source, code, signature
order by letters desc
