"""Care and abuse markers on a player's page: for admins, once unfolded, each look in the audit log."""

from dashboard.kit.current import merchants
from ledger.audit import rows as audit_rows

GRINDER = {"op_id": "grinder", "period": "30d"}
ROLES = {"analyst": ["ann@casino.example"], "admin": ["adam@casino.example"]}


def person(name):
    email = f"{name}@casino.example"
    return {"is_logged_in": True, "sub": name, "exp": 10**11, "email": email, "email_verified": True}


def looks():
    with merchants.first.ledger.reading() as books:
        return [row.who for row in audit_rows(books) if row.what == "care markers looked at"]


def test_an_admin_sees_them_once_unfolded_and_each_look_is_written_down(open_page):
    page = open_page(GRINDER, page="players", user=person("adam"), roles=ROLES)
    assert not page.exception
    assert looks() == []
    page.session_state["care-open"] = True
    page.run()
    page.run()
    assert not page.exception
    assert looks() == ["adam@casino.example"]
    assert any("never a diagnosis" in each.value for each in page.markdown)
    assert "Longest time without two hours' pause" in str([each.value for each in page.dataframe])


def test_who_may_see_players_alone_sees_none(open_page):
    page = open_page(GRINDER, page="players", user=person("ann"), roles=ROLES)
    page.session_state["care-open"] = True
    page.run()
    assert not page.exception
    assert looks() == []
    assert not any("never a diagnosis" in each.value for each in page.markdown)
