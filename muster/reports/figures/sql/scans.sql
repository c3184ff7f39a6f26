-- Passes scanned at gates.
-- counts, each row once: scans.
select f.id as unit, f.id as fact, f.at, f.area, f.by, f.verdict::text as what, 1 as amount
from {facts passes_passscanned} f
