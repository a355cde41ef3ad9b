"""The only text of ours that may reach a client."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from hashlib import sha256

from model.answers import SENTENCES, Answer, form_of
from model.projects import Language

WORDS: Mapping[str, Mapping[Language, str]] = {
    "in_contract": {Language.ZH: "合同范围内", Language.EN: "in contract"},
    "daily_change": {Language.ZH: "日常变更", Language.EN: "daily change"},
    "out_of_contract": {Language.ZH: "合同范围外", Language.EN: "outside the contract"},
    "needs_review": {Language.ZH: "评审中", Language.EN: "in review"},
    "requirement": {Language.ZH: "需求", Language.EN: "requirement"},
    "defect": {Language.ZH: "缺陷", Language.EN: "defect"},
    "question": {Language.ZH: "咨询", Language.EN: "question"},
    "training": {Language.ZH: "培训", Language.EN: "training"},
    "task": {Language.ZH: "任务", Language.EN: "task"},
    "new": {Language.ZH: "新建", Language.EN: "new"},
    "triaged": {Language.ZH: "已分析", Language.EN: "triaged"},
    "planned": {Language.ZH: "已计划", Language.EN: "planned"},
    "in_development": {Language.ZH: "开发中", Language.EN: "in development"},
    "delivered": {Language.ZH: "已交付", Language.EN: "delivered"},
    "declined": {Language.ZH: "不予实施", Language.EN: "declined"},
    "answered": {Language.ZH: "已答复", Language.EN: "answered"},
}
"""The glossary's values in each client's language."""

_PLACEHOLDER = re.compile(r"\{([a-z_.]+)\}")


@dataclass(frozen=True, slots=True)
class ClientSafeFacts:
    """Everything that a template may name; a field that is not here cannot leak.

    Placeholders are the field names, with ``release_name`` and ``release_ship_on``
    written ``release.name`` and ``release.ship_on``.
    """

    kind: str = ""
    scope: str = ""
    priority: str = ""
    state: str = ""
    release_name: str = ""
    release_ship_on: date | None = None

    @classmethod
    def placeholders(cls) -> frozenset[str]:
        """Every placeholder that a template may use."""
        return frozenset(_placeholder(field.name) for field in fields(cls))

    def in_words(self, language: Language) -> dict[str, str]:
        """The value of each placeholder in the client's language."""
        values = {
            _placeholder(field.name): getattr(self, field.name)
            for field in fields(self)
        }
        return {
            name: WORDS.get(str(value), {}).get(language, str(value or ""))
            for name, value in values.items()
        }


def _placeholder(field_name: str) -> str:
    return field_name.replace("release_", "release.")


@dataclass(frozen=True, slots=True)
class ClientText:
    """A text for a client: a template, and nothing to fill it with but safe facts.

    Attributes:
        template: from the ruleset, in the client's language; checked for
            placeholders that are not client-safe when the ruleset is loaded
            (``E_LEAK``).
        facts: what the placeholders stand for.
        language: the client's.
        answers: to commands, oldest first; they follow the template's text.
    """

    template: str
    facts: ClientSafeFacts
    language: Language
    answers: tuple[Answer, ...] = ()

    @property
    def text(self) -> str:
        """What the client reads.

        Raises:
            KeyError: the template names something that is not client-safe.
        """
        words = self.facts.in_words(self.language)
        text = _PLACEHOLDER.sub(lambda found: words[found.group(1)], self.template)
        if not self.answers:
            return text
        said = [self._say(answer) for answer in self.answers]
        return "\n\n".join(filter(None, [text.strip(), *said]))

    def _say(self, answer: Answer) -> str:
        shown = {
            "person": _shown_name(answer.person),
            "value": WORDS.get(answer.value, {}).get(self.language, answer.value),
            "clause": answer.clause,
            "days": answer.days,
            "key": answer.key,
            "form": form_of(answer.verb, self.language),
        }
        words = {**self.facts.in_words(self.language), **shown}
        sentence = SENTENCES[answer.code][self.language]
        said = _PLACEHOLDER.sub(lambda found: words[found.group(1)] or "–", sentence)
        return f"{answer.on.isoformat()} {said}"

    @property
    def hash(self) -> str:
        """SHA-256 of what the client reads: whether a written comment is up to date."""
        return sha256(self.text.encode()).hexdigest()


_MARKUP = re.compile(r"[^\w .,'·()（）-]+")
_LONGEST_NAME = 60


def _shown_name(name: str) -> str:
    """A display name without anything that a tracker would take for markup."""
    return " ".join(_MARKUP.sub(" ", name).split())[:_LONGEST_NAME]


def placeholders_of(template: str) -> frozenset[str]:
    """The placeholders that a template uses."""
    return frozenset(_PLACEHOLDER.findall(template))
