"""What others need to know of Bsale."""

from cierre.bookkeeping.personal import OpenFields
from cierre.bookkeeping.sentence import Sentence
from cierre.ports.named import Named
from cierre.ports.source import KeyFormat, Owner, SaidBeside, SourceDescription
from hooks.bsale.form import FORM
from hooks.bsale.vocabulary import VOCABULARY

_HOOK = "hooks.bsale.hook"

BSALE = SourceDescription(
    slug="bsale",
    label="Bsale (payments)",
    hook=Named(_HOOK, "BsaleHook"),
    form=FORM,
    key_format=KeyFormat(r"[1-9][0-9]*", Sentence("the number of an office, without zeros before it, like 1")),
    vocabulary=VOCABULARY,
    read=Named(_HOOK, "read"),
    control_totals=Named(_HOOK, "control_totals"),
    certify=Named(_HOOK, "certify"),
    landing_key=Named(_HOOK, "landing_key"),
    rows_by_key=Named(_HOOK, "rows_by_key"),
    unique=Named(_HOOK, "unique"),
    notices=Named(_HOOK, "notices"),
    owner=Owner(of=Named(_HOOK, "owner"), is_same=Named(_HOOK, "is_same_owner")),
    rechecks=True,
    said_beside={
        "form": SaidBeside("group_payment_types", "paymentTypeId", "paymentTypeName", "paymentLedgerAccount"),
    },
    # bsale.seed.txt: a payment, its totals, kinds of documents; what a form of payment is called, and its account.
    # checkTitular, checkRut and the like are people's.
    open_fields=OpenFields(
        frozenset(
            {
                ".timezone",
                ".owner",
                "count.*",
                "document_types.*",
                "catalogue.name",
                "payments.state",
                "undated.state",
                "far.state",
                "href",
                "id",
                "amount",
                "recordDate",
                "createdAt",
                "checkDate",
                "isCreditPayment",
                "isClientCredit",
                "isCreditNote",
                "codesii",
                "codeSii",
                "officeId",
                "paymentTypeId",
                "paymentTypeName",
                "paymentLedgerAccount",
                "paymentTypeTotalAmount",
            }
        )
    ),
)
