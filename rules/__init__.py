"""YAML to Ruleset to Decision; pure."""
