"""The REST routes of the Jira stand-in, a file per subject."""
