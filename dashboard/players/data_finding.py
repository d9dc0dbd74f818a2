"""Who a player is: both ids of one, found by either; what is wrong with ids that name nobody, or two."""

from dataclasses import asdict
from datetime import timedelta

import pandas as pd

from archive.engine import Engine, Row
from archive.erasure import is_forgotten
from archive.questions import question
from dashboard.core.text import text
from dashboard.players.player import Player, PlayerProblem
from dashboard.provider.merchant import Merchant
from dashboard.rounds.frame import rounds_frame
from ledger.database import LedgerAway
from twoj_client import TwoJError
from twoj_client.errors import AccountUnknown, ParameterRefused
from twoj_client.windows import HOUR_S


def archived_player(engine: Engine, player: Player) -> Player | PlayerProblem | None:
    """Find a player in all that the archive holds, by each id that is given; None where that does not say.

    Asks no network. Raises LedgerAway, FileDamaged.
    """
    extent = engine.archive.extent()
    if extent is None:
        return None
    window = extent[0], extent[1] + HOUR_S
    by_user: tuple[Row, ...] = ()
    by_op: tuple[Row, ...] = ()
    if player.user_id is not None:
        by_user = engine.rows(question("player_of_user_id", *window, user_id=player.user_id))
    if player.op_id is not None:
        by_op = engine.rows(question("players_of_op_id", *window, op_id=player.op_id))
    if by_user and by_op and by_user[0][0] not in [user_id for user_id, _ in by_op]:
        return _two_players(player)
    for user_id, op_id in by_user or (by_op if len(by_op) == 1 else []):
        # The documents' own example has an op_id that is empty.
        if player.op_id is None or by_op or not op_id:
            return Player(player.op_id or str(op_id or "") or None, int(user_id or 0))
    return None


def identified(merchant: Merchant, player: Player, rounds: pd.DataFrame) -> Player:
    """Add the id that the provider's rounds say. Raises PlayerProblem where they are of another player."""
    found = rounds[["user_id", "op_id"]].dropna().drop_duplicates()
    if found.empty and not rounds.empty:
        found = _named_by_a_game(merchant, rounds)
    if rounds.empty:
        _raise_if_no_account(merchant, player)
    # The documents' own example answers with an op_id that is empty.
    owners = [
        Player(op_id or player.op_id, user_id)
        for user_id, op_id in zip(found["user_id"].tolist(), found["op_id"].tolist(), strict=True)
    ]
    for owner in owners:
        if player.op_id not in (None, owner.op_id) or player.user_id not in (None, owner.user_id):
            raise PlayerProblem(
                text(
                    "The provider's rounds of {player} belong to {owner}: two different players.",
                    player=player.named,
                    owner=owner.named,
                )
            )
    return owners[0] if owners else player


def forgotten(merchant: Merchant, player: Player) -> PlayerProblem | None:
    """Say why the provider is not asked for a player whose ids were taken out of the archive.

    It would give them back. Where the ledger is away that is not known, and None.
    """
    try:
        is_so = is_forgotten(merchant.ledger, **asdict(player))
    except LedgerAway:
        return None
    sentence = text(
        "The player with {player} was taken out of the archive (python -m archive forget), and the provider"
        " is not asked again.",
        player=player.named,
    )
    return PlayerProblem(sentence) if is_so else None


def raise_if_unknown(merchant: Merchant, player: Player) -> None:
    """Ask by each id alone, to say what is wrong with a player whom the provider refuses.

    Raises TwoJError where the provider refuses whatever is asked: then it is not the player.
    """
    now = merchant.now()
    merchant.twoj.all.stage_summary(start=now - timedelta(hours=1), end=now)
    unknown = []
    alone = [each for each in (Player(op_id=player.op_id), Player(user_id=player.user_id)) if each.named]
    for each in alone:
        try:
            merchant.twoj.slots.user_stage_summary(start=now - timedelta(days=1), end=now, **asdict(each))
        except ParameterRefused:
            unknown.append(each.named)
    if unknown:
        ids = text("{id} or {other_id}", id=unknown[0], other_id=unknown[1]) if unknown[1:] else unknown[0]
        raise _unknown_player(ids)
    if len(alone) == 2:
        raise _two_players(player)


def _raise_if_no_account(merchant: Merchant, player: Player) -> None:
    """Tell a player without rounds from none at all, where the wallet knows."""
    try:
        if player.op_id is not None:
            merchant.twoj.transfer.balance(op_id=player.op_id)
    except AccountUnknown:
        raise _unknown_player(player.named) from None
    except TwoJError:
        return


def _named_by_a_game(merchant: Merchant, rounds: pd.DataFrame) -> pd.DataFrame:
    """Find the ids in the history of a game: a player's own history of games other than slots has none."""
    event_id, game_id, start = (rounds[name].tolist()[-1] for name in ("event_id", "game_id", "start_at"))
    try:
        reply = merchant.twoj.games.game_history(start=start, end=start + 1, game_id=game_id)
    except TwoJError:
        return rounds_frame(())
    return rounds_frame([row for row in reply.data if row.event_id == event_id])


def _unknown_player(ids: str) -> PlayerProblem:
    return PlayerProblem(text("The provider knows no player with {ids}.", ids=ids))


def _two_players(player: Player) -> PlayerProblem:
    return PlayerProblem(text("The {ids} name two different players.", ids=player.named))
