"""From a text to the terms that two texts can have in common.

A term is a concept of the gloss (the same for its Chinese and its English words), an
English stem, or a pair of Chinese characters of a stretch that no list knows. There
is deliberately no trained segmenter: the known ones read their dictionary from disk
when first used, and a contract's vocabulary is small enough to be written down.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from rules.matching.gloss import (
    CHINESE_STOP,
    CONCEPTS,
    ENGLISH_STOP,
    FAINT,
    OFTEN_LEFT_OUT,
)

_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff"
_CHINESE_RUN = re.compile(rf"[{_CHINESE}]+")
_ENGLISH = re.compile(r"([a-z0-9]+)|[^a-z0-9 \t_/-]+")
"""A word, or what parts words that belong to no phrase together."""
_SILENT = re.compile(
    r"\bhttps?://[!-~]+|\bwww\.[!-~]+|[a-z0-9._+-]{1,64}@[a-z0-9.-]+"
    r"|本合同|本协议|\bthis (?:contract|agreement)\b"
    r"|![\w.-]{1,99}\.(?:png|jpe?g|gif)!"
)
_SILENT_SIGNS = ("//", "www.", "@", "本", "this ", "!")
"""One of them is in everything that is silent."""
_CHINESE_STOP = re.compile("|".join(sorted(CHINESE_STOP, key=len, reverse=True)))
_VOWEL = re.compile("[aeiouy]")
_SUFFIXES = ("ing", "ion", "ed", "er", "or", "al", "ly", "e")

_NESTED = 0.5
_NUMBER = 0.3
_LONE_CHARACTER = 0.2


class Term(NamedTuple):
    """Something found in a text.

    Attributes:
        key: equal for terms that meet; concepts begin with ``#``.
        weight: 1 for a word; less for what says little.
        start: where it begins in the text, in characters.
        end: the first character after it.
    """

    key: str
    weight: float
    start: int
    end: int


class _Word(NamedTuple):
    """An English word by itself.

    Attributes:
        key: its stem.
        weight: of a term; 0 for a word that says nothing.
        lengths: of the gloss's words that begin with it, longest first.
    """

    key: str
    weight: float
    lengths: Sequence[int]


class _Concept(NamedTuple):
    """What a word of the gloss means, or one of several things.

    Attributes:
        key: of the term.
        weight: of the term, where the word is no part of another.
        alone: it is not meant by a part of another: the phone of a phone number is
            no phone.
    """

    key: str
    weight: float
    alone: bool


class _Found(NamedTuple):
    """A word of the gloss, by the units it spans."""

    concepts: tuple[_Concept, ...]
    first: int
    after: int
    nested: bool


def scan(text: str) -> list[Term]:
    """Every term of a text, those of its English words first."""
    folded = _silence(fold(text))
    terms = list(_read_english(folded))
    for run in _CHINESE_RUN.finditer(folded):
        terms.extend(_read_chinese(run.group(), run.start()))
    return terms


def _silence(folded: str) -> str:
    """A pattern that begins anyhow is tried everywhere, which takes as long as reading."""
    if not any(sign in folded for sign in _SILENT_SIGNS):
        return folded
    return _SILENT.sub(lambda found: " " * len(found.group()), folded)


def fold(text: str) -> str:
    """Lower case and half width; as long as the text, so that places stay the same."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """Each character that was met, folded."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = unicodedata.normalize("NFKC", character).lower()
        return self.setdefault(code, folded if len(folded) == 1 else character)


