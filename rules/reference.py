"""The reference of the rule language, for the documentation: made from the code.

``reqpool rules reference`` prints it; a test holds ``docs/reference/`` equal to it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from model.client_text import ClientSafeFacts
from model.decisions import Section
from rules.conditions import Operator
from rules.document import MAX_BYTES, MAX_LEVELS
from rules.load_ruleset import FIELDS
from rules.read_conditions import OPERATORS
from rules.read_rules import ORDERED, OUTCOME_WORDS, not_known_in
from rules.ruleset import SCOPED_KINDS
from rules.vocabulary import CHOICES_OF, VOCABULARY, Fact, FactType

_MADE = "<!-- Made from the code by `reqpool rules reference {}`; do not edit. -->"

_FIELDS: Mapping[str, str] = {
    "name": "The ruleset's name; required. A ruleset that builds on it says so by it.",
    "extends": "The name of the ruleset that this one builds on.",
    "timezone": "An IANA name such as `Asia/Shanghai`, for days; else `UTC`.",
    "terms": "Word lists by name, used in conditions as `@name`; a literal @ is `@@`.",
    "off": "Ids of the base's rules that are not to count.",
    "kind": "What an issue is. Ordered.",
    "scope": "How it stands to its contract. Ordered.",
    "priority": "Points, and the levels that they reach.",
    "release": "The train of versions that it goes to, or what it waits for. Ordered.",
    "write_back": "What the client's tracker shows of it.",
    "examples": "The ruleset's own tests; it is not activated while one fails.",
}
_ASKED: Mapping[Operator, str] = {
    Operator.IS: "`field: value` equals; `field: [a, b]` is one of. Case and width of"
    " letters make no difference.",
    Operator.ANY: "`{any: [a, b]}` has one of them.",
    Operator.ALL: "`{all: [a, b]}` has every one of them.",
    Operator.NONE: "`{none: [a, b]}` has none of them; true also of an absent fact.",
    Operator.CONTAINS: "`{contains: text}`, or one of several; Chinese included.",
    Operator.MATCHES: "`{matches: '[?？]$'}` a regular expression (RE2, so without"
    " look-around and back-references) finds something.",
    Operator.GT: "`{gt: n}` is more.",
    Operator.GTE: "`{gte: n}` is as much or more.",
    Operator.LT: "`{lt: n}` is less.",
    Operator.LTE: "`{lte: n}` is as much or less.",
    Operator.BEFORE: "`{before: 2026-07-31}` is an earlier day.",
    Operator.AFTER: "`{after: 2026-07-31}` is a later day.",
    Operator.WITHIN: "`{within: 14d}`, `{within: 2w}` is that near to today at most, before or after it.",
    Operator.EXISTS: "`{exists: true}` is known; `{exists: false}` is not.",
}
PROBLEM_CODES: Mapping[str, str] = {
    "E_CYCLE": "Rulesets extend each other in a circle.",
    "E_DUP": "A key, or a rule's id, is given twice.",
    "E_EXAMPLE": "One of the ruleset's examples comes out differently.",
    "E_FIELD": "A field, fact or question is not known, or one is missing.",
    "E_FILE": "The file cannot be read.",
    "E_LABEL": "A tracker cannot hold the label, or rules read a label of ours.",
    "E_LEAK": "A comment would tell a client something internal.",
    "E_LIMIT": "The file is too large or too deep, has too many bases, or searches for too much.",
    "E_REF": "A ruleset, status, section, phase, zone or term is not known.",
    "E_REGEX": "Not a regular expression that RE2 understands.",
    "E_SHADOWED": "A rule can never win: one before it takes all of its issues.",
    "E_TYPE": "A value is not of the kind that is needed here.",
    "E_YAML": "Not YAML, or a part of YAML that rulesets do without (aliases, tags).",
}
"""What can be wrong with a ruleset, by the code of the problem."""

EXAMPLE = """\
name: acme
extends: vendor-en
timezone: Europe/Berlin
terms:
  audit: [audit, auditor, 审计]
off: [low-on-site]

kind:
  - id: audit-request
    when: {issue.text: {contains: '@audit'}, not: {issue.type: Bug}}
    set: requirement
    because: {en: Asked for by the auditors, zh: 审计要求}

priority:
  points:
    - {id: audit-soon, when: {kind: requirement, issue.labels: {any: [audit]}}, add: 30}

examples:
  - id: the-auditor-asks
    given: {issue.title: The auditor needs the list of postings, issue.type: Task}
    expect: {kind: requirement}
"""
"""A project's ruleset over the shipped one; a test loads it and runs its example."""


def facts_page() -> str:
    """The page about facts."""
    return f"""\
# Facts

{_MADE.format("facts")}

What rules may ask. A fact that is not known of an issue is absent: every condition on
it is false, and `not` and `none` of it are true. Results of sections are facts of the
sections after them, never of those before. What happened is a dated fact, so that
deciding twice is deciding once: ask how long ago it was with `within`.

{vocabulary_reference()}"""


