"""Monthly packs: one file with a month's numbers, that can be made again and compared years later."""
