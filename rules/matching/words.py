"""From a text to the terms that two texts can have in common.

A term is a concept of the gloss (the same for its Chinese and its English words), an
English stem, or a pair of Chinese characters of a stretch that no list knows. There
is deliberately no trained segmenter: the known ones read their dictionary from disk
when first used, and a contract's vocabulary is small enough to be written down.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
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
_RUN = re.compile(rf"[{_CHINESE}]+|[a-z0-9]+(?:[ \t_/-]+[a-z0-9]+)*")
_WORD = re.compile(r"[a-z0-9]+")
_SILENT = re.compile(
    r"\bhttps?://[!-~]+|\bwww\.[!-~]+|[a-z0-9._+-]{1,64}@[a-z0-9.-]+"
    r"|本合同|本协议|\bthis (?:contract|agreement)\b"
    r"|![\w.-]{1,99}\.(?:png|jpe?g|gif)!"
)
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


class _Unit(NamedTuple):
    """A Chinese character or an English stem, and where it stands."""

    key: str
    start: int
    end: int


class _Found(NamedTuple):
    """A word of the gloss, by the units it spans."""

    concepts: tuple[str, ...]
    first: int
    after: int
    nested: bool


def scan(text: str) -> list[Term]:
    """Every term of a text, in the order of its runs of one script."""
    folded = _SILENT.sub(lambda found: " " * len(found.group()), fold(text))
    terms: list[Term] = []
    for run in _RUN.finditer(folded):
        read = _read_english if run.group()[0].isascii() else _read_chinese
        terms.extend(read(run.group(), run.start()))
    return terms


def fold(text: str) -> str:
    """Lower case and half width; as long as the text, so that places stay the same."""
    return text.lower() if text.isascii() else "".join(map(_fold_character, text))


@lru_cache(maxsize=16384)
def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


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


def _singular(word: str) -> str:
    if len(word) > _SHORTEST_STEM and word.endswith("ies"):
        return word[:-3] + "y"
    plural = word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural and len(word) >= _SHORTEST_STEM else word


def _undoubled(rest: str) -> str:
    doubled = rest[-1] == rest[-2] and rest[-1] not in "ls"
    return rest[:-1] if doubled and len(rest) > _SHORTEST_STEM else rest


def _vocabulary() -> Mapping[str, tuple[str, ...]]:
    """Each word of the gloss, as units glued together, with its concepts."""
    words: dict[str, tuple[str, ...]] = {}
    for concept, (chinese, english) in CONCEPTS.items():
        phrases = (phrase.split() for phrase in english.split(","))
        stems = (" ".join(map(stem, phrase)) for phrase in phrases)
        for word in dict.fromkeys((*chinese.split(), *stems)):
            words[word] = (*words.get(word, ()), concept)
    return words


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


def _read_chinese(run: str, offset: int) -> Iterator[Term]:
    units = [
        _Unit(character, place, place + 1)
        for place, character in enumerate(run, start=offset)
    ]
    found = _find_words(units, "")
    yield from _concepts(units, found)
    covered = _covered(found)
    unknown = "".join(
        " " if place in covered else character for place, character in enumerate(run)
    )
    kept = _CHINESE_STOP.sub(lambda stop: " " * len(stop.group()), unknown)
    for stretch in re.finditer(r"\S+", kept):
        yield from _pairs(stretch.group(), offset + stretch.start())


def _pairs(stretch: str, start: int) -> Iterator[Term]:
    """Overlapping pairs; a stretch of n characters is worth n/2 words in all."""
    if len(stretch) == 1:
        yield Term(stretch, _LONE_CHARACTER, start, start + 1)
        return
    weight = len(stretch) / 2 / (len(stretch) - 1)
    for place in range(len(stretch) - 1):
        pair = stretch[place : place + 2]
        yield Term(pair, weight, start + place, start + place + 2)


def _read_english(run: str, offset: int) -> Iterator[Term]:
    words = list(_WORD.finditer(run))
    units = [
        _Unit(stem(word.group()), offset + word.start(), offset + word.end())
        for word in words
    ]
    found = _find_words(units, " ")
    yield from _concepts(units, found)
    covered = _covered(found)
    for place, (word, unit) in enumerate(zip(words, units, strict=True)):
        if place not in covered and word.group() not in ENGLISH_STOP:
            yield Term(unit.key, _weight_of(unit.key), unit.start, unit.end)


def _weight_of(word: str) -> float:
    if word.isdigit():
        return _NUMBER
    return 1.0 if len(word) > 1 else _LONE_CHARACTER


def _find_words(units: Sequence[_Unit], glue: str) -> list[_Found]:
    """Every word of the gloss, also across others; longer ones before their parts."""
    keys = [unit.key for unit in units]
    found: list[_Found] = []
    reach = 0
    for first, key in enumerate(keys):
        for length in _LENGTHS.get(key, ()):
            concepts = _VOCABULARY.get(glue.join(keys[first : first + length]), ())
            after = first + length
            if (
                concepts
                and after <= len(keys)
                and not (glue == "" and length == 1 and after <= reach)
            ):
                found.append(_Found(concepts, first, after, nested=after <= reach))
                reach = max(reach, after)
    return found


def _concepts(units: Sequence[_Unit], found: Sequence[_Found]) -> Iterator[Term]:
    for word in found:
        share = (_NESTED if word.nested else 1.0) / len(word.concepts)
        start, end = units[word.first].start, units[word.after - 1].end
        for concept in word.concepts:
            if word.nested and concept in OFTEN_LEFT_OUT:
                continue  # the phone of a phone number is no phone
            weight = share * FAINT.get(concept, 1.0)
            yield Term(f"#{concept}", weight, start, end)


def _covered(found: Sequence[_Found]) -> frozenset[int]:
    return frozenset(place for word in found for place in range(word.first, word.after))
