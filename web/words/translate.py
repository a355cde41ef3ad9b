"""Looks words and sentences up in the reader's language."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from model.client_text import WORDS
from model.errors import Problem
from model.findings import Finding
from model.issues import UNSEEN
from model.phrase import say
from model.projects import Language
from web.words.facts import FACTS
from web.words.findings import FINDINGS
from web.words.glossary import GLOSSARY
from web.words.remedies import REMEDIES, UNKNOWN
from web.words.texts import TEXTS

_SPANS = (
    (timedelta(minutes=1), timedelta(seconds=1), "ago.now"),
    (timedelta(hours=1), timedelta(minutes=1), "ago.minutes"),
    (timedelta(days=1), timedelta(hours=1), "ago.hours"),
    (timedelta(days=30), timedelta(days=1), "ago.days"),
)


_WORDED = frozenset({"kind", "scope", "state"})


class _Filling(dict[str, str]):
    """Parameters of a sentence; one that is not known shows as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


class Words:
    """Every text in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def text(self, key: str, /, **values: object) -> str:
        """A text of the pages.

        Raises:
            KeyError: it is not in the table.
        """
        return self._pick(TEXTS[key]).format(**values)

    def word(self, value: object) -> str:
        """The glossary's word for a value; a value that is not in it as it is."""
        own = GLOSSARY.get(str(value))
        shared = WORDS.get(str(value), {}).get(self.language)
        return self._pick(own) if own else shared or str(value)

    def fact(self, name: str) -> str:
        """What a fact is called."""
        return self._pick(FACTS[name]) if name in FACTS else name

    def unread(self, reason: str) -> str:
        """Why a delivery was not understood; a reason that is not known as it is."""
        name, _, about = reason.partition(":")
        own = GLOSSARY.get(f"unread.{name}")
        about = about.strip()
        return f"{self._pick(own)}{f' ({about})' if about else ''}" if own else reason

    def release(self, intent: str) -> str:
        """``train:NAME`` and ``hold:NAME`` in words; a release's name as it is."""
        kind, _, name = intent.partition(":")
        if name and kind in {"train", "hold"}:
            told = self.word(name) if kind == "hold" else name
            return self.text(f"release.{kind}", name=told)
        return self.word(intent) if intent == "none" else intent

    def field(self, field: str, origin: str) -> str:
        """A history's field; what a tracker calls as we do is told apart."""
        name, _, _ = field.partition(":")
        there = f"{origin}.{name}"
        return self.word(there if there in GLOSSARY else name)

    def place(self, moved_to: str) -> str:
        """Where an issue went, for people."""
        return self.text("moved.unseen") if moved_to.startswith(UNSEEN) else moved_to

    def value(self, field: str, value: object) -> str:
        """A value of a history's field, for people."""
        match value:
            case None | "" | []:
                return "–"
            case bool():
                return self.text("yes" if value else "no")
            case list() | dict():
                return ", ".join(_items(value))
            case _:
                return self._value(field, str(value))

    def _value(self, field: str, value: str) -> str:
        match field:
            case "release":
                return self.release(value)
            case "moved_to":
                return self.place(value)
            case "deleted":
                return value.partition("T")[0]
            case _:
                return self.word(value) if field in _WORDED else value

    def because(self, because: Mapping[str, str]) -> str:
        """A rule's own words; in another language when there are no better ones."""
        return because.get(self.language) or next(iter(because.values()), "")

    def said(self, text: str) -> str:
        """What a problem says."""
        return say(text, self.language)

    def problem(self, problem: Problem) -> Problem:
        """Something wrong in a file, in the reader's language."""
        message, hint = self.said(problem.message), self.said(problem.hint)
        return replace(problem, message=message, hint=hint)

    def sentence(self, code: str, params: Mapping[str, Any]) -> str:
        """What a concern or error says."""
        said, _ = REMEDIES.get(code, UNKNOWN)
        filling = _filling(code, params)
        if code == "quarantined":
            filling["reason"] = self.unread(filling["reason"])
        return self._pick(said).format_map(filling)

    def remedy(self, code: str, params: Mapping[str, Any]) -> str:
        """What to do about it."""
        _, remedy = REMEDIES.get(code, UNKNOWN)
        return self._pick(remedy).format_map(_filling(code, params))

    def finding(self, finding: Finding) -> tuple[str, str]:
        """What a check found, and what to do about it."""
        translated = FINDINGS.get(finding.code)
        if translated is None or self.language is not Language.ZH:
            return finding.message, finding.hint
        filling = _filling(finding.code, finding.params)
        return translated[0].format_map(filling), translated[1].format_map(filling)

    def ago(self, at: datetime, now: datetime) -> str:
        """How long ago, or the date when that is longer ago than a month."""
        passed = max(now - at, timedelta())
        for limit, unit, key in _SPANS:
            if passed < limit:
                return self.text(key, n=passed // unit)
        return at.date().isoformat()

    def _pick(self, pair: tuple[str, str]) -> str:
        return pair[0] if self.language is Language.ZH else pair[1]


def _filling(code: str, params: Mapping[str, Any]) -> _Filling:
    return _Filling({"code": code, **{k: str(v) for k, v in params.items()}})


def _items(value: list[object] | dict[str, object]) -> list[str]:
    if isinstance(value, dict):
        return [f"{name}: {item}" for name, item in value.items()]
    return sorted(str(item) for item in value)
