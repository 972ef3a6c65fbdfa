"""What a query string asks of Bsale's payments: filters, pages, fields and expansions (``bsale.seed.txt``)."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, or_, select

from sandbox.bsale.model import BsaleDocument, BsalePayment, BsaleShare
from sandbox.bsale.settings import Settings

DEFAULT_LIMIT, MOST = 25, 50
SECONDS_A_DAY = 86_400


class BadParameter(Exception):
    """A parameter that cannot be understood."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Invalid value for parameter {name}")


def number(parameters: Mapping[str, str], name: str, default: int | None = None) -> int | None:
    """A parameter that must be a whole number, if it is there."""
    text = parameters.get(name, "")
    if not text:
        return default
    if not text.isdecimal():
        raise BadParameter(name)
    return int(text)


def page(parameters: Mapping[str, str]) -> tuple[int, int]:
    """Limit (at most 50, by default 25) and offset."""
    limit = number(parameters, "limit", DEFAULT_LIMIT)
    if limit == 0:
        raise BadParameter("limit")
    return min(limit, MOST), number(parameters, "offset", 0)


def names(parameters: Mapping[str, str], name: str) -> list[str]:
    """The names in ``[office,payment_type]``."""
    text = parameters.get(name, "").strip().removeprefix("[").removesuffix("]")
    return [part.strip() for part in text.split(",") if part.strip()]


def dated(parameters: Mapping[str, str], settings: Settings) -> list[ColumnElement[bool]]:
    """Of the day, in UTC, that ``recorddate`` falls on."""
    seconds = number(parameters, "recorddate")
    if seconds is None:
        return []
    of_the_day = BsalePayment.record_date // SECONDS_A_DAY == seconds // SECONDS_A_DAY
    if settings.filter_misses_undated:
        return [of_the_day]
    day = datetime.fromtimestamp(seconds, UTC).date()
    return [or_(of_the_day, and_(BsalePayment.record_date.is_(None), BsalePayment.created_day == day))]


def listed(parameters: Mapping[str, str], settings: Settings) -> list[ColumnElement[bool]]:
    """The filters of the list of payments."""
    state = number(parameters, "state")
    of_documents = [
        column == parameters[name]
        for name, column in (("number", BsaleDocument.number), ("codesii", BsaleDocument.codesii))
        if parameters.get(name)
    ]
    if number(parameters, "documentid") is not None:
        of_documents.append(BsaleDocument.id == number(parameters, "documentid"))
    return [
        BsalePayment.hidden.is_(False),
        *dated(parameters, settings),
        *([BsalePayment.state == state] if state is not None else []),
        *([_pays(and_(*of_documents))] if of_documents else []),
    ]


def grouped(parameters: Mapping[str, str], settings: Settings) -> list[ColumnElement[bool]]:
    """The filters of the totals by form of payment."""
    chosen = dated(parameters, settings)
    for name, column in (("officeid", BsalePayment.office), ("paymenttypeid", BsalePayment.type)):
        if number(parameters, name) is not None:
            chosen.append(column == number(parameters, name))
    if number(parameters, "documentid") is not None:
        chosen.append(_pays(BsaleDocument.id == number(parameters, "documentid")))
    if codes := names(parameters, "codesii"):
        chosen.append(_pays(BsaleDocument.codesii.in_(codes)))
    return [*chosen, *([] if settings.groups_count_voids else [BsalePayment.state == 0])]


def _pays(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """That a payment is for a document like this, by itself or with others."""
    documents = select(BsaleDocument.pk).where(which)
    shared = select(BsaleShare.payment_pk).where(BsaleShare.document_pk.in_(documents))
    return or_(BsalePayment.document_pk.in_(documents), BsalePayment.pk.in_(shared))
