-- People of the batches that mustered or arrived in the hours asked for.
-- counts: different people named at a roll-call; for a batch without names, its latest head-count.
with calls as (
    select f.* from {facts mobilising_rollcall} f join mobilising_batch b on b.id = f.batch
    where f.stage in ('mustered', 'arrived')
        and (%(organisations)s::uuid[] is null or b.organisation = any(%(organisations)s::uuid[]))),
named as (
    select who as unit, c.id as fact, c.at, c.area, c.by, c.stage::text as what, 1 as amount
    from calls c cross join lateral unnest(c.present) as who),
counted as (
    select distinct on (c.batch) c.batch as unit, c.id as fact, c.at, c.area, c.by, c.stage::text as what,
        c.headcount as amount
    from calls c where not exists (select from calls o where o.batch = c.batch and cardinality(o.present) > 0)
    order by c.batch, c.at desc, c.id desc)
select * from named union all select * from counted
