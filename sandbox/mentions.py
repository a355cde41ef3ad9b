"""Whom a text would notify, as each tracker reads it.

Jira finds `[~name]` and `[~accountid:id]` in the raw wiki markup, in code, too. GitLab
and GitHub look at the rendered text, where `&#64;` is an `@`; that what stands in code
calls nobody there is left out of account.
"""

import html
import re

_JIRA = re.compile(r"\[~(?:accountid:)?([^\]\s]+)\]")
# https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/models/user.rb (reference_pattern)
_GITLAB = re.compile(r"(?<!\w)@([a-zA-Z0-9_.][a-zA-Z0-9_.-]*)", re.ASCII)
# https://github.com/gjtorikian/html-pipeline (MentionFilter)
_GITHUB = re.compile(r"(?<![\w`])@([a-zA-Z0-9][a-zA-Z0-9-]*)", re.ASCII)


def called_in_jira(text: str) -> list[str]:
    return _JIRA.findall(text)


def called_in_gitlab(text: str) -> list[str]:
    return _GITLAB.findall(html.unescape(text))


def called_in_github(text: str) -> list[str]:
    return _GITHUB.findall(html.unescape(text))
