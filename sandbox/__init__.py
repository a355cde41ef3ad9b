"""Stateful stand-ins for Jira and GitLab over real HTTP."""
