-- Tubes by the state they are in now.
-- counts, each row once: tubes.
select t.id as unit, t.id as fact, t.first_at as at, t.area, null::uuid as by, t.state::text as what, 1 as amount
from sampling_tube t where t.incident = %(incident)s
    and (%(spans)s::int8multirange is null or t.area <@ %(spans)s::int8multirange)
