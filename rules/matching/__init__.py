"""Finding the clauses of a contract that come nearest to a request; pure."""
