-- Teams of one kind with a member who began a shift while in the team.
-- counts: teams.
select t.id as unit, f.id as fact, f.at, f.area, f.by, t.name::text as what, 1 as amount
from {facts mobilising_shiftbegun} f
join {seen responders_teammember} m on m.responder = f.responder and (m.to_at is null or f.at < m.to_at)
join responders_team t on t.id = m.team
where t.kind = %(kind)s and t.incident = %(incident)s
    and (%(organisations)s::uuid[] is null or t.organisation_id = any(%(organisations)s::uuid[]))
