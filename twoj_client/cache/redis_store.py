"""A store in Redis, shared by several servers."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

import redis

from twoj_client.cache.store import Place, StoreFailed
from twoj_client.errors import gettext_noop

R = TypeVar("R")

_PREFIX = "twoj:"
_WAIT_S = 1.0
# Redis bounds a whole server, not one user of it: we count our own bytes, and drop what is oldest.
# Another program may have written there: books that do not fit together are made anew from what is left of
# them, or from each other, and a key of another type is overwritten.
_PUT = """
local sizes, order, total = KEYS[2], KEYS[3], KEYS[4]
local function is(key, wanted)
  local kind = redis.call('TYPE', key).ok
  return kind == wanted or kind == 'none'
end
if not is(sizes, 'hash') then redis.call('UNLINK', sizes) end
if not is(order, 'zset') then redis.call('UNLINK', order) end
if not is(total, 'string') then redis.call('UNLINK', total) end
local kept, counted = redis.call('HLEN', sizes), redis.call('GET', total) or ''
if kept ~= redis.call('ZCARD', order) or (kept > 0 and not counted:match('^%d+$')) then
  local names, sum = {}, 0
  for _, key in ipairs(redis.call('ZRANGE', order, 0, -1)) do names[key] = true end
  for _, key in ipairs(redis.call('HKEYS', sizes)) do names[key] = true end
  redis.call('UNLINK', sizes)
  for key, _ in pairs(names) do
    if redis.call('TYPE', key).ok == 'string' then
      redis.call('HSET', sizes, key, #key + redis.call('STRLEN', key))
      redis.call('ZADD', order, 'NX', ARGV[3], key)
      sum = sum + #key + redis.call('STRLEN', key)
    else
      redis.call('ZREM', order, key)
    end
  end
  redis.call('SET', total, sum)
elseif kept == 0 then
  redis.call('SET', total, 0)
end
local size = #KEYS[1] + #ARGV[1]
if ARGV[2] == '' then redis.call('SET', KEYS[1], ARGV[1])
else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
local known = redis.call('INCRBY', total, size - (tonumber(redis.call('HGET', sizes, KEYS[1])) or 0))
redis.call('HSET', sizes, KEYS[1], size)
redis.call('ZADD', order, ARGV[3], KEYS[1])
while known > tonumber(ARGV[4]) do
  local oldest = redis.call('ZPOPMIN', order)[1]
  if not oldest then break end
  known = redis.call('DECRBY', total, redis.call('HGET', sizes, oldest) or 0)
  redis.call('HDEL', sizes, oldest)
  redis.call('UNLINK', oldest)
end
"""
# A lease that never ends was not made here.
_LEAD = """
if redis.call('TYPE', KEYS[1]).ok ~= 'string' or redis.call('PTTL', KEYS[1]) == -1 then
  redis.call('UNLINK', KEYS[1])
end
if (redis.call('GET', KEYS[1]) or ARGV[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""


class RedisStore:
    """Keeps answers at `url` (``redis://…``), up to `limit_bytes`; what is oldest goes first.

    The server may be shared with others: all keys begin with ``twoj:``.
    """

    def __init__(self, url: str, limit_bytes: int) -> None:
        self.place = _place(url)
        self._limit_bytes = limit_bytes
        self._redis: Any = redis.Redis.from_url(
            url, socket_timeout=_WAIT_S, socket_connect_timeout=_WAIT_S, retry=None
        )
        self._put = self._redis.register_script(_PUT)
        self._lead = self._redis.register_script(_LEAD)

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        """Return what is kept under each key, None where nothing is."""
        found: list[bytes | None] = self._use(lambda: self._redis.mget([_PREFIX + key for key in keys]))
        return found

    def put(self, entries: Mapping[str, bytes], ttl_s: float | None) -> None:
        """Keep `entries` in one round trip."""
        ttl_ms = "" if ttl_s is None else int(ttl_s * 1000)

        def put() -> None:
            with self._redis.pipeline(transaction=False) as pipe:
                for key, value in entries.items():
                    keys = [_PREFIX + key, _PREFIX + "#sizes", _PREFIX + "#order", _PREFIX + "#total"]
                    self._put(keys, [value, ttl_ms, time.time(), self._limit_bytes], client=pipe)
                pipe.execute()

        self._use(put)

    def release(self, key: str) -> None:
        """Give a key back that was taken."""
        self._use(lambda: self._redis.delete(_PREFIX + key))

    def lead(self, key: str, owner: str, ttl_s: float) -> bool:
        """Take `key` for `ttl_s`, or keep it for longer; False if another owner has it."""
        return bool(self._use(lambda: self._lead([_PREFIX + key], [owner, int(ttl_s * 1000)])))

    def size_bytes(self) -> int:
        """Return how many bytes keys and answers take, without what Redis needs to keep them."""
        (total,) = self._use(lambda: self._redis.mget([_PREFIX + "#total"]))
        return int(total) if total is not None and total.isdigit() else 0

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()

    def _use(self, use: Callable[[], R]) -> R:
        try:
            return use()
        except (redis.RedisError, OSError) as error:
            reason = type(error).__name__
        # The address may hold a password, and errors may hold the address.
        raise StoreFailed(f"Redis: {reason}")


def _place(url: str) -> Place:
    parts = urlsplit(url)
    address, database = f"{parts.hostname}:{parts.port or 6379}", parts.path.strip("/") or 0
    words = gettext_noop("Redis at {address}, database {database}")
    return words, {"address": address, "database": database}
