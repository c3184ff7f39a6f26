-- Exposure by hand: the best DuckDB SQL found for this question, generation by generation, on Parquet in
-- time order. Written before the engine and shares nothing with it.
--
-- In: `visits` (person, place, start, "end") is a view over the file and `cases` (person, "from", "to") a table,
-- $least is the shortest sum in seconds. The line `-- generation` opens the part that
-- is repeated with $generation = 1, 2, … Out: table `found`.

create or replace temp table sources as
select person as case_id, person, "from", "to" from cases;
create or replace temp table known as
select distinct case_id, person from sources;
create or replace temp table found (
    case_id bigint, person bigint, generation integer, place bigint,
    first_at timestamp, last_at timestamp, overlap_s double
);

-- generation

-- Where and when the sources were: one pass over the visits, skipped by time, held against few people.
create or replace temp table stays as
with near as (
    select s.case_id, v.person, v.place, greatest(v.start, s."from") as a, least(v."end", s."to") as b
    from (
        select person, place, start, "end" from visits
        where start < getvariable('hi') and "end" > getvariable('lo')
    ) v join sources s on v.person = s.person and v.start < s."to" and v."end" > s."from"
),
marked as (
    select *, a > max(b) over (partition by case_id, person, place order by a, b
        rows between unbounded preceding and 1 preceding) is not false as opens
    from near
),
numbered as (
    select *, sum(opens::integer) over (partition by case_id, person, place order by a, b) as stay from marked
)
select case_id, person, place, min(a) as a, max(b) as b from numbered group by case_id, person, place, stay;

-- Who was there at the same time: a second pass, held against few places, and the pieces are put together.
create or replace temp table pieces as
select s.case_id, s.person as source, v.person, v.place, greatest(v.start, s.a) as a, least(v."end", s.b) as b
from (
    select person, place, start, "end" from visits
    where start < getvariable('hi') and "end" > getvariable('lo')
) v join stays s on v.place = s.place and v.start < s.b and v."end" > s.a;

insert into found
with fresh as (
    select * from pieces anti join known using (case_id, person)
),
marked as (
    select *, a > max(b) over (partition by case_id, source, person, place order by a, b
        rows between unbounded preceding and 1 preceding) is not false as opens
    from fresh
),
numbered as (
    select *, sum(opens::integer) over (partition by case_id, source, person, place order by a, b) as stay
    from marked
),
merged as (
    select case_id, source, person, place, min(a) as a, max(b) as b
    from numbered group by case_id, source, person, place, stay
),
sums as (
    select case_id, source, person, place, min(a) as first_at, max(b) as last_at, sum(epoch_us(b) - epoch_us(a)) as us
    from merged group by case_id, source, person, place
    having us >= 1000000 * getvariable('least')
)
select case_id, person, getvariable('generation'), place, min(first_at), max(last_at), sum(us) / 1e6
from sums group by case_id, person, place;

create or replace temp table sources as
select f.case_id, f.person, min(f.first_at) as "from", max(c."to") as "to"
from found f join cases c on c.person = f.case_id
where f.generation = getvariable('generation') group by f.case_id, f.person;
insert into known select case_id, person from sources;
set variable lo = (select min("from") from sources);
set variable hi = (select max("to") from sources);
