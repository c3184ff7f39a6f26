-- Persons registered at doors or in the area.
-- counts: different residents (records of one person count once).
select coalesce(p.person, f.resident) as unit, f.id as fact, f.at, f.area, f.by, 'registration' as what, 1 as amount
from {facts people_registration} f left join {persons} p on p.id = f.resident
left join responders_responder r on r.id = f.by
where %(organisations)s::uuid[] is null or r.organisation_id = any(%(organisations)s::uuid[])
