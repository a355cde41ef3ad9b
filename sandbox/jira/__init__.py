"""A stateful stand-in for Jira Cloud and Jira Data Center, REST v2 and v3."""
