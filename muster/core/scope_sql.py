"""The database side of scope, clock and commit order: functions every policy and default calls.

A read without a scope raises (it does not return nothing): a job that read zero rows would publish zeros.
"""

FUNCTIONS = """
create function muster_setting(name text) returns text language plpgsql stable parallel safe as $$
declare value text := nullif(current_setting(name, true), '');
begin
    if value is null then
        raise exception 'no scope is set (%): this read would see nothing', name using errcode = 'MU001';
    end if;
    return value;
end $$;
create function muster_low() returns bigint language plpgsql stable parallel safe as
    $$ begin return muster_setting('muster.low')::bigint; end $$;
create function muster_high() returns bigint language plpgsql stable parallel safe as
    $$ begin return muster_setting('muster.high')::bigint; end $$;
create function muster_areas() returns int8multirange language plpgsql stable parallel safe as
    $$ begin return muster_setting('muster.areas')::int8multirange; end $$;
create function muster_incident() returns uuid language plpgsql stable parallel safe as
    $$ begin return muster_setting('muster.incident')::uuid; end $$;
create function muster_account() returns uuid language plpgsql stable parallel safe as
    $$ begin return muster_setting('muster.account')::uuid; end $$;
create function muster_now() returns timestamptz language plpgsql stable as
    $$ begin return now() + coalesce((select clock_offset from core_installation where training), interval '0'); end $$;
create function muster_tx() returns bigint language plpgsql volatile as
    $$ begin return coalesce((select tx_base from core_installation), 0) + pg_current_xact_id()::text::bigint; end $$;
create function muster_settled_tx() returns bigint language plpgsql volatile as
    $$ begin return coalesce((select tx_base from core_installation), 0)
        + pg_snapshot_xmin(pg_current_snapshot())::text::bigint; end $$;
"""

SHARED = """
create function muster_shared() returns uuid[] language plpgsql stable as
    $$ begin return coalesce((select array_agg(distinct subject) from core_share
        where area >= muster_low() and area < muster_high() and area <@ muster_areas()
        and incident = muster_incident() and until > muster_now()), '{}'); end $$;
create function muster_rebase_tx() returns bigint language plpgsql volatile as
    $$ declare top bigint; begin
        select greatest((select max(tx) from core_entry), (select max(high_tx) from core_segment), 0) into top;
        update core_installation set tx_base = top + 1 where top >= tx_base + pg_current_xact_id()::text::bigint;
        return top; end $$;
insert into core_installation (id, training, clock_offset, tx_base) values (1, false, interval '0', 0);
revoke update, delete, truncate, insert on core_segment from app_rw; grant insert on core_segment to app_rw;
"""

DROP = """
drop function if exists muster_rebase_tx(), muster_shared(), muster_settled_tx(), muster_tx(), muster_now(),
    muster_account(), muster_incident(), muster_areas(), muster_high(), muster_low(), muster_setting(text);
"""
