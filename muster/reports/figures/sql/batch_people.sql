-- People of batches, at the furthest stage each batch reached (mustered, departed, arrived).
-- counts: different people named at that stage; for a batch without names, its latest head-count there.
with calls as (
    select f.*, rank() over (partition by f.batch order by case f.stage when 'arrived' then 1 when 'departed' then 2
        else 3 end) as place
    from {facts mobilising_rollcall} f join mobilising_batch b on b.id = f.batch
    where f.stage in ('mustered', 'departed', 'arrived')
        and (%(organisations)s::uuid[] is null or b.organisation = any(%(organisations)s::uuid[]))
        and (%(from_spans)s::int8multirange is null or b.from_area <@ %(from_spans)s::int8multirange)
        and (%(to_spans)s::int8multirange is null or b.area <@ %(to_spans)s::int8multirange)),
furthest as (select * from calls where place = 1),
named as (
    select who as unit, c.id as fact, c.at, c.area, c.by, c.batch::text as what, 1 as amount
    from furthest c cross join lateral unnest(c.present) as who),
counted as (
    select distinct on (c.batch) c.batch as unit, c.id as fact, c.at, c.area, c.by, c.batch::text as what,
        c.headcount as amount
    from furthest c where not exists (select from furthest o where o.batch = c.batch and cardinality(o.present) > 0)
    order by c.batch, c.at desc, c.id desc)
select * from named union all select * from counted
