"""How a request is put: as something that fails, or as something that is wished for.

What fails exists, so it was granted; what is wished for may go beyond the clause that
it is about. Words of this kind say nothing of the matter, so the likeness leaves them
out and they are heard here.
"""

import re
from typing import NamedTuple

_READ = 1000
_ENOUGH = 2

# One pattern a script: what begins with a given character is found without trying.
_BROKEN = re.compile(
    r"没反应|报错|出错|错误|异常|失败|乱码|崩溃|不对|不准|不一致|不上|不了|不到|不见|不出|打不开|没出来|没有出|没进来"
    r"|无法|不能|没法|还是|居然|算错|漏|空的|变空|翻倍|重复了|丢"
)
_BROKEN_IN_ENGLISH = re.compile(
    r"\b(?:bug|fails?|failed|error|crash(?:es|ed)?|missing|wrong|incorrect|broken|empty|stays?|still"
    r"|cannot|can't|does not|doesn't|did not|didn't|disappear(?:s|ed)?|nobody|no longer|twice|garbled)\b"
)
_WISH = re.compile(
    r"再加|再来|还要|也要|也能|都要|之外|不够用|永久|改成|改为|换成|直接|实时|随时|不要|另外|更多|每个|每位|各自|扩展|对接|接上|打通|定制|新增|增加"
    r"|希望|想要|想做|能不能|能否|自动"
)
_WISH_IN_ENGLISH = re.compile(
    r"\b(?:also|more|every|add|another|instead|automatically|themselves|itself|should|would like|we want"
    r"|please add|publish|real[ -]time|integrate|extend|new feature|as well|additional(?:ly)?|all|whole|could|let|want)\b"
)
_DEFECT_TYPE = re.compile(r"bug|defect|incident|缺陷|故障|事件")
_WISH_TYPE = re.compile(
    r"story|feature|improvement|epic|requirement|需求|故事|新功能|改进"
)


class Tone(NamedTuple):
    """Each from 0 to 1."""

    broken: float
    wish: float


def hear_tone(folded: str) -> Tone:
    """How a text sounds; ``folded`` as by :func:`rules.matching.words.fold`."""
    heard = folded[:_READ]
    chinese = "" if heard.isascii() else heard
    broken = _BROKEN.search(chinese) or _BROKEN_IN_ENGLISH.search(heard)
    wishes = len(_WISH.findall(chinese)) + len(_WISH_IN_ENGLISH.findall(heard))
    return Tone(float(bool(broken)), min(wishes, _ENOUGH) / _ENOUGH)


def read_type(folded: str) -> float:
    """1 for a defect, -1 for a wish, 0 for what the tracker's type leaves open."""
    if _DEFECT_TYPE.search(folded):
        return 1.0
    return -1.0 if _WISH_TYPE.search(folded) else 0.0
