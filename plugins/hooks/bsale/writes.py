"""A new payment of a document, and what Bsale's answer to it means (bsale.seed.txt, POST un Pago)."""

import json
from decimal import Decimal
from typing import Annotated, Any, TypeGuard

import msgspec
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PositiveInt, StringConstraints
from requests import Response

from cierre.ports.errors import DataError, FatalError, RetriableError, UncertainError
from hooks.bsale import words as shapes
from hooks.bsale.answers import Blocked, complaint, identity, wait_asked_for
from hooks.http.hook import VendorHook, describe

_write = msgspec.json.Encoder(decimal_format="number").encode

# What a call gets that never reached Bsale's own code: no login, no such address, not this way, too big, not this type.
_NEVER_REACHED = {401, 404, 405, 413, 415}


class DynamicAttribute(BaseModel):
    """A further attribute of a payment, by the id that the company gave it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: PositiveInt
    description: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class NewPayment(BaseModel):
    """A payment to be added to a document. ``recorded_at`` is when it was paid: its date in UTC is its day.

    ``amount`` is in the company's currency. Raises pydantic's ValidationError with every problem at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recorded_at: AwareDatetime
    amount: Annotated[Decimal, Field(gt=0)]
    document_id: PositiveInt
    payment_type_id: PositiveInt
    attributes: tuple[DynamicAttribute, ...] = ()

    @property
    def about(self) -> str:
        """What an error's sentence begins with."""
        return f"payment of {self.amount} for document {self.document_id}"

    @property
    def body(self) -> bytes:
        """The JSON to send: whole amounts without a decimal point."""
        said: dict[str, Any] = {
            "recordDate": int(self.recorded_at.timestamp()),
            "amount": int(self.amount) if self.amount == int(self.amount) else self.amount,
            "documentId": self.document_id,
            "paymentTypeId": self.payment_type_id,
        }
        if self.attributes:
            said["dynamicAttributes"] = [
                {"description": attribute.description, "dynamicAttributeId": attribute.id}
                for attribute in self.attributes
            ]
        return _write(said)


def outcome(bsale: VendorHook, payment: NewPayment, response: Response) -> dict[str, Any]:
    """The payment as Bsale has it. Only an answer that shows this very payment proves that it is there.

    Raises as ``BsaleHook.create``.
    """
    status, about = response.status_code, payment.about
    text = bsale.text(response, about=about, if_lost=UncertainError)
    try:
        answer = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        answer = None
    words = complaint(answer)
    if status == 429:
        error = bsale.failure(
            RetriableError, f"{about}: over the limit of requests, so it was not carried out", response
        )
        error.retry_after = wait_asked_for(response, text)
        raise error
    if status == 402:
        raise bsale.failure(Blocked, f"{about}: the account is blocked because it was not paid", response)
    if status in (401, 403) and words:
        raise bsale.failure(FatalError, f"{about}: Bsale says “{words}”: check the access_token", response)
    if words and (200 <= status < 300 or 400 <= status < 500) and status != 408:
        raise bsale.failure(DataError, f"{about}: Bsale refuses it: “{words}”", response)
    if status in _NEVER_REACHED:
        raise bsale.failure(FatalError, f"{about}: this address takes no payments: check it and the token", response)
    if 200 <= status < 300 and _shows(answer, payment):
        return answer
    told = f"“{words}”" if words else describe(text)
    raise bsale.failure(UncertainError, f"{about}: the answer is {told}, which does not show the payment", response)


def _shows(answer: Any, payment: NewPayment) -> TypeGuard[dict[str, Any]]:
    if not isinstance(answer, dict) or not identity(answer.get("id")):
        return False
    document = answer.get("document")
    paid = identity(document.get("id")) if isinstance(document, dict) else ""
    try:
        amount = Decimal(str(answer.get("amount")))
    except ArithmeticError:
        return False
    said = (paid, shapes.form(answer), amount)
    return said == (str(payment.document_id), str(payment.payment_type_id), payment.amount)
