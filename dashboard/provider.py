"""Which provider the dashboard shows: the operator's own, or in demo mode a local one started beside it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from twoj_client.settings import Settings
from twoj_sandbox import KEY, MCH_ID


@contextmanager
def provider(settings: Settings) -> Iterator[Settings]:
    """Settings of a provider that answers for as long as the context lasts.

    Without `summary_url` a local provider with a made-up world is started. It is a process of its own, so
    that it takes no turns with the pages at one interpreter lock, and it ends when this process does, however
    that happens: its standard input is a pipe held here.
    """
    if settings.summary_url is not None:
        yield settings
        return
    command = [sys.executable, "-m", "twoj_sandbox", "--port", "0", "--until-stdin-closes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - for the types
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError("the local provider did not start; its own message stands above")
        try:
            yield settings.model_copy(update={"summary_url": url, "mch_id": MCH_ID, "key": SecretStr(KEY)})
        finally:
            process.stdin.close()
