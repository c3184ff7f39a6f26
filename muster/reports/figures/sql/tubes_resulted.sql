-- Tubes with a result of the laboratory.
-- counts, each row once: tubes, under their newest result.
select distinct on (f.tube) f.tube as unit, f.id as fact, f.at, f.area, f.by, f.result::text as what, 1 as amount
from {facts sampling_resultreported} f order by f.tube, f.at desc, f.id desc
