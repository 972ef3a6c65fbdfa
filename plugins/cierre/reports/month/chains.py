"""The chains of a month's boxes as data that anybody can compute again: JSON, written as a stream.

How a link is hashed: cierre.ledger.seals.Seal.own_hash. ``page/verify.js`` does the same in a browser.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import groupby

import psycopg

from cierre.ledger import seals
from cierre.ledger.seals import Seal, written_time
from cierre.reports.month.scope import Scope

WHOLE_CHAINS_UP_TO = 200_000
"""Links of all boxes together (some 40 MB); beyond it only those since the month began."""

_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)

HASHED = "SHA-256 of: previous|box|number|what|subject|content|sealed_at, and |late for a link with late true"


class Chains:
    """The links of a month's boxes up to the newest: of each chain all, or, where they are too many, those since the
    month began, with the hash of the link before. Within cierre.ledger.seals.as_of_one_instant."""

    def __init__(self, ledger: psycopg.Connection, scope: Scope) -> None:
        self._ledger, self._scope = ledger, scope
        self.whole = sum(head.links for head in seals.heads(ledger, scope.ids)) <= WHOLE_CHAINS_UP_TO

    def json(self, title: str) -> Iterator[str]:
        """A JSON object, piece by piece. No ``<`` is in it, so that it can stand in a page."""
        about = {"title": title, "whole": self.whole, "hash": HASHED,
                 "columns": ["what", "subject", "content", "sealed_at", "hash", "late"]}  # fmt: skip
        yield _json(about)[:-1] + ', "chains": ['
        for number, (box, links) in enumerate(groupby(self._links(), lambda link: link.box)):
            yield ",\n" if number else "\n"
            yield from self._chain(box, links)
        yield "\n]}\n"

    def _chain(self, box: str, links: Iterable[Seal]) -> Iterator[str]:
        for place, link in enumerate(links):
            if not place:
                chain = {"box": box, "name": self._scope.name_of(box), "first": link.seal, "before": link.previous}
                yield _json(chain)[:-1] + ', "links": ['
            row = [link.what, link.subject, link.content, written_time(link.sealed_at), link.hash, link.late]
            yield (",\n" if place else "\n") + _json(row)
        yield "\n]}"

    def _links(self) -> Iterator[Seal]:
        # No day begins earlier anywhere than a day before it does in UTC.
        month = datetime.combine(self._scope.first, time(), UTC) - timedelta(days=1)
        return seals.links_since(self._ledger, self._scope.ids, _BEGIN if self.whole else month)


def _json(value: object) -> str:
    return json.dumps(value).replace("<", "\\u003c")
