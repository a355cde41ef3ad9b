"""Requests as lines of JSON."""

import json

from rules.matching.match import Request
from rules.matching.requests import answer, parse_lines
from rules.matching.word_matcher import WordMatcher
from tests.rules.matching.demo import demo_contract

LINE = '{"title": "资金日报", "phase": "uat", "module": null, "issue_type": "Bug"}'


def test_a_line_becomes_a_request() -> None:
    lines, problems = parse_lines(f"\n{LINE}\n", file="r.jsonl")
    assert problems == []
    assert [line.number for line in lines] == [2]
    assert lines[0].request() == Request("资金日报", issue_type="Bug", phase="uat")


def test_the_answer_is_one_json_object_with_the_clauses_and_probabilities() -> None:
    lines, _ = parse_lines(LINE, file="r.jsonl")
    index = WordMatcher().index(demo_contract("hdjx"))
    match = index.match(lines[0].request())
    read = json.loads(json.dumps(answer(lines[0], match), ensure_ascii=False))
    assert read["phase"] == "uat"
    assert read["match"]["clauses"][0]["clause"] == "2.1"
    assert read["match"]["clauses"][0]["matched"] == ["资金日报"]
    assert set(read["likely"]) == {"in_contract", "daily_change", "out_of_contract"}
    assert sum(read["likely"].values()) == 1.0


def test_every_unreadable_line_is_told_and_the_others_are_kept() -> None:
    text = '{"title": "a"}\n{"title": 1}\n[]\n{"titel": "b"}\n{"title": "c"\n'
    lines, problems = parse_lines(text, file="r.jsonl")
    assert [line.number for line in lines] == [1]
    assert [(one.code, one.file, one.line) for one in problems] == [
        ("E_TYPE", "r.jsonl", 2),
        ("E_TYPE", "r.jsonl", 3),
        ("E_FIELD", "r.jsonl", 4),
        ("E_FIELD", "r.jsonl", 4),
        ("E_JSON", "r.jsonl", 5),
    ]
    assert problems[2].hint == 'did you mean "title"?'
