-- Confirmed cases that were not withdrawn.
-- counts: cases.
select f.case as unit, f.id as fact, f.at, f.area, f.by, 'confirmed' as what, 1 as amount
from {facts cases_caseconfirmed} f
where not exists (select from {seen cases_casewithdrawn} w where w.case = f.case)
