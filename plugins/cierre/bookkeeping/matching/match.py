"""Matches what was booked with what arrived, and says of everything else what it is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from cierre.bookkeeping.matching.banking_days import BankingDays
from cierre.bookkeeping.matching.by_amount import match_by_amount, may_name_the_same
from cierre.bookkeeping.matching.by_identity import ByIdentity, match_by_identity
from cierre.bookkeeping.matching.items import Item, Match, Outcome, Proposal, Rules


def match(
    booked: Sequence[Item], arrived: Sequence[Item], rules: Mapping[str, Rules], calendar: BankingDays, as_of: int
) -> Outcome:
    """Matches the items of all channels. ``as_of`` (an ordinal) is the day up to which the statements go.

    ``rules`` are by channel; what arrived in a channel without rules is unknown. Ids must be unique on each side.
    """
    outcome = Outcome([], [], {}, {})
    ours, came = _by_channel(booked), _by_channel(arrived)
    for channel in dict.fromkeys([*ours, *came]):
        if (rule := rules.get(channel)) is None:
            outcome.open_booked.update(dict.fromkeys((item.id for item in ours.get(channel, ())), "unknown"))
            outcome.open_arrived.update(dict.fromkeys((one.id for one in came.get(channel, ())), "unknown"))
        else:
            _channel(ours.get(channel, []), came.get(channel, []), rule, calendar, as_of, outcome)
    return outcome


def _by_channel(items: Sequence[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        found[item.channel].append(item)
    return found


def _channel(
    booked: list[Item], arrived: list[Item], rules: Rules, calendar: BankingDays, as_of: int, outcome: Outcome
) -> None:
    named = match_by_identity(booked, arrived, rules, calendar)
    by_amount, proposals = match_by_amount(named.booked, named.arrived, rules, calendar)
    matches, undone = _without_reversed(by_amount, named.arrived, calendar)
    proposals += undone
    outcome.matches.extend(named.matches)
    outcome.matches.extend(matches)
    outcome.proposals.extend(named.proposals)
    outcome.proposals.extend(proposals)
    matched = _ids(matches)
    proposed = _ids(proposals)[1]
    for item in named.booked:
        if item.id not in matched[0]:
            outcome.open_booked[item.id] = waited_for(item.day, rules, calendar, as_of)
    for one in named.arrived:
        if one.id not in matched[1]:
            outcome.open_arrived[one.id] = "proposed" if one.id in proposed else "unknown"
    for proposal in proposals:
        if proposal.why == "double":
            outcome.open_arrived.update(dict.fromkeys(proposal.arrived[1:], "double"))
    _told_by_identity(named, outcome)


def _without_reversed(
    matches: Sequence[Match], arrived: Sequence[Item], calendar: BankingDays
) -> tuple[list[Match], list[Proposal]]:
    """The matches whose money stayed; and, for a person, those of which a payment may have been taken back at once: the
    same amount went the other way by the next banking day, and is the partner of nothing."""
    matched, items = _ids(matches)[1], {one.id: one for one in arrived}
    turned: dict[int, list[Item]] = defaultdict(list)
    for one in arrived:
        if one.id not in matched and one.units:
            turned[-one.units].append(one)
    kept, proposals = [], []
    for whole in matches:
        came = [items[id] for id in whole.arrived]
        back = {back.id: None for one in came for back in turned.get(one.units, ()) if _reverses(back, one, calendar)}
        if back:
            proposals.append(Proposal(whole.booked, (*whole.arrived, *back), "reversed"))
        else:
            kept.append(whole)
    return kept, proposals


def _reverses(back: Item, one: Item, calendar: BankingDays) -> bool:
    return (
        back.day >= one.day
        and calendar.count(back.day) - calendar.count(one.day) <= 1
        and may_name_the_same(one.identity, back.identity)
        and (not one.terminal or not back.terminal or one.terminal == back.terminal)
    )


def _told_by_identity(named: ByIdentity, outcome: Outcome) -> None:
    outcome.open_arrived.update(dict.fromkeys(named.doubles, "double"))
    outcome.open_arrived.update(dict.fromkeys(named.taken_back, "charge_back"))
    for proposal in named.proposals:
        outcome.open_booked.update(dict.fromkeys(proposal.booked, "differs"))
        outcome.open_arrived.update(dict.fromkeys(proposal.arrived, "differs"))


def _ids(of: Sequence[Match | Proposal]) -> tuple[set[str], set[str]]:
    return {id for one in of for id in one.booked}, {id for one in of for id in one.arrived}


def waited_for(day: int, rules: Rules, calendar: BankingDays, as_of: int) -> str:
    """What an amount of a day (an ordinal) is that did not arrive: by how long it is waited for."""
    waited = calendar.count(as_of) - calendar.count(day)
    if waited <= rules.latest:
        return "in_transit"
    return "late" if waited <= rules.grace else "missing"