_FOLDED = _Folded()


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The word without the commonest English endings; light on purpose.

    After D. Harman, *How effective is suffixing?*, JASIS 42 (1991): plurals first,
    then one ending, always leaving at least three letters with a vowel.
    """
    word = _singular(word)
    for suffix in _SUFFIXES:
        rest = word.removesuffix(suffix)
        if rest != word and len(rest) >= _SHORTEST_STEM and _VOWEL.search(rest):
            return _undoubled(rest)
    return word


_SHORTEST_STEM = 3
_SHORTEST_NESTED = 2
"""A single character inside another word says nothing."""
_STRETCH = re.compile(r"\S+")


def _singular(word: str) -> str:
    if len(word) > _SHORTEST_STEM and word.endswith("ies"):
        return word[:-3] + "y"
    plural = word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural and len(word) >= _SHORTEST_STEM else word


def _undoubled(rest: str) -> str:
    doubled = rest[-1] == rest[-2] and rest[-1] not in "ls"
    return rest[:-1] if doubled and len(rest) > _SHORTEST_STEM else rest


def _vocabulary() -> Mapping[str, tuple[_Concept, ...]]:
    """Each word of the gloss, as units glued together, with its concepts."""
    words: dict[str, tuple[str, ...]] = {}
    for concept, (chinese, english) in CONCEPTS.items():
        phrases = (phrase.split() for phrase in english.split(","))
        stems = (" ".join(map(stem, phrase)) for phrase in phrases)
        for word in dict.fromkeys((*chinese.split(), *stems)):
            words[word] = (*words.get(word, ()), concept)
    return {word: _share(concepts) for word, concepts in words.items()}


def _share(concepts: Sequence[str]) -> tuple[_Concept, ...]:
    share = 1.0 / len(concepts)
    return tuple(
        _Concept(f"#{one}", share * FAINT.get(one, 1.0), one in OFTEN_LEFT_OUT)
        for one in concepts
    )


def _lengths() -> Mapping[str, tuple[int, ...]]:
    """By first unit, how many units the gloss's words may have, longest first."""
    lengths: dict[str, set[int]] = {}
    for word in _VOCABULARY:
        units = word.split() if word.isascii() else list(word)
        lengths.setdefault(units[0], set()).add(len(units))
    return {
        first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()
    }


_VOCABULARY = _vocabulary()
_LENGTHS = _lengths()


def _read_chinese(run: str, start: int) -> Iterator[Term]:
    lengths = [_LENGTHS.get(character, ()) for character in run]
    found = _find_words(lengths, run.__getitem__, _SHORTEST_NESTED)
    for word in found:
        yield from _concepts(word, start + word.first, start + word.after)
    unknown = list(run)
    for word in found:
        unknown[word.first : word.after] = " " * (word.after - word.first)
    kept = _CHINESE_STOP.sub(lambda stop: " " * len(stop.group()), "".join(unknown))
    for stretch in _STRETCH.finditer(kept):
        yield from _pairs(stretch.group(), start + stretch.start())


def _pairs(stretch: str, start: int) -> Iterator[Term]:
    """Overlapping pairs; a stretch of n characters is worth n/2 words in all."""
    if len(stretch) == 1:
        yield Term(stretch, _LONE_CHARACTER, start, start + 1)
        return
    weight = len(stretch) / 2 / (len(stretch) - 1)
    for place in range(len(stretch) - 1):
        pair = stretch[place : place + 2]
        yield Term(pair, weight, start + place, start + place + 2)


def _read_english(text: str) -> Iterator[Term]:
    tokens = list(_ENGLISH.finditer(text))
    words = [_read_word(token[1]) for token in tokens]
    keys = [word.key for word in words]
    lengths = [word.lengths for word in words]
    found = _find_words(lengths, lambda part: " ".join(keys[part]), 1)
    for word in found:
        first, last = tokens[word.first], tokens[word.after - 1]
        yield from _concepts(word, first.start(), last.end())
    covered = {place for word in found for place in range(word.first, word.after)}
    for place, (key, weight, _) in enumerate(words):
        if weight and place not in covered:
            yield Term(key, weight, *tokens[place].span())


@lru_cache(maxsize=16384)
def _read_word(word: str | None) -> _Word:
    if word is None:
        return _Word("", 0.0, ())
    key = stem(word)
    weight = 0.0 if word in ENGLISH_STOP else _weight_of(key)
    return _Word(key, weight, _LENGTHS.get(key, ()))


def _weight_of(word: str) -> float:
    if word.isdigit():
        return _NUMBER
    return 1.0 if len(word) > 1 else _LONE_CHARACTER


def _find_words(
    lengths: Sequence[Sequence[int]],
    spell: Callable[[slice], str],
    shortest_nested: int,
) -> list[_Found]:
    """Every word of the gloss, also across others; longer ones before their parts."""
    found: list[_Found] = []
    reach = 0
    for first, possible in enumerate(lengths):
        for length in possible:
            after = first + length
            nested = after <= reach
            if after > len(lengths) or (nested and length < shortest_nested):
                continue
            concepts = _VOCABULARY.get(spell(slice(first, after)))
            if concepts:
                found.append(_Found(concepts, first, after, nested))
                reach = max(reach, after)
    return found


def _concepts(word: _Found, start: int, end: int) -> Iterator[Term]:
    share = _NESTED if word.nested else 1.0
    for key, weight, alone in word.concepts:
        if not (word.nested and alone):
            yield Term(key, share * weight, start, end)
