"""Unpacks what a server packed, up to a size: some bytes can stand for gigabytes. Pure."""

import zlib

# Nobody packs more often than a server and something before it.
_MOST_TIMES = 2
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_BARE = -zlib.MAX_WBITS


class TooLarge(Exception):
    """The unpacked bytes are more than the limit."""


class Damaged(Exception):
    """The bytes are not packed as they say."""


def unpacked(packed: bytes, codings: str, limit: int) -> bytes:
    """Return what was packed by `codings`, as of a ``Content-Encoding`` (RFC 9110, 8.4): gzip and deflate.

    Raises:
        TooLarge: there are more than `limit` bytes, here or in between.
        Damaged: the bytes are packed otherwise, too often, or cut off.

    """
    names = [
        name for coding in codings.split(",") if (name := coding.strip().lower()) not in ("", "identity")
    ]
    if len(names) > _MOST_TIMES or not set(names) <= {"gzip", "x-gzip", "deflate"}:
        raise Damaged
    for name in reversed(names):
        # Some servers leave out the header of "deflate"; its first byte tells (RFC 1950, 2.2).
        is_bare = name == "deflate" and packed[:1] and packed[0] & 0x0F != 8
        packed = _once(packed, _BARE if is_bare else _GZIP_OR_ZLIB, limit)
    return packed


def _once(packed: bytes, form: int, limit: int) -> bytes:
    unpacking = zlib.decompressobj(form)
    try:
        data = unpacking.decompress(packed, limit + 1)
    except zlib.error:
        raise Damaged from None
    if len(data) > limit:
        raise TooLarge
    if not unpacking.eof:
        raise Damaged
    return data
