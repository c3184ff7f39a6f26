-- Organisations of one kind whose people began shifts.
-- counts: organisations.
select o.id as unit, f.id as fact, f.at, f.area, f.by, o.name::text as what, 1 as amount
from {facts mobilising_shiftbegun} f join responders_responder r on r.id = f.responder
join responders_organisation o on o.id = r.organisation_id
where o.kind = %(kind)s
