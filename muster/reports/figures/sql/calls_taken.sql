-- Calls taken by the helplines.
-- counts, each row once: calls.
select f.id as unit, f.id as fact, f.at, f.area, f.by, f.kind::text as what, 1 as amount
from {facts helpline_call} f
