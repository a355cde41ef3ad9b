"""Whether the tests notice when a line of rules/ or sync/ is changed."""
