-- People of organisations who began at least one shift.
-- counts: responders.
select f.responder as unit, f.id as fact, f.at, f.area, f.by, o.name::text as what, 1 as amount
from {facts mobilising_shiftbegun} f join responders_responder r on r.id = f.responder
join responders_organisation o on o.id = r.organisation_id
where (%(kind)s::text is null or o.kind = %(kind)s)
    and (%(organisations)s::uuid[] is null or o.id = any(%(organisations)s::uuid[]))
