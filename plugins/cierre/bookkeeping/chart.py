"""The chart of accounts and the other dimensions of a line, as the ERP has them: what a mapping may book to."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from cierre.bookkeeping.sentence import Sentence, listing
from cierre.bookkeeping.suggestions import ALIKE, nearest


@dataclass(frozen=True, slots=True)
class Account:
    """An account. Only a postable one (not a heading that sums others) that is not blocked takes lines."""

    code: str
    name: str
    postable: bool
    requires_cost_centre: bool
    blocked: bool


def is_below(code: str, heading: str) -> bool:
    """Whether an account's code is one of those under a heading's: it begins with it, and goes on with a level of its
    own where the heading's levels are apart. ``1.1.01`` is below ``1.1``, and ``1.10.01`` is not; of codes without
    points or dashes (``11101`` and ``111``) nothing more can be told."""
    if code == heading or not code.startswith(heading):
        return False
    return heading.isalnum() or not (heading[-1].isalnum() and code[len(heading)].isalnum())


@dataclass(frozen=True, slots=True)
class Dimension:
    """A cost centre, an item or a value class; a blocked one takes no lines."""

    code: str
    name: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Accounts and dimensions, each by its code; None where there is no list of them: then any code may be used."""

    accounts: Mapping[str, Account] | None = None
    cost_centres: Mapping[str, Dimension] | None = None
    items: Mapping[str, Dimension] | None = None
    value_classes: Mapping[str, Dimension] | None = None

    def objection(self, field: str, code: str) -> Sentence | None:
        """Why nothing can be booked to the code of a line's field (``account``, ``cost_centre``, ``item``,
        ``value_class``; any other is not checked), as a sentence with the nearest that can; None where it can."""
        if field == "account":
            return self._objection_to_account(code)
        named = {
            "cost_centre": (Sentence("cost centre"), Sentence("cost centres"), self.cost_centres),
            "item": (Sentence("item"), Sentence("items"), self.items),
            "value_class": (Sentence("value class"), Sentence("value classes"), self.value_classes),
        }
        if field not in named or (known := named[field][2]) is None:
            return None
        one, many, _ = named[field]
        if code not in known:
            said = Sentence("{one} {code} is not in the list of {many}", one=one, code=code, many=many)
            return _with_nearest(said, code, known)
        if known[code].blocked:
            name = known[code].name
            return Sentence("{one} {code} ({name}) is blocked in the list of {many}", one=one, code=code, name=name,
                            many=many)  # fmt: skip
        return None

    def requires_cost_centre(self, code: str) -> bool:
        """Whether lines on this account must carry a cost centre (False for an account that is not in the chart)."""
        account = (self.accounts or {}).get(code)
        return account is not None and account.requires_cost_centre

    @property
    def _bookable(self) -> dict[str, Account]:
        return {code: one for code, one in (self.accounts or {}).items() if one.postable and not one.blocked}

    def _objection_to_account(self, code: str) -> Sentence | None:
        if self.accounts is None:
            return None
        account = self.accounts.get(code)
        if account is None:
            said = Sentence("account {code} is not in the chart of accounts", code=code)
            return _with_nearest(said, code, self._bookable)
        if not account.postable:
            said = Sentence(
                "account {code} ({name}) is a heading: book to one of the accounts under it",
                code=code,
                name=account.name,
            )
            below = list(islice((one for one in self._bookable if is_below(one, code)), 3))
            return Sentence("{message}, like {codes}", message=said, codes=listing(below)) if below else said
        if account.blocked:
            return Sentence("account {code} ({name}) is blocked in the chart of accounts", code=code, name=account.name)
        return None


def _with_nearest(said: Sentence, code: str, known: Mapping[str, Account | Dimension]) -> Sentence:
    found = nearest(code, (other for other, one in known.items() if not one.blocked), alike=ALIKE)
    if found is None:
        return said
    return Sentence("{message}; did you mean {code} ({name})?", message=said, code=found, name=known[found].name)
