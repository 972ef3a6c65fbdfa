"""A company's day: once all its boxes have closed a date, their money side by side in all, and one digest."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from bookkeeping.money import ZERO
from language.say import in_language, listed, money, say
from mappings.companies import language_of, stale_after
from operators.step import open_ledger
from timetables.business_day import parse_day

if TYPE_CHECKING:
    import psycopg

    from alerts.alert import Alert
    from bookkeeping.cash_box import CashBox
    from bookkeeping.identity import RetiredBox
    from bookkeeping.reconcile import Comparison
    from store.overview import BoxDay


class CompanyDayOperator(BaseOperator):
    """Consolidates a company's business date (the run's partition key) and tells its people, with table and chart.

    Fails where a box of the company is not closed, naming it; run it again by its key when it is.
    """

    template_fields = ()
    ui_color = "#e8f0e4"

    def __init__(self, *, company: str, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.company = company
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> dict[str, Any]:
        """Returns the day and how many boxes there are."""
        with in_language(language_of(self.company)):
            return self._consolidate(context)

    def _consolidate(self, context: Any) -> dict[str, Any]:
        from alerts.people import tell
        from mappings.loader import cash_boxes
        from store import overview

        day = self._day(context["dag_run"].partition_key)
        known = cash_boxes()
        boxes = [box for box in known.values() if box.company == self.company and box.start_date <= day]
        with open_ledger(self.ledger_connection) as ledger:
            found = {one.box: one for one in overview.day(ledger, day)}
            self._check(day, boxes, found)
            boxes = [as_booked(box, found[box.id]) for box in (*boxes, *self._retired(ledger, known, found))]
            sums = {
                currency: overview.consolidated(ledger, [box.id for box in of_currency], day)
                for currency, of_currency in _by_currency(boxes)
            }
        for currency, comparisons in sums.items():
            for row in comparisons:
                told = "Boxes agree in {currency}: {row}." if row.agrees else "Boxes DIFFER in {currency}: {row}."
                self.log.info(say(told, currency=currency, row=row))
        tell(self._digest(day, boxes, found, sums, context["ti"].log_url))
        return {"business_date": str(day), "boxes": len(boxes)}

    def _day(self, key: str | None) -> date:
        try:
            return parse_day(key)
        except ValueError as error:
            told = say("{company}: {why}. Give the day as the run's partition key.", company=self.company, why=error)
            raise AirflowFailException(told) from None

    def _retired(
        self, ledger: "psycopg.Connection", known: "Mapping[str, CashBox]", found: "Mapping[str, BoxDay]"
    ) -> "list[RetiredBox]":
        """The company's boxes that have no file any more and had closed the day: it stays in the sums."""
        from store import identity

        of_old = set(identity.of_company(ledger, self.company)) - known.keys()
        closed = [box_id for box_id in of_old if box_id in found and found[box_id].closed]
        return list(identity.retired(ledger, closed).values())

    def _check(self, day: date, boxes: "Sequence[CashBox]", found: "dict[str, BoxDay]") -> None:
        wrong = [
            f"{box.name}: {say(found[box.id].word if box.id in found else 'not read yet')}"
            for box in boxes
            if box.id not in found or not found[box.id].closed
        ]
        if wrong:
            raise AirflowFailException(
                say(
                    "{company}, {day}: the company's day is not closed:\n{boxes}\nClose these days, then clear this"
                    " task.",
                    company=self.company,
                    day=day,
                    boxes=listed(wrong),
                )
            )

    def _digest(
        self,
        day: date,
        boxes: "Sequence[CashBox | RetiredBox]",
        found: "dict[str, BoxDay]",
        sums: "dict[str, list[Comparison]]",
        link: str,
    ) -> "Alert":
        from alerts.alert import Alert
        from alerts.figures import chart, stations, table
        from mappings.companies import companies

        name = companies()[self.company].name if self.company in companies() else self.company
        total = ", ".join(
            money(sum((found[box.id].journal_total for box in some), ZERO), currency)
            for currency, some in _by_currency(boxes)
        )
        agree = all(row.agrees for rows in sums.values() for row in rows)
        return Alert(
            company=self.company,
            subject=say("{company}, {day}: closed, {total}", company=name, day=day, total=total),
            happened=say(
                "All {n} cash boxes of {company} are closed: {documents} documents, {total}. {proof}",
                n=len(boxes),
                company=name,
                documents=sum(found[box.id].documents for box in boxes),
                total=total,
                proof=_proof(boxes, found) if agree else say("Small differences were accepted by a person."),
            ),
            link=link,
            boxes=[box.id for box in boxes],
            figures=table(boxes, found)
            + stations(sums)
            + chart(say("Money by form of payment"), _by_form(boxes, found)),
        )


def as_booked(box: "CashBox | RetiredBox", day: "BoxDay") -> "CashBox | RetiredBox":
    """The box with the currency in which a day of it was booked, whatever its file says now."""
    if day.currency in ("", box.currency):
        return box
    return replace(box, currency=day.currency) if box.retired else box.model_copy(update={"currency": day.currency})


def _proof(boxes: "Sequence[CashBox | RetiredBox]", found: "dict[str, BoxDay]") -> str:
    """What is proved of boxes whose stations agree: the ERP's part only where its lines were compared."""
    from bookkeeping.evidence import Grade

    now = datetime.now(UTC)
    grades = Counter(found[box.id].grade(now, stale_after(box.company)) for box in boxes)
    del grades[None]
    if not grades:
        return say("Source and journal agree to the cent.")
    if set(grades) == {Grade.READ_BACK}:
        return say("Source, journal and ERP agree to the cent: the ERP was read back.")
    counts = ", ".join(f"{say(grade)}: {grades[grade]}" for grade in Grade if grade in grades)
    return say("Source and journal agree to the cent. The ERP, by cash boxes: {counts}.", counts=counts)


def _by_currency(boxes: "Sequence[CashBox | RetiredBox]") -> "list[tuple[str, list[CashBox | RetiredBox]]]":
    grouped: dict[str, list[CashBox | RetiredBox]] = defaultdict(list)
    for box in boxes:
        grouped[box.currency].append(box)
    return sorted(grouped.items())


def _by_form(
    boxes: "Sequence[CashBox | RetiredBox]", found: "Mapping[str, BoxDay]"
) -> Iterator[tuple[str, Decimal, str]]:
    """Label, amount and currency of each form of payment, summed over the boxes that book it by one mapping."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for box in boxes:
        for (form, currency), amount in found[box.id].money.items():
            sums[box.mapping, form, currency] += amount
    for (mapping, form, currency), amount in sums.items():
        yield _form_name(mapping, form), amount, currency


def _form_name(mapping: str, form: str) -> str:
    """What accountants call a form; a mapping that is gone, with the box that it was for, names none."""
    from mappings.findings import MappingError
    from mappings.loader import account_mapping

    try:
        return account_mapping(mapping).form_name(form)
    except MappingError:
        return form
