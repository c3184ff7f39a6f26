-- Rows of pushed lists whose person was reached and verified.
-- counts, each row once: list rows; a person on two lists is two records. The first verifying attempt stands for each.
with tried as (
    select distinct on (coalesce(p.person, f.subject)) coalesce(p.person, f.subject) as person, f.id, f.at, f.area, f.by
    from {facts worklists_attempt} f left join {persons} p on p.id = f.subject
    left join responders_responder r on r.id = f.by
    where f.outcome in ('reached_verified', 'already_verified')
        and (%(organisations)s::uuid[] is null or r.organisation_id = any(%(organisations)s::uuid[]))
    order by coalesce(p.person, f.subject), f.at, f.id)
select e.id as unit, t.id as fact, t.at, t.area, t.by, l.purpose::text as what, 1 as amount
from worklists_listentry e join worklists_verificationlist l on l.id = e.list_id
left join {persons} p on p.id = e.resident
join tried t on t.person = coalesce(p.person, e.resident)
where e.incident = %(incident)s and e.tx < %(as_of)s and l.purpose = %(purpose)s
