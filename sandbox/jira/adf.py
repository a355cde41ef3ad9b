"""Just enough of the Atlassian Document Format for REST v3."""

from typing import Any

from sandbox.jira.errors import bad_field
from sandbox.jira.records import Json


def to_adf(text: str | None) -> Json | None:
    if text is None:
        return None
    paragraphs = [_paragraph(line) for line in text.split("\n")]
    return {"type": "doc", "version": 1, "content": paragraphs}


def _paragraph(line: str) -> Json:
    content = [{"type": "text", "text": line}] if line else []
    return {"type": "paragraph", "content": content}


def from_adf(value: object, name: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, dict) or value.get("type") != "doc":
        wrong = "Operation value must be an Atlassian Document (see the Atlassian "
        raise bad_field(name, f"{wrong}Document Format)")
    return "\n".join(_text(block) for block in value.get("content", []))


def _text(node: Any) -> str:
    if node.get("type") == "hardBreak":
        return "\n"
    inner = "".join(_text(child) for child in node.get("content", []))
    return str(node.get("text", "")) + inner
