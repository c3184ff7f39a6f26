-- Close contacts who were reached and verified.
-- counts: persons named as contacts, or standing on a contact list, with a verifying attempt.
with contacts as (
    select coalesce(p.person, n.resident) as person from {seen cases_contactnamed} n
    left join {persons} p on p.id = n.resident
    union
    select coalesce(p.person, e.resident) from worklists_listentry e
    join worklists_verificationlist l on l.id = e.list_id and l.purpose = 'contact'
    left join {persons} p on p.id = e.resident
    where e.incident = %(incident)s and e.tx < %(as_of)s)
select c.person as unit, f.id as fact, f.at, f.area, f.by, f.outcome::text as what, 1 as amount
from {facts worklists_attempt} f left join {persons} p on p.id = f.subject
join contacts c on c.person = coalesce(p.person, f.subject)
left join responders_responder r on r.id = f.by
where f.outcome in ('reached_verified', 'already_verified')
    and (%(organisations)s::uuid[] is null or r.organisation_id = any(%(organisations)s::uuid[]))
