"""The pots for the office: now, over time, and what became of each hit."""

from dashboard.data.pots_watch import watch, watching

__all__ = ["watch", "watching"]
