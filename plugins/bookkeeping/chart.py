"""The chart of accounts and the cost centres, as the ERP has them: what a mapping may book to."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """An account. Only a postable one (not a heading that sums others) that is not blocked takes lines."""

    code: str
    name: str
    postable: bool
    requires_cost_centre: bool
    blocked: bool


@dataclass(frozen=True, slots=True)
class CostCentre:
    """A cost centre; a blocked one takes no lines."""

    code: str
    name: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Accounts and cost centres, each by its code."""

    accounts: Mapping[str, Account]
    cost_centres: Mapping[str, CostCentre]

    def objection_to_account(self, code: str) -> str | None:
        """Why nothing can be booked to this account, as a sentence; None where it can."""
        account = self.accounts.get(code)
        if account is None:
            return f"account {code} is not in the chart of accounts"
        if not account.postable:
            return f"account {code} ({account.name}) is a heading: book to one of the accounts under it"
        if account.blocked:
            return f"account {code} ({account.name}) is blocked in the chart of accounts"
        return None

    def objection_to_cost_centre(self, code: str) -> str | None:
        """Why nothing can be booked to this cost centre, as a sentence; None where it can."""
        centre = self.cost_centres.get(code)
        if centre is None:
            return f"cost centre {code} is not in the list of cost centres"
        if centre.blocked:
            return f"cost centre {code} ({centre.name}) is blocked in the list of cost centres"
        return None

    def requires_cost_centre(self, code: str) -> bool:
        """Whether lines on this account must carry a cost centre (False for an account that is not in the chart)."""
        account = self.accounts.get(code)
        return account is not None and account.requires_cost_centre
