-- People named as contacts.
-- counts: different residents (a contact of two cases counts once).
select coalesce(p.person, f.resident) as unit, f.id as fact, f.at, f.area, f.by, f.contact_class::text as what, 1 as amount
from {facts cases_contactnamed} f left join {persons} p on p.id = f.resident
