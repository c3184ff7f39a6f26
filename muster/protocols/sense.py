"""Whether a well-formed pack makes sense: order, references, limits, texts in both languages."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from msgspec import Struct

from muster.protocols import calling_sense as calling
from muster.protocols.ground import Zone
from muster.protocols.pack import Pack
from muster.protocols.people import FollowUp
from muster.protocols.problems import Problem, join
from muster.protocols.values import Coded, Text, Valued

HOURS_PER_DAY = 24
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]*")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def problems(pack: Pack) -> Iterator[Problem]:
    """Everything in the pack that contradicts itself."""
    yield from _parts(pack, "")
    if not _CODE.fullmatch(pack.name):
        yield _code("name", pack.name)
    yield from _contacts(pack)
    yield from _zones(pack)
    yield from _attempts(pack)
    yield from _sweep(pack)
    yield from _staffing(pack)
    yield from _ranges(pack)
    yield from _references(pack)
    yield from _ladders(pack)
    yield from calling.problems(pack.scripts)


def _parts(part: Any, path: str) -> Iterator[Problem]:
    """Texts, sources and codes of every part, however deep."""
    if isinstance(part, Text):
        yield from _text(part, path)
        return
    if isinstance(part, Valued) and not part.source.strip():
        yield Problem(join(path, "source"), "来源是空的", "the source is empty")
    if isinstance(part, Coded) and not _CODE.fullmatch(part.code):
        yield _code(join(path, "code"), part.code)
    if isinstance(part, Struct):
        for name in part.__struct_fields__:
            yield from _parts(getattr(part, name), join(path, name))
    elif isinstance(part, dict):
        for key, item in part.items():
            yield from _parts(item, join(path, key))
    elif isinstance(part, tuple):
        yield from _doubles(part, path)
        for index, item in enumerate(part):
            yield from _parts(item, join(path, index))


def _text(text: Text, path: str) -> Iterator[Problem]:
    """A text must be there in both languages, each in its own."""
    if not _HAN.search(text.zh):
        yield Problem(join(path, "zh"), "缺少中文文字", "the Chinese text is missing")
    if not text.en.strip() or _HAN.search(text.en):
        yield Problem(join(path, "en"), "缺少英文文字", "the English text is missing")


def _code(path: str, code: str) -> Problem:
    """A code that is not one."""
    return Problem(
        path,
        f"代码 {code!r} 只能用小写字母、数字、- 和 _",
        f"code {code!r} may only use a-z, 0-9, - and _",
    )


def _doubles(items: tuple[Any, ...], path: str) -> Iterator[Problem]:
    """The same code twice in one list."""
    seen: set[str] = set()
    for index, item in enumerate(items):
        if not isinstance(item, Coded):
            continue
        if item.code in seen:
            place = join(join(path, index), "code")
            yield Problem(place, f"代码 {item.code} 重复", f"code {item.code} is used twice")
        seen.add(item.code)


def _contacts(pack: Pack) -> Iterator[Problem]:
    """Test days lie inside the days of quarantine; a traced class says how it is followed."""
    if pack.contacts is None:
        return
    for index, one in enumerate(pack.contacts.classes):
        place = f"contacts.classes[{index}]"
        if one.follow_up is not None:
            yield from _test_days(one.follow_up, f"{place}.follow_up")
        elif one.traced.value:
            yield Problem(place, "需追踪的类别缺少随访方案", "a traced class needs a follow_up")


def _test_days(plan: FollowUp, path: str) -> Iterator[Problem]:
    """Test days ascend and end with the part they belong to; checks come round at all."""
    parts = (
        ("test_days_central", plan.test_days_central.value, plan.central_days.value),
        ("test_days_home", plan.test_days_home.value, plan.home_days.value),
    )
    for name, days, last in parts:
        yield from _ascending(days, join(path, name))
        for day in days:
            if day > last:
                zh = f"第 {day} 天检测超出 {last} 天的隔离期"
                yield Problem(join(path, name), zh, f"test day {day} is beyond the {last} days of quarantine")
    if plan.every_hours.value == 0:
        yield _zero(join(path, "every_hours"))


def _ascending(numbers: Iterable[float], path: str) -> Iterator[Problem]:
    """Numbers that must grow."""
    row = list(numbers)
    if any(later <= earlier for earlier, later in pairwise(row)):
        yield Problem(path, "必须从小到大且不重复", "must be in ascending order without repeats")


def _zones(pack: Pack) -> Iterator[Problem]:
    """Phases in order, from day 1; pools of at least one; zones that exist."""
    known = {zone.code for zone in pack.zones}
    for index, zone in enumerate(pack.zones):
        place = f"zones[{index}]"
        days = [phase.from_day.value for phase in zone.phases]
        yield from _ascending(days, f"{place}.phases")
        if not days or days[0] != 1:
            yield Problem(
                f"{place}.phases", "第一阶段必须从第 1 天开始", "the first phase must begin on day 1"
            )
        yield from _zone_tests(zone, place)
        release, restart = zone.release, zone.restart
        named = [
            ("release.becomes", release.becomes),
            ("restart.becomes", restart.becomes if restart else None),
        ]
        named += [("release.after_zones", code) for code in release.after_zones]
        yield from _known((code for code in named if code[1]), known, place)


def _zone_tests(zone: Zone, place: str) -> Iterator[Problem]:
    """The tests of one zone, and the radius of a zone that is a circle."""
    if zone.unit.value == "radius" and (zone.radius_m is None or zone.radius_m.value == 0):
        yield Problem(f"{place}.radius_m", "按半径划定的区域缺少半径", "a zone by radius needs radius_m")
    if zone.tests is None:
        return
    yield from _ascending(zone.tests.days.value, f"{place}.tests.days")
    if zone.tests.pool_size.value == 0:
        yield _zero(f"{place}.tests.pool_size")
    if zone.tests.then_every_days is not None and zone.tests.then_every_days.value == 0:
        yield _zero(f"{place}.tests.then_every_days")


def _zero(path: str) -> Problem:
    """A number that may not be nought."""
    return Problem(path, "必须大于 0", "must be more than 0")


def _known(named: Iterable[tuple[str, str | None]], known: set[str], place: str) -> Iterator[Problem]:
    """Codes that must exist elsewhere in the pack."""
    for name, code in named:
        if code not in known:
            yield Problem(join(place, name), f"没有代码 {code}", f"there is no code {code}")


def _attempts(pack: Pack) -> Iterator[Problem]:
    """There are hours to phone in, and a try is allowed at all."""
    asked = pack.attempts
    if not asked.from_hour.value < asked.to_hour.value <= HOURS_PER_DAY:
        place = "attempts.to_hour"
        yield Problem(place, "拨打时段为空或超出一天", "the calling hours are empty or outside a day")
    for name in ("max_tries", "max_callers"):
        if getattr(asked, name).value == 0:
            yield _zero(f"attempts.{name}")
    parts = asked.day_parts.value if asked.day_parts else (0,)
    if list(parts) != sorted({*parts}) or not parts or parts[-1] >= HOURS_PER_DAY:
        yield Problem(
            "attempts.day_parts",
            "时段的起始小时须递增且在一天之内",
            "parts of the day must begin one after another",
        )


def _sweep(pack: Pack) -> Iterator[Problem]:
    """Choice questions have choices; at least one outcome closes the door, and none also asks to return."""
    for index, field in enumerate(pack.sweep.fields):
        if (field.kind == "choice") != bool(field.choices):
            place = f"sweep.fields[{index}].choices"
            yield Problem(
                place, "只有选择题才有选项，且必须有", "a choice field, and no other, lists choices"
            )
    if not any(outcome.closes for outcome in pack.sweep.outcomes):
        yield Problem("sweep.outcomes", "没有能结束上门的结果", "no outcome closes a visit")
    for index, outcome in enumerate(pack.sweep.outcomes):
        if outcome.closes and outcome.recheck:
            place = f"sweep.outcomes[{index}]"
            yield Problem(place, "已结束的结果不能再复查", "an outcome cannot both close and be rechecked")
    if pack.sweep.max_absent_visits.value == 0:
        yield _zero("sweep.max_absent_visits")


def _staffing(pack: Pack) -> Iterator[Problem]:
    """A shift fits a day's limit, and the day's limit leaves the rest that is promised."""
    staffing = pack.staffing
    if staffing.shift_hours.value > staffing.max_hours_per_day.value:
        yield Problem("staffing.shift_hours", "一个班次超过每日上限", "a shift exceeds the hours of a day")
    if staffing.volunteer_shift_hours.value > staffing.max_volunteer_hours_per_day.value:
        place = "staffing.volunteer_shift_hours"
        yield Problem(place, "志愿者班次超过每日上限", "a volunteer shift exceeds the hours of a day")
    if staffing.rest_hours.value + staffing.max_hours_per_day.value > HOURS_PER_DAY:
        yield Problem("staffing.rest_hours", "工作与休息合计超过一天", "work and rest exceed a day")


def _ranges(pack: Pack) -> Iterator[Problem]:
    """Every `x_min` is at most its `x_max`, and what is divided by is not nought."""
    parts = [(pack.staffing, "staffing"), (pack.staffing.sites, "staffing.sites")]
    for part, place in parts:
        for name in part.__struct_fields__ if part is not None else ():
            if name.endswith("_min"):
                top = name.removesuffix("_min") + "_max"
                if getattr(part, name).value > getattr(part, top).value:
                    yield Problem(join(place, name), f"大于 {top}", f"is more than {top}")
    sites = pack.staffing.sites
    if sites is not None:
        for name in (
            "people_per_site_max",
            "people_per_desk_max",
            "people_per_sampler",
            "people_per_desk_hour",
        ):
            if (said := getattr(sites, name)) is not None and said.value == 0:
                yield _zero(f"staffing.sites.{name}")
    if pack.testing is not None and pack.testing.pool_size.value == 0:
        yield _zero("testing.pool_size")
    if pack.supplies.burn_counts.value <= 1:
        yield Problem("supplies.burn_counts", "至少需要两次盘点", "a rate needs at least two counts")


def _references(pack: Pack) -> Iterator[Problem]:
    """Items, posts, gate checks, fitness limits and vulnerable classes named in one place exist in theirs."""
    items = {item.code for item in pack.supplies.items}
    posts = {post.code for post in pack.staffing.posts}
    for index, use in enumerate(pack.supplies.per_shift):
        place = f"supplies.per_shift[{index}]"
        yield from _known([("item", use.item)], items, place)
        yield from _known([("post", use.post)], posts, place)
    limits = {one.code for one in pack.staffing.fitness}
    for index, post in enumerate(pack.staffing.posts):
        named = [("forbids", code) for code in post.forbids.value] if post.forbids else []
        yield from _known(named, limits, f"staffing.posts[{index}]")
    if pack.gates is not None:
        checks = {one.code for one in pack.gates.checks}
        yield from _known((("order", code) for code in pack.gates.order.value), checks, "gates")
    if pack.checks is not None:
        vulnerable = {one.code for one in pack.helpline.vulnerable}
        for index, group in enumerate(pack.checks.groups):
            yield from _known([("code", group.code)], vulnerable, f"checks.groups[{index}]")


def _ladders(pack: Pack) -> Iterator[Problem]:
    """Bands and steps that are read from the bottom up."""
    if pack.vector is not None:
        bands = [band.from_index.value for band in pack.vector.bands]
        yield from _ascending(bands, "vector.bands")
        if not bands or bands[0] != 0:
            yield Problem("vector.bands", "第一档必须从 0 开始", "the first band must begin at 0")
        yield from _ascending((step.from_day.value for step in pack.vector.spraying), "vector.spraying")
        if pack.vector.per_households.value == 0:
            yield _zero("vector.per_households")
    if pack.testing is not None:
        minutes = (band.from_minutes.value for band in pack.testing.queue_bands)
        yield from _ascending(minutes, "testing.queue_bands")
