"""The one door to the provider: pages ask here, in the dashboard's terms, and get frames with their age."""

from dashboard.data.bonuses import bonus_days, bonus_parts, bonuses
from dashboard.data.by_game import games
from dashboard.data.game_list import game_names
from dashboard.data.source import Known, ProviderFailed, Source, connected, source
from dashboard.data.stage import days, hours

__all__ = [
    "Known",
    "ProviderFailed",
    "Source",
    "bonus_days",
    "bonus_parts",
    "bonuses",
    "connected",
    "days",
    "game_names",
    "games",
    "hours",
    "source",
]
