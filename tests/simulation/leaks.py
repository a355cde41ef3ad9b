"""Canaries: words from inside that must not be in anything that leaves."""

import base64
import html
from urllib.parse import quote

from tests.simulation.setting import CANARIES

_OWN = {"globex": ("canary-of-globex", "Globex Insurance")}


def find_canary(outgoing: str, source: str) -> str:
    """The first word that may not go to a source, in any of the usual disguises."""
    for word in CANARIES:
        if word in _OWN.get(source, ()):
            continue
        if any(form in outgoing for form in _disguises(word)):
            return word
    return ""


def _disguises(word: str) -> set[str]:
    encoded = base64.b64encode(word.encode()).decode()
    return {word, quote(word), html.escape(word), encoded.rstrip("=")[:-1]}
