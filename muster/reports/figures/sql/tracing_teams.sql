-- Tracing teams at work: a member began a shift while in the team, and recorded a call or a visit.
-- counts: teams.
select t.id as unit, f.id as fact, f.at, f.area, f.by, t.name::text as what, 1 as amount
from {facts worklists_attempt} f
join {seen responders_teammember} m on m.responder = f.by and (m.to_at is null or f.at < m.to_at)
join responders_team t on t.id = m.team
where t.kind = 'tracing' and t.incident = %(incident)s
    and exists (select from {seen mobilising_shiftbegun} s
        where s.responder = f.by and (m.to_at is null or s.at < m.to_at))
    and (%(organisations)s::uuid[] is null or t.organisation_id = any(%(organisations)s::uuid[]))
