r"""Text that GitLab stores as written, without doing what it seems to ask for.

A line that begins with ``/`` in a note runs as a quick action, also from the API
(https://docs.gitlab.com/user/project/quick_actions/), and ``@name`` notifies people,
``@all`` everybody. Markdown shows ``\/close`` as ``/close``; a word joiner after the
``@`` cannot be seen.
"""

import re

MARKER = "<!-- reqpool:sticky -->"
_WORD_JOINER = "\u2060"
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_COMMAND = re.compile(r"^([^\S\n]*)(\\*/)", re.MULTILINE)
_ESCAPED_COMMAND = re.compile(r"^([^\S\n]*)\\(\\*/)", re.MULTILINE)
_AT = (
    r"((?<![A-Za-z0-9_])@|(?:&#0*64;?|&#[xX]0*40;?|&commat;?)@*"
    r"|&#?[A-Za-z0-9]{1,31};?@+)"
)
"""What begins a mention once Markdown is rendered, also behind a character that is
written as an entity; an e-mail address does not."""
_MENTION = re.compile(_AT)
_ESCAPED_MENTION = re.compile(_AT + _WORD_JOINER)


def write_sticky_note(text: str) -> str:
    """The body of our note: harmless, and recognisable by :data:`MARKER`."""
    return f"{quieten(text)}\n\n{MARKER}".strip()


def quieten(text: str) -> str:
    """The same to read, but it does nothing and calls nobody."""
    lines = _LINE_ENDS.sub("\n", text).strip()
    quiet = _MENTION.sub(rf"\1{_WORD_JOINER}", lines)
    return _COMMAND.sub(r"\1\\\2", quiet)


def read_note(body: str) -> str:
    """What a person wrote, or for a note of ours the text that was asked for."""
    if MARKER not in body:
        return body
    text = body.replace(MARKER, "").strip()
    audible = _ESCAPED_MENTION.sub(r"\1", text)
    return _ESCAPED_COMMAND.sub(r"\1\2", audible)
