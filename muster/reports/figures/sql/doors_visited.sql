-- Doors visited, whatever was found.
-- counts: dwellings.
select f.dwelling as unit, f.id as fact, f.at, f.area, f.by, f.outcome::text as what, 1 as amount
from {facts worklists_visit} f left join responders_responder r on r.id = f.by
where %(organisations)s::uuid[] is null or r.organisation_id = any(%(organisations)s::uuid[])
