"""The chain of migrations, oldest first by file name."""
