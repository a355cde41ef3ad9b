"""Words for operators: the reqpool command."""
