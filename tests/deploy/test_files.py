"""What `deploy/` says, held against what there is: names, ports, settings, how little each part may do."""

import re

import pytest
import yaml
from streamlit import config

from dashboard.server.settings import PREFIX, SECRETS_FILE, Settings
from tests.deploy.several import DEPLOY, DOCKERFILE, ROOT, command, make_image

COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
DASHBOARDS = [name for name in SERVICES if name.startswith("dashboard")]
EXAMPLE = (DEPLOY / "env.example").read_text("utf-8")


def test_there_are_three_servers_alike_and_nginx_knows_each_by_its_name():
    assert len(DASHBOARDS) == 3
    assert all(SERVICES[name] == SERVICES[DASHBOARDS[0]] for name in DASHBOARDS)
    (port,) = re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.M)
    servers = re.findall(r"^server (\S+) ", (DEPLOY / "nginx/servers.conf").read_text(), re.M)
    assert servers == [f"{name}:{port}" for name in DASHBOARDS]
    assert f"--server.port={port}" in command("CMD")


@pytest.mark.parametrize("name", SERVICES)
def test_no_part_may_do_more_than_it_needs(name):
    part = SERVICES[name]
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in part["security_opt"]
    assert ("ports" in part) == (name == "nginx")
    if name == "postgres":
        assert set(part["cap_add"]) == {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}
    else:
        assert "cap_add" not in part
        assert "user" in part or name in DASHBOARDS
    pinned = part["image"] == "twoj-dashboard" or re.search(r":\d+\.\d+(\.\d+)?-", part["image"])
    assert pinned, f"{part['image']} may be another tomorrow"


def test_the_image_is_pinned_and_runs_as_nobody_special():
    assert re.search(r"^FROM python:3\.11\.\d+-slim-", DOCKERFILE, re.M)
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", DOCKERFILE, re.M)
    assert not re.search(r"(KEY|SECRET|PASSWORD)=", DOCKERFILE)


def test_the_stores_are_out_of_reach_from_outside():
    assert COMPOSE["networks"]["back"]["internal"] is True
    assert SERVICES["redis"]["networks"] == SERVICES["postgres"]["networks"] == ["back"]
    assert SERVICES["nginx"]["networks"] == ["front"]


def test_every_setting_that_is_named_exists():
    named = {*SERVICES[DASHBOARDS[0]]["environment"], *re.findall(r"^#? ?([A-Z_]+)=", EXAMPLE, re.M)}
    ours = {name for name in named if name.startswith(PREFIX)}
    assert ours >= {"TWOJ_CACHE_URL", "TWOJ_LEDGER_URL", "TWOJ_TRUST_NETWORK"}
    assert {name.removeprefix(PREFIX).lower() for name in ours} <= set(Settings.model_fields)
    known = {option.env_var for option in config.get_config_options().values()}
    assert {name for name in named if name.startswith("STREAMLIT_")} <= known
    asked = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()))
    assert asked == {name for name in named if not name.startswith((PREFIX, "STREAMLIT_"))}


def test_what_is_mounted_is_where_it_is_read():
    (workdir,) = re.findall(r"^WORKDIR (\S+)$", DOCKERFILE, re.M)
    data, secrets = SERVICES[DASHBOARDS[0]]["volumes"]
    assert secrets["target"] == f"{workdir}/{SECRETS_FILE}"
    folder = data.partition(":")[2]
    assert f"VOLUME {folder}\n" in DOCKERFILE
    assert f"XDG_DATA_HOME={folder}/" in DOCKERFILE
    for kept_out in (f"deploy/{SECRETS_FILE.name}", "deploy/.env", "deploy/nginx/*.pem"):
        assert kept_out in (ROOT / ".gitignore").read_text().splitlines()


def test_the_published_port_is_one_that_nginx_listens_on():
    listens = set(re.findall(r"listen (\d+)", (DEPLOY / "nginx/listen.conf").read_text()))
    (published,) = SERVICES["nginx"]["ports"]
    assert published.rpartition(":")[2] in listens


def test_the_image_holds_what_runs_and_nothing_else(tmp_path):
    make_image(tmp_path)
    held = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    assert held >= {"app.py", "pages", "dashboard", "ledger", "twoj_client", "twoj_sandbox", ".streamlit"}
    assert not held & {"tests", "deploy", "docs", ".git", "README.md"}
    assert [path.name for path in (tmp_path / ".streamlit").iterdir()] == ["config.toml"]
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(rule for rule in rules if not rule.startswith("#")) == "*"
