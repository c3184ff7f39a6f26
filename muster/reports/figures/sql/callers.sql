-- People of a profession who phoned.
-- counts: responders who recorded at least one call.
select f.by as unit, f.id as fact, f.at, f.area, f.by, f.outcome::text as what, 1 as amount
from {facts worklists_attempt} f join responders_responder r on r.id = f.by
where f.channel = 'phone' and r.profession = %(profession)s
