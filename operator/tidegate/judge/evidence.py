"""Evidence that may be looked at as often as one likes: an e-process, kept as a few floats.

Several bets are laid against a hypothesis, and each is multiplied at every look by a factor whose mean is at most 1
while the hypothesis holds. By Ville's inequality their sum ever reaches 1/α with probability α at most, however often
it is looked at. Three quarters of the stake are bet at the first look; the rest enters minute by minute, so that a
fault that starts late is not hidden by the good time before it.

What is gathered may be capped, for then evidence of what is over is soon gone. All bets are made smaller by one factor
that is known at that look, so none is expected to grow that was not before; and until the cap is reached nothing is
changed, so a limit below it is reached at the very same look.

What one look may bring can be capped in the same way, by what there was before it. Then nothing that shows in one look
or two is ever enough, however plain it is there.
"""

from collections.abc import Sequence
from itertools import repeat
from math import exp, inf
from operator import add, mul
from typing import NamedTuple, Self

# Bets are kept as plain numbers: to cap one only makes the evidence smaller, so what is promised still holds.
GREATEST = 1e300
GREATEST_GROWTH = 690.0
# Where what a look brings is capped no more is gathered: all limits are below, and a product with a bet is a number.
ENOUGH = 1e7
FIRST = 0.75
# Restarts until half of the later stake has entered; it never runs out.
HALF_IN = 30


class Evidence(NamedTuple):
    """The bets after some looks, in the order of the alternatives that they are laid on, and the stake yet to enter."""

    looks: int
    reserve: float
    bets: tuple[float, ...]

    @classmethod
    def none(cls, alternatives: int) -> Self:
        """Before the first look."""
        return cls(0, 1.0, (0.0,) * alternatives)

    @classmethod
    def all_in(cls, weights: Sequence[float]) -> Self:
        """Before the first look, where only the whole time counts: all is bet at once, and nothing enters later."""
        return cls(0, 0.0, tuple(weights))

    @property
    def value(self) -> float:
        """E: how many times better the alternatives foretold the counts than the hypothesis did."""
        return sum(self.bets) + self.reserve

    def grown(self, growth: Sequence[float], weights: Sequence[float] = (), *, every: int = 1) -> "Evidence":
        """After one more look.

        `growth` is the logarithm of each bet's factor. What of the stake enters now, every so many looks, is shared by
        `weights`, which add up to 1.
        """
        looks, reserve, bets = self
        enters = looks % every == 0 and reserve > 0
        if len(growth) != len(bets) or (enters and len(weights) != len(bets)):
            message = f"{len(growth)} factors and {len(weights)} weights for {len(bets)} bets"
            raise ValueError(message)

        if enters:
            remains = left(looks, every)
            stakes = map(mul, weights, repeat(reserve - remains))
            bets, reserve = tuple(map(add, bets, stakes)), remains

        try:
            # All in C, for this is most of what a look costs.
            grown = tuple(map(mul, bets, map(exp, growth)))
        except OverflowError:
            grown = tuple([bet * exp(min(log, GREATEST_GROWTH)) for bet, log in zip(bets, growth, strict=True)])

        # No bet is greater than all together, and a sum takes half as long as a search for the greatest.
        if sum(grown) > GREATEST:
            grown = tuple([min(bet, GREATEST) for bet in grown])

        return Evidence(looks + 1, reserve, grown)

    def capped(self, most: float) -> "Evidence":
        """With no more in all than `most`, which is at least the stake yet to enter."""
        bet, room = sum(self.bets), most - self.reserve
        return self if bet <= room else self._replace(bets=tuple([each * room / bet for each in self.bets]))

    def rising(self, before: "Evidence", most: float) -> "Evidence":
        """With `most` times what there was before at most, where that is a number."""
        return self if most == inf else self.capped(min(most * before.value, ENOUGH))

    def as_floats(self) -> tuple[float, ...]:
        """All there is to keep; `from_floats` gives the same evidence back to the last bit."""
        return (float(self.looks), self.reserve, *self.bets)

    @classmethod
    def from_floats(cls, floats: Sequence[float]) -> Self:
        """What `as_floats` kept."""
        looks, reserve, *bets = floats
        return cls(int(looks), reserve, tuple(bets))


def left(look: int, every: int) -> float:
    """The stake that has not entered once this look's has: after k restarts, a quarter of 30 / (k + 30)."""
    return (1 - FIRST) * HALF_IN / (look // every + HALF_IN)
