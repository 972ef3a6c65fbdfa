"""What went wrong with a vendor, named by what may be done next. Light, so that everybody can import it."""

from datetime import date
from typing import Any

from cierre.bookkeeping.sentence import Sentence


class VendorError(Exception):
    """A call to a vendor that did not give what was asked; ``str()`` is a sentence for people.

    ``message`` says what happened to what (without secrets or personal data; as a Sentence, it can be told in the
    language of whoever reads it), ``vendor`` who it was, as people call it,
    ``status`` the HTTP status of the answer if one came, ``request_id`` the vendor's own number of the call.
    Raise one of the subclasses: which one it is decides what happens next.
    """

    advice = ""

    def __init__(self, message: str, *, vendor: str, status: int | None = None, request_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.vendor = vendor
        self.status = status
        self.request_id = request_id

    def __str__(self) -> Sentence:
        facts = [f"HTTP {self.status}" if self.status else "", f"request {self.request_id}" if self.request_id else ""]
        told = ", ".join(filter(None, facts))
        message = self.message if isinstance(self.message, Sentence) else self.message.rstrip(".")
        said = {"vendor": self.vendor, "message": message, "facts": f" ({told})" if told else ""}
        if not self.advice:
            return Sentence("{vendor}: {message}{facts}.", **said)
        return Sentence("{vendor}: {message}{facts}. {advice}", **said, advice=Sentence(self.advice))


class RetriableError(VendorError):
    """Nothing was changed at the vendor and a later try may work: unreachable, overloaded, half an answer.

    ``retry_after`` is how many seconds the vendor asked to wait, if it did. ``timed_out``: it may still be at
    work on it.
    """

    advice = "Nothing was changed there; it is safe to try again."
    timed_out = False

    def __init__(self, message: str, *, retry_after: float | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.retry_after = retry_after


class FatalError(VendorError):
    """Nothing was changed at the vendor and no retry will help: wrong address, method, login or setting."""

    advice = "Nothing was changed there; correct the connection or its rights first, then run it again."


class UncertainError(VendorError):
    """A write was sent and its outcome is unknown: it may have been carried out, or may still be."""

    advice = "It may or may not have been carried out there; do not send it again until that is known."


class DataError(VendorError):
    """The vendor understood and refused, or answered something that cannot be booked: the data must change first.

    ``code`` is the vendor's own code of the refusal, if it gave one.
    """

    advice = "Nothing was changed there; correct the data, here or there, then run it again."

    def __init__(self, message: str, *, code: str | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.code = code


class PeriodClosedError(DataError):
    """The ERP takes nothing on ``entry_date`` any more, nor gives anything back from it."""

    def __init__(self, message: str, *, entry_date: date | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.entry_date = entry_date
