"""Realistic address writings: their parts, and keys that are equal exactly when the door is."""

import pytest

from muster.interop.tables.addresses import Address, address_key, local_key, parse_address

# The parts in short.
FIELDS = {
    "d": "district", "s": "subdistrict", "c": "community", "g": "grid", "p": "compound", "r": "road", "h": "house",
    "b": "building", "u": "unit", "f": "floor", "m": "room", "x": "rest",
}  # fmt: skip
CASES = """
马安堂社区中兴路3栋2单元501|c马安堂社区 r中兴路 b3 u2 m501
杨美村东三巷12号302|p杨美村 r东3巷 h12 m302
广东省深圳市龙岗区坂田街道马安堂社区中兴路三栋二单元501室|d龙岗区 s坂田街道 c马安堂社区 r中兴路 b3 u2 m501
深圳市龙岗区坂田街道杨美社区杨美村东3巷12号3楼302房|d龙岗区 s坂田街道 c杨美社区 p杨美村 r东3巷 h12 f3 m302
龙岗区坂田街道五和社区第12网格佳兆业中心A座1203|d龙岗区 s坂田街道 c五和社区 g12 p佳兆业中心 bA m1203
坂田街道五和社区网格7和成世纪名园3栋B单元802|s坂田街道 c五和社区 g7 p和成世纪名园 b3 uB m802
阳光花园三期十二栋B单元1502室|p阳光花园3期 b12 uB m1502
阳光花园3期12-B-1502|p阳光花园3期 b12 uB m1502
万科城四期3-2-501|p万科城4期 b3 u2 m501
四季花城3栋501|p四季花城 b3 m501
罗湖区黄贝街道沿河北路1002号瑞思大厦B座12楼1203|d罗湖区 s黄贝街道 p瑞思大厦 r沿河北路 h1002 bB f12 m1203
雪象新村五巷8号401|p雪象新村 r5巷 h8 m401
布龙路123号3号楼2单元0501|r布龙路 h123 b3 u2 m501
中兴路12号|r中兴路 h12
坂田街道岗头社区禾坪岗村二区15栋602|s坂田街道 c岗头社区 p禾坪岗村2区 b15 m602
大发埔村10巷5号|p大发埔村 r10巷 h5
桂芳园六期A1栋1单元1803室|p桂芳园6期 bA1 u1 m1803
万科天誉花园1座B座1201|p万科天誉花园 b1 uB m1201
翠竹路2048号翠竹苑2栋三单元五零一|p翠竹苑 r翠竹路 h2048 b2 u3 m501
3栋2-501|b3 u2 m501
百合山庄12幢负一层|p百合山庄 b12 f负1
象角塘村中区三巷9-2号|p象角塘村 r中区3巷 h9-2
大鹏新区葵涌街道葵丰社区葵新北路55号|d大鹏新区 s葵涌街道 c葵丰社区 r葵新北路 h55
坂雪岗大道4018号2楼|r坂雪岗大道 h4018 f2
水围村三坊47号605|p水围村3坊 h47 m605
坂田第三工业区5栋宿舍楼302|p坂田第三工业区 b5 m302
康乐花园 １２栋 ３单元 ４０１|p康乐花园 b12 u3 m401
岗头社区风门坳村69巷4号铺|c岗头社区 p风门坳村 r69巷 h4 x铺
东村2队8号|p东村2队 h8
五和大道118号|r五和大道 h118
南山区粤海街道科技园社区|d南山区 s粤海街道 c科技园社区
宝荷欣苑（二期）七号楼一百零二房|p宝荷欣苑 b7 m102
中海怡翠山庄第二十三栋4层402|p中海怡翠山庄 b23 f4 m402
德兴城甲栋1001|p德兴城 b甲 m1001
横岗街道六约社区塘坑路9号2幢601|s横岗街道 c六约社区 r塘坑路 h9 b2 m601
城市山谷花园8栋1A|p城市山谷花园 b8 m1A
浙江省温州市乐清市北白象镇前程村五龙街92号|d乐清市 s北白象镇 c前程村 r五龙街 h92
温州鹿城区信河街道广信大厦7楼1208室|d鹿城区 s信河街道 p广信大厦 f7 m1208
浙江省宁波市江东区浙江省宁波市江东区宁穿路197号|d江东区 r宁穿路 h197
静安区共和新路街道柳营路669弄14号1102|d静安区 s共和新路街道 r柳营路 h669 b14 m1102
福田区福田街道岗厦村东三坊225号|d福田区 s福田街道 c岗厦村 p东3坊 h225
中山路12号|r中山路 h12
江口路349|r江口路 h349
文三路588号东信大厦2279室|p东信大厦 r文三路 h588 m2279
""".strip().splitlines()


@pytest.mark.parametrize("case", CASES)
def test_an_address_falls_into_its_parts(case: str) -> None:
    written, parts = case.split("|")
    assert parse_address(written) == Address(**{FIELDS[part[0]]: part[1:] for part in parts.split()})


@pytest.mark.parametrize(
    "same",
    [
        [
            "中兴路3栋2单元501",
            "中兴路三幢二单元501室",
            "中兴路 03座 2单元 0501房",
            "中兴路3号楼2单元5楼501",
            "中兴路３栋２单元５０１",
        ],
        ["杨美村东三巷12号302", "杨美村东3巷12号302房", "杨美村，东三巷十二号3楼302室"],
        ["阳光花园3期12-B-1502", "阳光花园三期十二栋b单元1502", "阳光花园3期12—B—1502"],
        ["深圳市龙岗区坂田街道中兴三路8号", "广东省深圳市龙岗区坂田街道办事处中兴3路8号"],
        ["佳兆业中心A座1203", "佳兆业中心a栋12楼1203（租户）"],
    ],
)
def test_writings_of_one_door_share_a_key(same: list[str]) -> None:
    assert len({address_key(written) for written in same}) == 1


def test_other_doors_have_other_keys() -> None:
    doors = [
        "中兴路3栋2单元501", "中兴路3栋2单元502", "中兴路3栋1单元501", "中兴路2栋2单元501",
        "中兴路3栋501", "中兴路3号501",
        "中心路3栋2单元501", "马安堂社区中兴路3栋2单元501", "中兴路12号", "中兴路1栋2楼",
        "中兴路1栋3楼", "中兴路23栋2单元501",
    ]  # fmt: skip
    assert len({address_key(door) for door in doors}) == len(doors)


def test_below_the_community_the_wider_levels_do_not_matter() -> None:
    short, long = (parse_address(text) for text in ("中兴路3栋501", "龙岗区坂田街道马安堂社区中兴路三栋501"))
    assert local_key(short) == local_key(long)
    assert long.block == "3"


@pytest.mark.parametrize(
    "odd",
    [
        "",
        " ",
        "无",
        "不详",
        "3",
        "@@",
        "号",
        "栋单元",
        "路" * 400,
        "1" * 30_000,
        "1" * 400,
        "一" * 400,
        "村路巷" * 200,
    ],
)
def test_anything_parses_and_only_nothing_has_no_key(odd: str) -> None:
    assert isinstance(parse_address(odd), Address)
    assert bool(address_key(odd)) is bool(odd.strip())
