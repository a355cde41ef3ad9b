"""What a request names and a contract does not."""

import pytest

from model.contracts import Clause, Contract
from rules.matching.match import Request
from rules.matching.named import find_named
from rules.matching.word_matcher import WordMatcher

REMINDERS = Clause("1", "M", "Reminders are sent by SMS and e-mail, lists as XLSX.")
NO_APP = Clause("2", "M", "No iPhone app is supplied.", excluded=True)
CONTRACT = Contract(slug="c", name="C", client="c", clauses=(REMINDERS, NO_APP))


def unnamed(title: str) -> float:
    return WordMatcher().index(CONTRACT).match(Request(title)).leaning.unnamed


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("Two iPhones and a PDF", {"iphone", "pdf"}),
        ("企业微信推送", {"wecom"}),
        ("微信公众号", {"wechat"}),
        ("a sapling on line 3", set()),
    ],
)
def test_things_are_known_by_any_of_their_names(text: str, things: set[str]) -> None:
    assert find_named(text) == things


def test_what_no_clause_grants_by_name_is_heard() -> None:
    assert unnamed("Reminder by WhatsApp") == 1.0


def test_what_is_granted_may_be_called_otherwise() -> None:
    assert unnamed("短信没有发出去") == 0.0
    assert unnamed("Excel is empty") == 0.0


def test_what_is_excluded_is_not_granted() -> None:
    assert unnamed("iPhone app") == 1.0
