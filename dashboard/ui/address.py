"""What the filters of the pages share: the address is their only state, and each widget writes into it.

A widget's key is the page's prefix and the parameter's name: "bets-game_id".
"""

from collections.abc import Collection, Iterable, Mapping

import streamlit as st


def take(prefix: str, name: str) -> None:
    """Write what the widget says into the address: texts as they are, lists as `1,2`, nothing as nothing."""
    said = st.session_state[prefix + name]
    value = ",".join(map(str, said)) if isinstance(said, list) else str(said or "").strip()
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def clear(names: Collection[str]) -> None:
    """Take these parameters out of the address."""
    # At once: each write by itself would be a step of the browser's way back.
    kept = {name: value for name, value in st.query_params.items() if name not in names}
    st.query_params.from_dict(kept)


def game_picker(prefix: str, chosen: Iterable[int], names: Mapping[int, str]) -> None:
    """Draw the picker of games; `names` are by id, those of the `chosen` among them."""
    st.session_state[f"{prefix}game_id"] = list(chosen)
    st.multiselect(
        "Games",
        list(names),
        format_func=names.__getitem__,
        key=f"{prefix}game_id",
        placeholder="All games",
        on_change=take,
        args=(prefix, "game_id"),
    )
