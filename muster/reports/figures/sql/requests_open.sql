-- Requests for help that are not finished now.
-- counts, each row once: requests.
select q.id as unit, q.id as fact, q.promised_at as at, q.area, null::uuid as by, q.kind::text as what, 1 as amount
from helpline_request q where q.incident = %(incident)s and q.state in ('open', 'doing')
    and (%(spans)s::int8multirange is null or q.area <@ %(spans)s::int8multirange)
