"""Jira's wiki markup to Markdown and back.

Notation: the help page ``WikiRendererHelpAction.jspa?section=all`` of every Jira. Both
ways take any text in time linear in its length, lose no text, and keep tables, lists,
code, links and mentions. What Markdown has no word for (colours, underlines, panels)
keeps its text.
"""

from connectors.jira.wiki.blocks import to_markdown
from connectors.jira.wiki.writing import to_wiki

__all__ = ["to_markdown", "to_wiki"]
