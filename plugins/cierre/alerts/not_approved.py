"""A day that waited for a person and was not approved."""

from airflow.sdk.exceptions import AirflowFailException


class NotApproved(AirflowFailException):
    """A person said no, or nobody said anything in time: nothing broke.

    ``decision`` is the record's word, ``who`` the person, None where nobody answered; ``in_the_erp`` are the documents
    that the ERP holds of the day and keeps. ``comment`` is what the person said to it: the message leaves it out, since
    that is logged.
    """

    def __init__(
        self, message: str, *, decision: str, who: str | None, in_the_erp: list[str], comment: str = ""
    ) -> None:
        super().__init__(message)
        self.decision, self.who, self.in_the_erp, self.comment = decision, who, in_the_erp, comment
