-- Shifts begun by people of one kind of organisation.
-- counts: shifts begun (one person on two shifts is two person-times).
select f.shift::text || f.responder::text as unit, f.id as fact, f.at, f.area, f.by, o.name::text as what, 1 as amount
from {facts mobilising_shiftbegun} f join responders_responder r on r.id = f.responder
join responders_organisation o on o.id = r.organisation_id
where (%(kind)s::text is null or o.kind = %(kind)s)
    and (%(organisations)s::uuid[] is null or o.id = any(%(organisations)s::uuid[]))
