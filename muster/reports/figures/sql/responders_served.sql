-- Responders who were fed, lodged, driven or given a meeting place.
-- counts: responders; thanks alone are no service.
select f.responder as unit, f.id as fact, f.at, f.area, f.by, f.kind::text as what, 1 as amount
from {facts mobilising_mealserved} f where f.kind <> 'thanks'
