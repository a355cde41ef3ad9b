"""A part of a document as a text of its own: JSON, which is YAML, too."""

import json

from rules.document import ListNode, MapNode, Node, Scalar


def write_json(node: Node) -> str:
    """The text of a node; numbers as they were written.

    >>> write_json(Scalar(3.2, "3.20"))
    '3.20'
    """
    match node:
        case MapNode():
            entries = (f"{_quote(k.text)}: {write_json(v)}" for k, v in node.entries)
            return f"{{{', '.join(entries)}}}"
        case ListNode():
            return f"[{', '.join(map(write_json, node.nodes))}]"
        case Scalar(value=str(text)):
            return _quote(text)
        case Scalar():
            return "null" if node.value is None else node.text


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
