"""What a run ends in when one of the sixteen invariants does not hold."""

INVARIANTS = {
    1: "convergence",
    2: "no lost client edit",
    3: "ownership",
    4: "no echo",
    5: "ack durability",
    6: "exactly-once effect",
    7: "no duplicate comment",
    8: "monotonic",
    9: "transitions",
    10: "no leak",
    11: "binding",
    12: "audit",
    13: "isolation of failure",
    14: "retry discipline",
    15: "delete and move",
    16: "rules",
}


class Broken(BaseException):
    """An invariant is broken; nothing in the product may catch this."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(f"{number} ({INVARIANTS[number]}): {sentence}")
        self.number = number


def need(number: int, holds: object, sentence: str) -> None:
    """State what has to hold.

    Raises:
        Broken: it does not.
    """
    if not holds:
        raise Broken(number, sentence)
