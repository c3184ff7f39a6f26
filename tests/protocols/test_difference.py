"""A change of the pack in force shows what changes."""

import msgspec

from muster.protocols import differences, load


def test_a_pack_does_not_differ_from_itself() -> None:
    assert differences(load("covid-cn-v8"), load("covid-cn-v8")) == []


def test_from_the_8th_to_the_9th_plan_the_quarantine_shortens() -> None:
    rows = differences(load("covid-cn-v8"), load("covid-cn-v9"))
    assert ("contacts.classes[close].follow_up.central_days", 14, 7) in rows
    assert ("contacts.classes[close].follow_up.test_days_central", (1, 4, 7, 14), (1, 2, 3, 5, 7)) in rows


def test_what_is_new_or_gone_has_nothing_on_the_other_side() -> None:
    rows = {row.path: row for row in differences(load("covid-cn-v8"), load("covid-cn-v9"))}
    gone = rows["zones[sealed].code"]
    new = rows["zones[high].code"]
    assert (gone.old, gone.new) == ("sealed", None)
    assert (new.old, new.new) == (None, "high")


def test_the_same_list_in_another_order_is_no_difference() -> None:
    old = load("flood")
    posts = tuple(reversed(old.staffing.posts))
    new = msgspec.structs.replace(old, staffing=msgspec.structs.replace(old.staffing, posts=posts))
    assert differences(old, new) == []


def test_a_better_source_changes_no_work() -> None:
    old = load("flood")
    kept = msgspec.structs.replace(old.retention_days, source="a decision", grade="A")
    assert differences(old, msgspec.structs.replace(old, retention_days=kept)) == []


def test_a_section_that_appears_is_listed_value_by_value() -> None:
    rows = differences(load("flood"), load("covid-cn-v8"))
    assert ("testing.pool_size", None, 20) in rows
    assert ("gates.order", None, ("ask", "measure", "check", "place")) in rows
