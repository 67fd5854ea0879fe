"""Searches that return what the caller may see: full pages, and a next-page token exactly where there is more."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from ostiary.mlflow.refused import Refused

#: One page of MLflow: its token and its length go in, its objects and the next token come out.
Fetch = Callable[[str, int], Awaitable[tuple[list[Any], str]]]
#: Which of some objects the caller may see: each masked as it must be, or ``None``.
Decide = Callable[[Sequence[Any]], Awaitable[list[Any]]]

_MOST_PAGES = 200
_SMALLEST_PAGE = 20


@dataclass(frozen=True)
class Position:
    """Where a page begins: within MLflow's page of this token and length, after ``skip`` objects."""

    token: str
    skip: int
    length: int


class PageTokens:
    """Positions as texts that tell nothing: how many objects lie between two of them is how many the caller may not see.

    A token serves the person and the search that it was given for.
    """

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(hashlib.blake2b(key, digest_size=32, person=b"ostiary-page").digest()))

    def write(self, position: Position, bound_to: str) -> str:
        """The token of a position."""
        plain = json.dumps([position.token, position.skip, position.length, _digest(bound_to)])
        padded = plain + " " * (-len(plain) % 256)
        return self._fernet.encrypt(padded.encode()).decode()

    def read(self, token: str, bound_to: str) -> Position:
        """The position of a token; refused where it is not of this person and search."""
        try:
            given, skip, length, bound = json.loads(self._fernet.decrypt(token.encode()))
        except (InvalidToken, ValueError):
            raise Refused(400, "the page token is none of this server's") from None
        if bound != _digest(bound_to):
            raise Refused(400, "the page token is of another search")
        return Position(given, skip, length)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def page(
    fetch: Fetch, decide: Decide, start: Position | None, wanted: int, longest: int
) -> tuple[list[Any], Position | None]:
    """At most ``wanted`` objects that the caller may see, and where the next one of them is.

    Goes on through MLflow's pages until there is one more than wanted, so that a token always leads to something. After 200 of
    MLflow's pages it stops with what it has, and the token leads on from there.
    """
    # One more than wanted, which tells whether there is more without another page.
    length = min(longest, max(wanted, _SMALLEST_PAGE) + 1)
    here = start or Position("", 0, length)
    seen: list[Any] = []
    for _ in range(_MOST_PAGES):
        found, following = await fetch(here.token, here.length)
        rest = found[here.skip :]
        for i, shown in enumerate(await decide(rest)):
            if shown is None:
                continue
            if len(seen) == wanted:
                return seen, Position(here.token, here.skip + i, here.length)
            seen.append(shown)
        if not following:
            return seen, None
        # Where few may be seen, longer pages are fewer.
        here = Position(following, 0, min(longest, here.length * 2))
    return seen, here
