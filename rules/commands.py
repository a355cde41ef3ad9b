"""Commands in a comment: text to commands. Pure, linear in the text's length.

A command is a line of its own that begins with ``/pool``, or with its full-width slash.
What is quoted or code in either tracker's markup asks for nothing: GitLab's Markdown
(https://docs.gitlab.com/user/markdown/) and Jira's wiki notation
(https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all).
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from itertools import islice

from model.answers import AnswerCode
from model.commands import Command, Verb
from model.decisions import Kind, Scope

MOST_COMMANDS = 10
"""In one comment; the rest is not carried out."""

_LONGEST_LINE = 500
_LONGEST_WORD = 40

VERBS: Mapping[str, Verb] = {
    **{verb.value: verb for verb in Verb},
    "紧急": Verb.URGENT,
    "加急": Verb.URGENT,
    "类型": Verb.KIND,
    "类别": Verb.KIND,
    "范围": Verb.SCOPE,
    "估算": Verb.ESTIMATE,
    "估时": Verb.ESTIMATE,
    "关联": Verb.LINK,
    "解释": Verb.EXPLAIN,
    "说明": Verb.EXPLAIN,
    "批准": Verb.APPROVE,
    "同意": Verb.APPROVE,
    "同步": Verb.RESYNC,
    "刷新": Verb.RESYNC,
}
"""What each command may be called."""

KINDS: Mapping[str, Kind] = {
    **{kind.value: kind for kind in Kind},
    "bug": Kind.DEFECT,
    "需求": Kind.REQUIREMENT,
    "缺陷": Kind.DEFECT,
    "咨询": Kind.QUESTION,
    "问题": Kind.QUESTION,
    "培训": Kind.TRAINING,
    "任务": Kind.TASK,
}
"""What each kind may be called."""

SCOPES: Mapping[str, Scope] = {
    "in": Scope.IN_CONTRACT,
    "in_contract": Scope.IN_CONTRACT,
    "合同内": Scope.IN_CONTRACT,
    "合同范围内": Scope.IN_CONTRACT,
    "daily": Scope.DAILY_CHANGE,
    "daily_change": Scope.DAILY_CHANGE,
    "日常变更": Scope.DAILY_CHANGE,
    "日常": Scope.DAILY_CHANGE,
    "out": Scope.OUT_OF_CONTRACT,
    "out_of_contract": Scope.OUT_OF_CONTRACT,
    "合同外": Scope.OUT_OF_CONTRACT,
    "合同范围外": Scope.OUT_OF_CONTRACT,
}
"""What each scope may be called."""

_COMMAND = re.compile(r" {0,3}[/／]pool(?=\s|\Z)", re.IGNORECASE)
_ANYWHERE = re.compile(r"[/／]pool", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
"""An editor puts a backslash before what its markup would take for its own."""
_STOPS = " \t:：,，"
_GAP = re.compile(r"[\s：，]+")
_WORD = re.compile(r"[\s:：,，]*([^\s:：,，]+)[\s:：,，]*")
_DAYS = re.compile(
    r"([0-9]{1,4}(?:\.[0-9]{1,2})?)\s*(?:days?|d|人天|人日|天|日)?(?=[\s:：,，]|\Z)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Misread:
    """A line that begins like a command and is none.

    ``verb`` is the one that was meant, as far as can be told.
    """

    line: str
    code: AnswerCode
    verb: Verb | None = None


Asked = Command | Misread
"""What a line that begins with ``/pool`` comes to."""


def parse_commands(text: str) -> tuple[Asked, ...]:
    """Find the commands of a comment, in their order.

    Never raises, whatever the text; at most :data:`MOST_COMMANDS`, and then one
    ``too_many``.
    """
    if _ANYWHERE.search(text) is None:
        return ()
    lines = list(islice(_find_lines(text), MOST_COMMANDS + 1))
    asked = [_read(line[:_LONGEST_LINE]) for line in lines[:MOST_COMMANDS]]
    if len(lines) > MOST_COMMANDS:
        asked.append(Misread(lines[-1][:_LONGEST_LINE], AnswerCode.TOO_MANY))
    return tuple(asked)


def _find_lines(text: str) -> Iterator[str]:
    markup = _Markup()
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if markup.is_plain and _COMMAND.match(line):
            yield line.strip()
        markup.pass_over(line)


def _read(line: str) -> Asked:
    rest = _ESCAPED.sub(r"\1", _COMMAND.sub("", line, count=1)).strip()
    word, rest = _take_word(rest)
    verb = VERBS.get(word)
    if verb is None:
        return Misread(line, AnswerCode.UNKNOWN_COMMAND, _guess(word))
    return _READERS[verb](line, verb, rest)


def _take_word(text: str) -> tuple[str, str]:
    """The first word, in one width and lower case, and what follows it."""
    found = _WORD.match(text)
    if found is None:
        return "", text
    return _fold(found[1]), text[found.end() :].strip()


def _take_name(text: str) -> tuple[str, str]:
    """The first word exactly as it was written, and what follows it."""
    name, *rest = _GAP.split(text, maxsplit=1)
    return name, "".join(rest).strip()


def _fold(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().replace("-", "_")


def _guess(word: str) -> Verb | None:
    near = get_close_matches(word[:_LONGEST_WORD], VERBS, n=1, cutoff=0.6)
    return VERBS[near[0]] if near else None


def _read_urgent(line: str, verb: Verb, rest: str) -> Asked:
    if not rest:
        return Misread(line, AnswerCode.REASON_MISSING, verb)
    return Command(line, verb, reason=rest)


def _read_kind(line: str, verb: Verb, rest: str) -> Asked:
    word, reason = _take_word(rest)
    if word not in KINDS:
        return Misread(line, AnswerCode.UNKNOWN_VALUE, verb)
    return Command(line, verb, KINDS[word], reason=reason)


def _read_scope(line: str, verb: Verb, rest: str) -> Asked:
    word, rest = _take_word(rest)
    if word not in SCOPES:
        return Misread(line, AnswerCode.UNKNOWN_VALUE, verb)
    scope = SCOPES[word]
    if scope is not Scope.IN_CONTRACT:
        return Command(line, verb, scope, reason=rest)
    clause, reason = _take_name(rest)
    if not clause:
        return Misread(line, AnswerCode.NO_CLAUSE, verb)
    return Command(line, verb, scope, clause, reason)


def _read_estimate(line: str, verb: Verb, rest: str) -> Asked:
    found = _DAYS.match(unicodedata.normalize("NFKC", rest))
    if found is None or not Decimal(found[1]):
        return Misread(line, AnswerCode.UNKNOWN_VALUE, verb)
    reason = found.string[found.end() :].strip(_STOPS)
    return Command(line, verb, found[1], reason=reason)


def _read_reference(line: str, verb: Verb, rest: str) -> Asked:
    reference, reason = _take_name(rest)
    if not reference:
        return Misread(line, AnswerCode.UNKNOWN_VALUE, verb)
    return Command(line, verb, reference, reason=reason)


def _read_plain(line: str, verb: Verb, rest: str) -> Asked:
    return Command(line, verb, reason=rest)


_READERS: Mapping[Verb, Callable[[str, Verb, str], Asked]] = {
    Verb.URGENT: _read_urgent,
    Verb.KIND: _read_kind,
    Verb.SCOPE: _read_scope,
    Verb.ESTIMATE: _read_estimate,
    Verb.LINK: _read_reference,
    Verb.EXPLAIN: _read_plain,
    Verb.APPROVE: _read_reference,
    Verb.RESYNC: _read_plain,
}


_FENCE = re.compile(r"[\s*+.)0-9-]{0,20}(?:(?P<ticks>`{3,})[^`]*\Z|(?P<tildes>~{3,}))")
_BRACED = r"\{(?P<braced>code|noformat|quote)(?::[^}\n]{0,300})?\}"
_TAGGED = r"<(?P<tagged>pre|code|blockquote)\b"
_TOKEN = re.compile(
    rf"{_BRACED}|{_TAGGED}|</(?P<closed>pre|code|blockquote)>"
    r"|(?P<hidden><!--)|(?P<shown>-->)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Markup:
    """Which block of quoted or shown text the next line stands in.

    What is never closed reaches to the end: better one command too few.
    """

    fence: str = ""
    block: str = ""

    @property
    def is_plain(self) -> bool:
        return not self.fence and not self.block

    def pass_over(self, line: str) -> None:
        if self.fence:
            self._pass_fenced(line)
            return
        if not self.block and (found := _FENCE.match(_bare(line))):
            self.fence = found["ticks"] or found["tildes"]
            return
        if line.strip() == ">>>" and self.block in {"", ">>>"}:
            self.block = "" if self.block else ">>>"
            return
        for token in _TOKEN.finditer(line):
            self._pass_token(token)

    def _pass_fenced(self, line: str) -> None:
        stripped = _bare(line).strip()
        mark = self.fence[0]
        if len(stripped) >= len(self.fence) and not stripped.strip(mark):
            self.fence = ""

    def _pass_token(self, token: re.Match[str]) -> None:
        opens, closes = _block_of(token)
        if not self.block:
            self.block = opens
        elif self.block == closes:
            self.block = ""


def _bare(line: str) -> str:
    """A fence that somebody typed into Jira comes with its marks escaped."""
    return line.replace("\\", "")


def _block_of(token: re.Match[str]) -> tuple[str, str]:
    """The blocks that a token opens and closes; Jira's braces do either."""
    if braced := token["braced"]:
        return f"{{{braced.lower()}}}", f"{{{braced.lower()}}}"
    if tagged := token["tagged"]:
        return f"<{tagged.lower()}>", ""
    if closed := token["closed"]:
        return "", f"<{closed.lower()}>"
    return ("<!--", "") if token["hidden"] else ("", "<!--")
