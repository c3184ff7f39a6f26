-- Samples taken, at sites and at doors.
-- counts, each row once: samples.
select f.id as unit, f.id as fact, f.at, f.area, f.by, f.place::text as what, 1 as amount
from {facts sampling_sampletaken} f
