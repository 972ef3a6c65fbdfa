"""The chart of accounts and the other dimensions of a line, as the ERP has them: what a mapping may book to."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from cierre.bookkeeping.suggestions import ALIKE, nearest


@dataclass(frozen=True, slots=True)
class Account:
    """An account. Only a postable one (not a heading that sums others) that is not blocked takes lines."""

    code: str
    name: str
    postable: bool
    requires_cost_centre: bool
    blocked: bool


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

    def objection(self, field: str, code: str) -> str | None:
        """Why nothing can be booked to the code of a line's field (``account``, ``cost_centre``, ``item``,
        ``value_class``; any other is not checked), as a sentence with the nearest that can; None where it can."""
        if field == "account":
            return self._objection_to_account(code)
        named = {
            "cost_centre": ("cost centre", self.cost_centres),
            "item": ("item", self.items),
            "value_class": ("value class", self.value_classes),
        }
        name, known = named.get(field, (field, None))
        if known is None:
            return None
        if code not in known:
            return f"{name} {code} is not in the list of {name.replace('class', 'classe')}s{_nearest(code, known)}"
        if known[code].blocked:
            return f"{name} {code} ({known[code].name}) is blocked in the list of {name.replace('class', 'classe')}s"
        return None

    def requires_cost_centre(self, code: str) -> bool:
        """Whether lines on this account must carry a cost centre (False for an account that is not in the chart)."""
        account = (self.accounts or {}).get(code)
        return account is not None and account.requires_cost_centre

    def _objection_to_account(self, code: str) -> str | None:
        if self.accounts is None:
            return None
        account = self.accounts.get(code)
        bookable = {code: one for code, one in self.accounts.items() if one.postable and not one.blocked}
        if account is None:
            return f"account {code} is not in the chart of accounts{_nearest(code, bookable)}"
        if not account.postable:
            below = ", ".join(islice((one for one in bookable if one.startswith(code)), 3))
            like = f", like {below}" if below else ""
            return f"account {code} ({account.name}) is a heading: book to one of the accounts under it{like}"
        if account.blocked:
            return f"account {code} ({account.name}) is blocked in the chart of accounts"
        return None


def _nearest(code: str, known: Mapping[str, Account | Dimension]) -> str:
    found = nearest(code, (other for other, one in known.items() if not one.blocked), alike=ALIKE)
    return f"; did you mean {found} ({known[found].name})?" if found is not None else ""
