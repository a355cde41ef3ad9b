"""Stateful stand-ins for Jira, GitLab and GitHub over real HTTP, for demo and tests.

Product code never imports this package, and this package never imports product
code: what it knows of the trackers comes from their own documentation.
"""
