-- People known to live in the area now.
-- counts, each row once: different residents (records of one person count once).
select p.id as unit, p.id as fact, p.said_at as at, p.area, null::uuid as by, 'resident' as what, 1 as amount
from people_resident p where p.incident = %(incident)s and p.canonical = p.id and p.withdrawn_at is null
    and (%(spans)s::int8multirange is null or p.area <@ %(spans)s::int8multirange)
