"""Parameters that a run was given and its DAG does not know: refused, since ``dryrun`` was meant to post nothing."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowFailException

from cierre.bookkeeping.days import parse_day
from cierre.bookkeeping.suggestions import nearest
from cierre.language.say import say


class UnknownParameters(Exception):
    """A run with parameters that nobody knows. The message says whose, which, and what was probably meant."""


def refuse_unknown(whose: str, context: Any, known: Mapping[str, Param]) -> None:
    """Raises UnknownParameters, said as cierre.language.say does, where the run of a task's ``context`` was given
    anything but the ``known`` parameters; Airflow itself takes whatever it is given."""
    given = {**context["params"], **(getattr(context["dag_run"], "conf", None) or {})}
    if unknown := [name for name in given if name not in known]:
        raise UnknownParameters(
            say(
                "{whose}: the run was started with parameters that do not exist here: {unknown}. There are {known}."
                " Nothing was read or posted now. Trigger it again with the right names.",
                whose=whose,
                unknown=", ".join(_with_what_was_meant(name, known) for name in unknown),
                known=", ".join(known),
            )
        )


def asked(whose: str, context: Any, known: Mapping[str, Param]) -> dict[str, Any]:
    """What a run was given by a person who fills in its form, without what is empty. Raises AirflowFailException as
    refuse_unknown says it: trying again cannot help."""
    try:
        refuse_unknown(whose, context, known)
    except UnknownParameters as error:
        raise AirflowFailException(str(error)) from None
    return {name: value for name, value in context["params"].items() if value}


def day_of(given: Mapping[str, Any], name: str) -> date | None:
    """The day, or the first day of the month, that a run was given; None where it was given none. Raises
    AirflowFailException for another text: the form's own check is not all that a run is started by."""
    if name not in given:
        return None
    text = str(given[name])
    try:
        return parse_day(text if len(text) > len("2024-09") else f"{text}-01")
    except ValueError as error:
        raise AirflowFailException(say(error)) from None


def _with_what_was_meant(name: str, known: Mapping[str, Param]) -> str:
    spellings = {_plain(spelling): one for one, param in known.items() for spelling in _spellings(one, param)}
    found = nearest(_plain(name), spellings)
    return name if found is None else say("{name} (did you mean {meant}?)", name=name, meant=spellings[found])


def _spellings(name: str, param: Param) -> list[str]:
    """How people may call a parameter: its name, and its title in both languages: ``Dry run (ensayo)``."""
    return [name, *filter(None, re.split(r"[()]", param.schema.get("title") or ""))]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")
