-- People who began a shift in the last day and have not ended it.
-- counts: responders.
select f.responder as unit, f.id as fact, f.at, f.area, f.by, o.name::text as what, 1 as amount
from {facts mobilising_shiftbegun} f join responders_responder r on r.id = f.responder
join responders_organisation o on o.id = r.organisation_id
where f.at >= %(until)s - interval '24 hours' and not exists (
    select from {seen mobilising_shiftended} e
    where e.shift = f.shift and e.responder = f.responder and e.at < %(until)s)
