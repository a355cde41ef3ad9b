"""Products, formats, channels and languages that a contract names when it grants them.

A clause about reminders "by SMS and e-mail" means much the same as a request for
WhatsApp, to an encoder and to the gloss alike, and grants none. So what is known by
name is compared by name, over all that a contract grants: a request that names one of
these and a contract that does not seldom agree.
"""

import re
from collections.abc import Iterable
from hashlib import sha256
from itertools import groupby

from rules.matching.words import fold

_THINGS: tuple[str, ...] = (
    # --- devices
    "iphone, ipad, ios, apple watch, 苹果手机, 苹果系统, 苹果端",
    "android, 安卓",
    "harmonyos, 鸿蒙",
    "smartwatch, 智能手表, 手环",
    "smart glasses, 智能眼镜",
    # --- channels
    "sms, text message, 短信",
    "wechat, 微信, 公众号",
    "wecom, 企业微信, 企微",
    "whatsapp, telegram, viber, messenger",
    "dingtalk, 钉钉",
    "feishu, lark, 飞书",
    "teams channel, microsoft teams, slack",
    "instagram, facebook, tiktok, twitter, 微博, 抖音, 小红书",
    "voice call, loudspeaker, audio announcement, 语音电话, 语音播报, 广播, 语音机器人",
    "push notice, push notification, push message, 消息推送",
    # --- payment
    "credit card, visa, mastercard, 信用卡",
    "paypal, klarna",
    "apple pay, google pay",
    "alipay, 支付宝",
    "wechat pay, 微信支付, 微信钱包, 微信零钱",
    "direct debit, 代扣",
    # --- formats
    "excel, xlsx, xls",
    "pdf",
    "docx, word document, word file, word 文档, word格式, 成 word",
    "powerpoint, ppt, pptx",
    "csv",
    "xml",
    "json",
    "ofd",
    "edi, edifact",
    # --- languages of screens and texts
    "english, 英文, 英语",
    "japanese, 日文, 日语",
    "korean, 韩文, 韩语",
    "german, 德文, 德语",
    "french, 法文, 法语",
    "spanish, 西班牙语, 西班牙文",
    "italian, 意大利语",
    "portuguese, 葡萄牙语",
    "dutch, 荷兰语",
    "polish, 波兰语",
    "russian, 俄文, 俄语",
    "turkish, 土耳其语",
    "arabic, 阿拉伯语",
    "hindi, urdu, 乌尔都语, 印地语",
    "vietnamese, 越南语, 越南文",
    "thai, 泰语, 泰文",
    # --- systems that everybody knows
    "sap, s4hana, s/4hana",
    "oracle, netsuite",
    "dynamics, navision",
    "xero, quickbooks",
    "salesforce, hubspot",
    "yonyou, 用友",
    "kingdee, 金蝶",
    "power bi, tableau, 帆软",
    "google maps, 高德, 百度地图",
    "chatgpt, copilot, deepseek, 大模型",
    "ldap, active directory, 域账号",
    # --- who one is, where one is
    "fingerprint, 指纹",
    "face recognition, 人脸, 刷脸",
    "smartcard, smart card, 智能卡",
    "one-time code, 验证码",
    "barcode, bar code, 条码, 条形码",
    "qr code, 二维码",
    "rfid, 电子标签",
    "gps, 卫星定位, 定位标签, 实时定位",
    "bluetooth, beacon, 蓝牙",
    "nfc",
    "blockchain, 区块链",
)


_THING_OF = {
    name.strip(): thing.split(",")[0] for thing in _THINGS for name in thing.split(",")
}


def _any_of(names: Iterable[str]) -> str:
    """Longer ones first; one look at a character serves all that begin with it."""
    by_length = sorted(names, key=lambda name: (name[0], -len(name)))
    return "|".join(
        f"{re.escape(first)}(?:{'|'.join(re.escape(name[1:]) for name in some)})"
        for first, some in groupby(by_length, key=lambda name: name[0])
    )


_LATIN = re.compile(
    rf"(?<![a-z0-9])(?:{_any_of(name for name in _THING_OF if name.isascii())})"
    r"s?(?![a-z0-9])"
)
"""They stand for themselves, and are no parts of words."""
_CHINESE = re.compile(_any_of(name for name in _THING_OF if not name.isascii()))

FINGERPRINT = sha256("\n".join(_THINGS).encode()).hexdigest()[:8]
"""Part of the engine's version."""


def find_named(text: str) -> frozenset[str]:
    """The things that a text names, each by the first of its names."""
    folded = fold(text)
    in_chinese = () if folded.isascii() else _CHINESE.findall(folded)
    named = (*_LATIN.findall(folded), *in_chinese)
    return frozenset(
        _THING_OF.get(name) or _THING_OF[name.removesuffix("s")] for name in named
    )
