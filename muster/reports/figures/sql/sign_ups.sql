-- Volunteers who signed up, by channel.
-- counts: responders; each once, under the channel they came through first.
select f.responder as unit, f.id as fact, f.at, f.area, f.by, f.channel::text as what, 1 as amount
from {facts responders_signup} f
