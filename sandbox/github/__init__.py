"""A stand-in for GitHub's issues: REST of 2022-11-28 as an Enterprise Server has it."""
