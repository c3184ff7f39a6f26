-- Open work items whose time has passed.
-- counts, each row once: items.
select w.id as unit, w.id as fact, w.due_at as at, w.area, w.assignee as by, w.kind::text as what, 1 as amount
from worklists_workitem w where w.incident = %(incident)s and w.state = 'open' and w.due_at < %(until)s
    and (%(spans)s::int8multirange is null or w.area <@ %(spans)s::int8multirange)
