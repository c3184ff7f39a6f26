-- Needs for goods that are not met now.
-- counts, each row once: needs.
select n.id as unit, n.id as fact, n.stated_at as at, n.area, null::uuid as by, i.code::text as what, 1 as amount
from supplies_need n join supplies_item i on i.id = n.item
where n.incident = %(incident)s and n.state <> 'met'
    and (%(spans)s::int8multirange is null or n.area <@ %(spans)s::int8multirange)