def vocabulary_reference() -> str:
    """A Markdown table of every fact: its name, type, questions and meaning."""
    return "\n".join(_fact_lines()) + "\n"


def _fact_lines() -> Iterator[str]:
    yield "| fact | type | can be asked | meaning |"
    yield "|---|---|---|---|"
    for fact in VOCABULARY.values():
        cells = (f"`{fact.name}`", fact.type.value, _questions(fact), _meaning(fact))
        yield f"| {' | '.join(cells)} |"


def _questions(fact: Fact) -> str:
    asked = [f"`{operator}`" for operator in sorted(OPERATORS[fact.type])]
    plain = [] if fact.type is FactType.LIST else ["value", "[values]"]
    return ", ".join([*plain, *asked])


def _meaning(fact: Fact) -> str:
    said = fact.says
    if fact.choices:
        said += f" One of {', '.join(f'`{choice}`' for choice in fact.choices)}."
    if fact.known_after:
        said += f" Known after {fact.known_after}."
    return said


def rules_page() -> str:
    """The page about the language."""
    return f"""\
# Rulesets

{_MADE.format("rules")}

A ruleset is one YAML file, UTF-8, at most {MAX_BYTES // 1024} KiB and {MAX_LEVELS} levels
deep. `reqpool rules check` finds everything wrong with it at once, with file,
line, column and what to do; `reqpool rules test` runs its examples. How editors check
and complete it: [how to edit rulesets](../how-to/edit-rulesets.md).

```yaml
{EXAMPLE}```

## The file

{_table(("field", "what it says"), _coded({name: _FIELDS[name] for name in FIELDS}))}

Only these three are always read as what they are: `true` and `false`, `null`, and plain
decimal numbers. `no`, `010` and `12:30` stay text. Aliases, anchors and tags are refused.

## Ordered sections

The first rule that matches decides. A rule has an `id`, unique in the ruleset; `when`, a
condition; what it decides; and may have a `because` for people, in one language or by
language. `otherwise` in place of `when` takes what is left, and stands last.

{_table(("section", "decides", "values", "may read"), _section_rows())}

Scope is decided for {_listed(sorted(SCOPED_KINDS))} only; release for whatever is not merely
answered. What a person overruled is what later sections see.

## Priority

Every rule of `points` that matches adds points: `add: 40`, or for each unit of a number
`per: requirement.client_count, add: 5, at_most: 30`. `levels` names the least score of
{_listed(CHOICES_OF[Section.PRIORITY])}, the most urgent first.

## Conditions

{_table(("question", "of", "means"), _question_rows())}

Several fields in one mapping must all hold. `any: [...]` and `all: [...]` take
conditions, `not:` one; they nest. The facts are in [facts](facts.md).

## Building on another ruleset

`extends` names a base. A rule with the same id takes the base's place; new ids come
before the base's; `off` switches rules off; the nearest `otherwise` stays last. Maps
(`terms`, `levels`, `labels`, `status`) merge; a `comment` or `assignee` list replaces
the base's.

A project can have a ruleset of its own (`reqpool rules activate FILE --project SLUG`),
which then decides for its issues instead of the general one. It normally extends the
general one by its name. Activating the general one takes along every project's ruleset
that extends it, and is refused if one of them would break.

## Write-back

`labels` gives, by section and value, the label that the tracker shows; ours are exactly
those listed here. `status` gives, by kind of tracker and state of development, the
tracker's status. `release: true` writes fixVersion or milestone. `comment` is a list:
the first entry whose `when` holds is the one sticky comment; its `text` may hold
{_listed(f"{{{name}}}" for name in sorted(ClientSafeFacts.placeholders()))} and nothing else.
`assignee` is a list, too: the first entry whose `when` holds is given the issue; `to` is
a person as the sources' `people` name them, or `project_manager`. Who has no account in a
source is assigned nothing there: whoever has the issue keeps it, and the health page says
so.

## Problems

{_table(("code", "means"), _coded(PROBLEM_CODES))}
"""


def _section_rows() -> Iterator[tuple[str, ...]]:
    for section in ORDERED:
        words = _listed(OUTCOME_WORDS[section])
        values = _listed(CHOICES_OF[section]) if CHOICES_OF[section] else "any name"
        unknown = not_known_in(section)
        results = [it.value for it in Section if it.value not in unknown]
        also = f", {_listed(results)}" if results else ""
        yield (f"`{section}`", words, values, f"facts of the issue{also}")


def _question_rows() -> Iterator[tuple[str, ...]]:
    for operator in Operator:
        of = [kind.value for kind in FactType if operator in OPERATORS[kind]]
        if operator is Operator.IS:
            of = [kind.value for kind in FactType if kind is not FactType.LIST]
        name = "plain value" if operator is Operator.IS else f"`{operator}`"
        yield name, ", ".join(of), _ASKED[operator]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _coded(said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((f"`{name}`", says) for name, says in said.items())


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
