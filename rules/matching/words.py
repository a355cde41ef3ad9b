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


_Lengths = Mapping[str, tuple[int, ...]]
"""Of the gloss's words that begin with a unit, by the unit after it, longest first.

A unit is a Chinese character or the stem of an English word. Behind an empty key stands
1 for a unit that is a word by itself.
"""


class _Word(NamedTuple):
    """An English word by itself.

    Attributes:
        key: its stem.
        weight: of a term; 0 for a word that says nothing.
        lengths: of the gloss's words that begin with it.
    """

    key: str
    weight: float
    lengths: _Lengths


_Concepts = tuple[tuple[str, float], ...]
"""What a word of the gloss means, each with its weight: one thing, or one of several."""


class _Meant(NamedTuple):
    """The concepts of a word of the gloss.

    Attributes:
        whole: where the word is no part of another.
        nested: where it is: less, and not what OFTEN_LEFT_OUT has. The phone of a
            phone number is no phone.
    """

    whole: _Concepts
    nested: _Concepts


_Found = tuple[_Concepts, int, int]
"""What a word of the gloss means here, its first unit, and the one after its last."""


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


def _vocabulary() -> Mapping[str, _Meant]:
    """Each word of the gloss, as units glued together, with its concepts."""
    words: dict[str, tuple[str, ...]] = {}
    for concept, (chinese, english) in CONCEPTS.items():
        phrases = (phrase.split() for phrase in english.split(","))
        stems = (" ".join(map(stem, phrase)) for phrase in phrases)
        for word in dict.fromkeys((*chinese.split(), *stems)):
            words[word] = (*words.get(word, ()), concept)
    return {word: _meant(concepts) for word, concepts in words.items()}


def _meant(concepts: Sequence[str]) -> _Meant:
    share = 1.0 / len(concepts)
    weights = {one: share * FAINT.get(one, 1.0) for one in concepts}
    return _Meant(
        whole=tuple((f"#{one}", weight) for one, weight in weights.items()),
        nested=tuple(
            (f"#{one}", _NESTED * weight)
            for one, weight in weights.items()
            if one not in OFTEN_LEFT_OUT
        ),
    )


def _lengths() -> Mapping[str, _Lengths]:
    """By first unit."""
    lengths: dict[str, dict[str, set[int]]] = {}
    for word in _VOCABULARY:
        units = word.split() if word.isascii() else list(word)
        known = lengths.setdefault(units[0], {"": set()})
        known.setdefault("".join(units[1:2]), set()).add(len(units))
    return {first: _longest_first(known) for first, known in lengths.items()}


def _longest_first(known: Mapping[str, set[int]]) -> _Lengths:
    return {
        second: tuple(sorted(found | known[""], reverse=True))
        for second, found in known.items()
    }


_VOCABULARY = _vocabulary()
_LENGTHS = _lengths()
_NOTHING: _Lengths = {"": ()}


def _read_chinese(run: str, start: int) -> Iterator[Term]:
    lengths = [_LENGTHS.get(character, _NOTHING) for character in run]
    unknown = list(run)
    for concepts, first, after in _find_words(
        lengths, run, run.__getitem__, _SHORTEST_NESTED
    ):
        unknown[first:after] = " " * (after - first)
        for key, weight in concepts:
            yield Term(key, weight, start + first, start + after)
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
    covered = set[int]()
    for concepts, first, after in _find_words(
        lengths, keys, lambda part: " ".join(keys[part]), 1
    ):
        covered.update(range(first, after))
        start, end = tokens[first].start(), tokens[after - 1].end()
        for key, weight in concepts:
            yield Term(key, weight, start, end)
    for place, (key, weight, _) in enumerate(words):
        if weight and place not in covered:
            yield Term(key, weight, *tokens[place].span())


@lru_cache(maxsize=16384)
def _read_word(word: str | None) -> _Word:
    if word is None:
        return _Word("", 0.0, _NOTHING)
    key = stem(word)
    weight = 0.0 if word in ENGLISH_STOP else _weight_of(key)
    return _Word(key, weight, _LENGTHS.get(key, _NOTHING))


def _weight_of(word: str) -> float:
    if word.isdigit():
        return _NUMBER
    return 1.0 if len(word) > 1 else _LONE_CHARACTER


def _find_words(
    lengths: Sequence[_Lengths],
    units: Sequence[str],
    spell: Callable[[slice], str],
    shortest_nested: int,
) -> Iterator[_Found]:
    """Every word of the gloss, also across others; longer ones before their parts."""
    reach, seconds = 0, (*units[1:], "")
    for first, known in enumerate(lengths):
        for length in known.get(seconds[first]) or known[""]:
            after = first + length
            nested = after <= reach
            if after > len(units) or (nested and length < shortest_nested):
                continue
            meant = _VOCABULARY.get(spell(slice(first, after)))
            if meant:
                yield (meant.nested if nested else meant.whole), first, after
                reach = max(reach, after)
