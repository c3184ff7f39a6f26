-- People sampled at least once.
-- counts: different residents (records of one person count once).
select coalesce(p.person, f.resident) as unit, f.id as fact, f.at, f.area, f.by, f.place::text as what, 1 as amount
from {facts sampling_sampletaken} f left join {persons} p on p.id = f.resident
