"""The made-up world: games, players, rounds, bonuses and jackpots, all a function of seed and time."""

from twoj_sandbox.world.world import World

__all__ = ["World"]
