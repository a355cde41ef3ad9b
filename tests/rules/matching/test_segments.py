"""The texts of which meaning is asked."""

from model.contracts import Clause
from rules.matching.segments import asked_texts, clause_texts


def test_a_clause_is_heard_as_a_whole_and_by_sentences() -> None:
    clause = Clause("1", "Rooms", "Rooms are kept. They can be blocked.")
    whole, *segments = clause_texts(clause)
    assert whole == clause.text
    assert segments == ["Rooms are kept", "They can be blocked.", "Rooms"]


def test_what_an_exclusion_names_is_heard_one_by_one() -> None:
    clause = Clause(
        "X", "Billing", "Invoicing, co-payments and claims are excluded.", excluded=True
    )
    assert {"Invoicing", "co-payments", "claims"} <= set(clause_texts(clause))
    chinese = Clause(
        "X", "收费", "学费、餐费和一卡通不属于本期建设内容。", excluded=True
    )
    assert {"学费", "餐费", "一卡通"} <= set(clause_texts(chinese))


def test_what_a_clause_grants_is_not_taken_apart() -> None:
    clause = Clause("1", "M", "Plans, reports and letters.")
    assert "reports" not in clause_texts(clause)


def test_each_text_is_heard_once() -> None:
    texts = clause_texts(Clause("X", "Billing", "Billing", excluded=True))
    assert texts == ("Billing",)


def test_of_a_request_the_title_is_heard_alone_as_well() -> None:
    assert asked_texts("Title", "Begins here") == ("Title\nBegins here", "Title")
    assert asked_texts("Title", "") == ("Title", "Title")
