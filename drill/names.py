"""Names the drill makes up: common and rare characters, double surnames, names of other peoples with a dot."""

from random import Random

SURNAMES = tuple(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶"
    "吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵"
    "史毛常万顾赖武康贺严尹钱施牛洪龚"
)
RARE_SURNAMES = ("逄", "亓", "仝", "昝", "乜", "厍", "璩", "妫", "冼", "禤", "佘", "佟")
DOUBLE_SURNAMES = ("欧阳", "司徒", "上官", "诸葛", "东方", "皇甫", "尉迟", "令狐", "慕容", "司马")
MALE = tuple("伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆旭宁坤东亮建国文博志远嘉豪子轩")
FEMALE = tuple("芳娜敏静丽艳娟霞秀英慧玲桂兰红梅燕莉婷雪琳佳颖欣怡梦瑶诗涵雨晴月素云玉珍淑华")
RARE_GIVEN = ("喆", "玥", "翀", "垚", "犇", "韡", "祎", "彧", "珩", "昉", "䶮", "\U00021c56", "晢", "骉")
DOTTED = (
    "阿依古丽·买买提",
    "迪丽拜尔·吐尔逊",
    "买买提·艾力",
    "努尔兰·哈力克",
    "扎西·多吉",
    "卓玛·央金",
    "阿卜杜拉·热合曼",
    "古丽娜尔·托合提",
    "巴特尔·乌云",
    "其其格·萨仁",
)

POSTS = {
    "gate": "卡口",
    "registration": "登记",
    "order_keeping": "秩序维护",
    "sampling_support": "采样协助",
    "tracing": "流调",
    "calling": "电话核查",
    "supplies": "物资保障",
    "counselling": "心理疏导",
    "sealed_area": "封控区内",
    "night": "夜班",
}
TASKS = {"meals": "餐饮", "lodging": "住宿", "meetings": "会务", "transport": "车辆"}
PARTNERS = {
    "firms": "辖区企业",
    "schools": "学校",
    "seconded staff": "下沉干部",
    "party volunteers": "党员志愿者",
}


def person_name(rng: Random, sex: str, surname: str = "") -> str:
    """A name; a family hands down its surname, and a name with a dot has none to hand down."""
    if not surname and rng.random() < 0.012:
        return rng.choice(DOTTED)
    given = MALE if sex == "male" else FEMALE
    first = rng.choice(given)
    second = rng.choice(RARE_GIVEN) if rng.random() < 0.02 else rng.choice(given)
    return (surname or family_name(rng)) + (first + second if rng.random() < 0.78 else second)


def family_name(rng: Random) -> str:
    """A surname: mostly common, now and then rare or of two characters."""
    roll = rng.random()
    if roll < 0.012:
        return rng.choice(DOUBLE_SURNAMES)
    if roll < 0.03:
        return rng.choice(RARE_SURNAMES)
    return rng.choice(SURNAMES)
