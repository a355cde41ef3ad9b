"""A sentence of ours with its parameters, so that each reader gets their own language."""

from typing import Any, Self

from model.phrases import IN_CHINESE
from model.projects import Language


class Phrase(str):
    """English that remembers how it was made.

    >>> said = Phrase('unknown field "{field}"', field="nmae")
    >>> said, said.template, said.values
    ('unknown field "nmae"', 'unknown field "{field}"', {'field': 'nmae'})

    It is that text wherever a text is wanted; the template is the key under which
    other languages are found, and a value may be a phrase itself. A plain text with
    nothing to fill in is its own template.
    """

    __slots__ = ("template", "values")

    def __new__(cls, template: str, **values: Any) -> Self:
        """Fill in a template (:meth:`str.format`)."""
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template, made.values = template, values
        return made

    template: str
    values: dict[str, Any]


def say(text: str, language: Language) -> str:
    """A text in a reader's language; in English where it has no other."""
    template = text.template if isinstance(text, Phrase) else text
    known = IN_CHINESE.get(template)
    if language is not Language.ZH or known is None:
        return str(text)
    values = text.values if isinstance(text, Phrase) else {}
    filled = {name: _say(value, language) for name, value in values.items()}
    return known.format(**filled) if filled else known


def _say(value: object, language: Language) -> object:
    """A part of a phrase may be one itself; what a person wrote stays."""
    return say(value, language) if isinstance(value, Phrase) else value
