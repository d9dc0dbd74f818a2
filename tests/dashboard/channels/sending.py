"""A server that sends what is in a ledger's outbox, as a process of its own: `python -m … LEDGER ADDRESS`."""

import sys
from contextlib import closing

from sqlalchemy import make_url

from dashboard.channels.data_channels import channels
from dashboard.channels.data_sender import Sender
from ledger.database import Database, Ledger

if __name__ == "__main__":
    with (
        closing(Database(make_url(sys.argv[1]))) as database,
        Sender(Ledger(database, 101), channels({"ops": sys.argv[2]})).running(),
    ):
        sys.stdout.write("sends\n")
        sys.stdout.flush()
        sys.stdin.read()
