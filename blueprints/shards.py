"""Which of n queues a tenant's messages go to: the same k for the same tenant, on every machine, for ever.

Shuffle sharding: a tenant that floods its queues delays only those who share all of them. With 8 queues and 2 per
tenant there are 28 pairs, so that one tenant in 28 shares both. This file imports nothing else of the blueprints: copy
it into the code that sends.
"""

from __future__ import annotations

from hashlib import sha256
from math import comb

MOST_SHARDS = 50


def shards_of(tenant: str, *, count: int, each: int) -> tuple[int, ...]:
    """`each` different numbers from 0 to `count` - 1, in the order in which the tenant should try them.

    By rendezvous hashing: when `count` grows by one, a tenant keeps its shards or exchanges some for the new one.
    Raises ValueError when `each` is not between 1 and `count`.
    """
    if not 1 <= each <= count:
        raise ValueError(f"{each} of {count} shards: choose between 1 and {count}")
    return tuple(sorted(range(count), key=lambda shard: _weight(tenant, shard))[:each])


def shard_name(queue: str, shard: int) -> str:
    """`jobs` -> `jobs-3`, `jobs.fifo` -> `jobs-3.fifo`: the name under `queues` of one shard."""
    stem = queue.removesuffix(".fifo")
    return f"{stem}-{shard}{queue[len(stem) :]}"


def overlap(count: int, each: int) -> float:
    """The share of other tenants that have exactly the same shards, if tenants are many."""
    return 1 / comb(count, each)


def _weight(tenant: str, shard: int) -> bytes:
    return sha256(f"{tenant}\0{shard}".encode()).digest()
