-- Exposure, generation by generation. One text for DuckDB and Spark: only words that both know, and no column
-- that either of them reserves. Each part fills a table of its own name; braces are filled in by exposure.py.
--
-- visits (person, place, starts, ends) · cases (case_id, person, place, opens, closes): a row with a place is a
-- window at that place, its person is nobody's source · cells (place, cell), only where a mapping was given.

-- name: sources
select case_id, person, opens, closes from cases where place is null

-- name: known
select distinct case_id, person from cases where person is not null

-- name: near
-- Where and when the sources were, inside their windows: few people against one pass skipped by time.
select s.case_id, s.person, v.place, greatest(v.starts, s.opens) as a, least(v.ends, s.closes) as b
from (select person, place, starts, ends from visits where starts < {hi} and ends > {lo}) v
join sources s on v.person = s.person and v.starts < s.closes and v.ends > s.opens

-- name: told
-- The windows of notices join in as stays of nobody.
select case_id, person, place, a, b from near
union all
select case_id, case when place is null then person end as person, place, opens as a, closes as b
from cases where place is not null

-- name: in_cells
select n.case_id, n.person, c.cell as place, n.a, n.b from {table} n join cells c on n.place = c.place

-- name: merge
-- Overlapping and touching intervals of the same {keys} become one; nothing backwards or empty passes.
select {keys}, min(a) as a, max(b) as b
from (
    select {keys}, a, b, sum(fresh) over (
        partition by {keys} order by a, b rows between unbounded preceding and current row) as island
    from (
        select {keys}, a, b, case when a <= max(b) over (
            partition by {keys} order by a, b rows between unbounded preceding and 1 preceding)
            then 0 else 1 end as fresh
        from {table} where a < b
    ) marked
) numbered
group by {keys}, island

-- name: doors
select case_id, person, place, place as door, a, b from stays

-- name: doors_of_cells
select s.case_id, s.person, s.place, c.place as door, s.a, s.b from stays s join cells c on c.cell = s.place

-- name: pieces
-- Who else was there at the same time: few places against a second pass.
select s.case_id, s.person as source, v.person, s.place, greatest(v.starts, s.a) as a, least(v.ends, s.b) as b
from (select person, place, starts, ends from visits where starts < {hi} and ends > {lo}) v
join doors s on v.place = s.door and v.starts < s.b and v.ends > s.a

-- name: strangers
select p.* from pieces p anti join known k on p.case_id = k.case_id and p.person = k.person
where p.person is not null

-- name: shared
-- `pool` is what the minimum counts over: the place, or all places together.
select case_id, source, person, place, {pool} as pool, a, b, unix_micros(a) as a_us, unix_micros(b) as b_us
from merged

-- name: sums
select case_id, source, person, place, pool, min(a) as first_at, max(b) as last_at, cast(sum(b_us - a_us) as bigint) as us
from shared group by case_id, source, person, place, pool

-- name: reached
select distinct case_id, source, person, pool
from (select case_id, source, person, pool, sum(us) as total from sums group by case_id, source, person, pool) t
where total >= {least}

-- name: reached_within
-- The fullest stretch of a given length begins where a piece begins, or ends where one ends.
select distinct case_id, source, person, pool
from (
    select w.case_id, w.source, w.person, w.pool, w.at_us,
        sum(least(m.b_us, w.at_us + {within}) - greatest(m.a_us, w.at_us)) as total
    from (
        select distinct case_id, source, person, pool, a_us as at_us from shared
        union
        select distinct case_id, source, person, pool, b_us - {within} as at_us from shared
    ) w
    join shared m on m.case_id = w.case_id and m.person = w.person
        and m.source is not distinct from w.source and m.pool is not distinct from w.pool
        and m.a_us < w.at_us + {within} and m.b_us > w.at_us
    group by w.case_id, w.source, w.person, w.pool, w.at_us
) t
where total >= {least}

-- name: spans
select case_id, person as source, opens, closes from sources
union all
select case_id, case when place is null then person end as source, opens, closes
from cases where place is not null and {generation} = 1

-- name: met
select distinct case_id, source, person, place, pool, place as door from sums

-- name: met_in_cells
select distinct s.case_id, s.source, s.person, s.place, s.pool, c.place as door
from sums s join cells c on c.cell = s.place

-- name: lived
-- All the time that a contact spent where the two met, inside the window of the source.
select k.case_id, k.source, k.person, k.place, k.pool,
    greatest(v.starts, w.opens) as a, least(v.ends, w.closes) as b
from (select person, place, starts, ends from visits where starts < {hi} and ends > {lo}) v
join met k on v.person = k.person and v.place = k.door
join spans w on w.case_id = k.case_id and w.source is not distinct from k.source
    and v.starts < w.closes and v.ends > w.opens

-- name: stayed
select r.case_id, r.source, r.person, r.pool
from reached r
join (
    select case_id, source, person, pool, sum(unix_micros(b) - unix_micros(a)) as total
    from lived_merged group by case_id, source, person, pool
) t on t.case_id = r.case_id and t.person = r.person
    and t.source is not distinct from r.source and t.pool is not distinct from r.pool
where t.total >= {stay}

-- name: kept
select * from sums where us >= {least}

-- name: kept_of
select s.* from sums s
join {passed} r on r.case_id = s.case_id and r.person = s.person
    and r.source is not distinct from s.source and r.pool is not distinct from s.pool

-- name: fresh
select case_id, person, {generation} as generation, place,
    min(first_at) as first_at, max(last_at) as last_at, cast(sum(us) as bigint) as us
from kept group by case_id, person, place

-- name: found
select * from found union all select * from fresh

-- name: known_so_far
select case_id, person from known union select case_id, person from fresh

-- name: next_sources
select f.case_id, f.person, min(f.first_at) as opens, max(c.closes) as closes
from fresh f join (select case_id, max(closes) as closes from cases group by case_id) c on c.case_id = f.case_id
group by f.case_id, f.person
