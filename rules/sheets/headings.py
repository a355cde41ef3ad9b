"""What columns are called, in Chinese and English."""

import re
import unicodedata

from rules.sheets.sheet import Row

HEADINGS = {
    "id": "id no number clause clauseid clauseno clausenumber 编号 序号 条款 条款号 条款编号",
    "module": "module component area 模块 模块名称 所属模块 功能模块",
    "text": "text content wording description clausetext 内容 条款内容 条款描述 描述 说明",
    "excluded": "excluded exclusion excludes outofscope 是否排除 排除 除外 不含 不包含",
    "allowance_days": "allowance allowancedays persondays mandays days 人天 人日 额度 人天额度 额度人天",
    "valid_from": "validfrom from effective effectivefrom 生效 生效日 生效日期 开始日期 有效期起",
    "valid_until": "validuntil until to expires 失效 失效日 失效日期 截止日期 到期日期 有效期止",
    "": "remark remarks note notes comment comments 备注",
}
"""Names of each field without spaces and signs; those of ``""`` are left out."""

_FIELD_OF = {name: field for field, names in HEADINGS.items() for name in names.split()}
_NOISE = re.compile(r"[\s_\-.:：*]+|[(（\[【].*?[)）\]】]")
_LONGEST = 60
"""Characters; a text full of brackets is no heading, and takes long to look through."""
_LOOKED_AT = 10
_LEAST = 2


def find_field(heading: str) -> str | None:
    """The field that a heading names; ``""`` for a remark, None for an unknown one."""
    if len(heading) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return _FIELD_OF.get(_NOISE.sub("", plain))


def likeness(row: Row) -> int:
    """How many different fields a row of headings names."""
    return len({found for cell in row if (found := find_field(cell.text))})


def find_headings(rows: list[Row]) -> int:
    """Which row holds the headings: titles and notes may stand above it."""
    best = max(range(min(len(rows), _LOOKED_AT)), key=lambda each: likeness(rows[each]))
    return best if likeness(rows[best]) >= _LEAST else 0


def known_headings() -> list[str]:
    """A name of each field, for hints."""
    first = {field: names.split() for field, names in HEADINGS.items() if field}
    chinese = {
        field: next(name for name in names if not name.isascii())
        for field, names in first.items()
    }
    return [f"{field} ({name})" for field, name in chinese.items()]
