-- Buildings every door of which was visited.
-- counts: buildings all of whose doors, as known at the time, have a visit by these people.
with visited as (
    select f.building, f.dwelling, min(f.at) as at from {facts worklists_visit} f
    left join responders_responder r on r.id = f.by
    where %(organisations)s::uuid[] is null or r.organisation_id = any(%(organisations)s::uuid[])
    group by f.building, f.dwelling),
doors as (
    select d.building_id as building, count(*) as units from places_dwelling d
    where d.tx < %(as_of)s and d.building_id in (select building from visited) group by d.building_id),
done as (
    select v.building, max(v.at) as at from visited v join places_dwelling d on d.id = v.dwelling and d.tx < %(as_of)s
    join doors on doors.building = v.building
    group by v.building, doors.units having count(*) = doors.units)
select b.building as unit, f.id as fact, f.at, f.area, f.by, 'visit' as what, 1 as amount
from done b join {facts worklists_visit} f on f.building = b.building and f.at = b.at
