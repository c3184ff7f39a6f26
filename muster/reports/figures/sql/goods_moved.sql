-- Goods that moved for one purpose, out of the ledger.
-- counts, each row once: units of the item.
select f.id as unit, f.id as fact, f.at, f.area, f.by, i.code::text as what, f.quantity as amount
from {facts supplies_movement} f join supplies_item i on i.id = f.item
where f.kind = %(kind)s and (%(item)s::text is null or i.code = %(item)s)
    and (%(unit)s::text is null or i.unit = %(unit)s)
    and (%(from_spans)s::int8multirange is null or f.from_area <@ %(from_spans)s::int8multirange)
    and (%(to_spans)s::int8multirange is null or f.area <@ %(to_spans)s::int8multirange)
