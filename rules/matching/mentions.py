"""Clauses that a text names by their id: "clause 3.2", "§ 3.2", "第3.2条"."""

import re

_WORDS, _SIGNS = ("clause", "section", "article"), ("条款", "合同", "§", "第")
_CUE = rf"(?:\b(?:{'|'.join(_WORDS)})s?|{'|'.join(_SIGNS)})"
_NAMED = re.compile(
    rf"{_CUE}\s{{0,3}}(?:no\.?|#)?\s{{0,3}}([a-z0-9]+(?:[._-][a-z0-9]+)*)"
)
_CHINESE = re.compile(
    r"第\s{0,3}([^\s第条]{1,12}?)\s{0,3}条"
    r"|(?<![a-z0-9._-])([a-z0-9][a-z0-9._-]{0,15})\s{0,3}条"
)


def find_mentions(folded: str) -> frozenset[str]:
    """The ids that a folded text names, as :func:`bare_id` spells them."""
    named = set[str]()
    if any(cue in folded for cue in (*_WORDS, *_SIGNS)):
        named.update(_NAMED.findall(folded))
    if "条" in folded:
        named.update(one or two for one, two in _CHINESE.findall(folded))
    return frozenset(named)


def bare_id(folded: str) -> str:
    """A clause's folded id without 第 and 条, which people may leave out."""
    return folded.strip().removeprefix("第").removesuffix("条").strip()
