"""`make preview` and its sisters: the commands of books on this machine's ledger."""

from contextlib import nullcontext

from local.books import books


class PlayedStack:
    """In place of the real one, with a test's own ledger."""

    def __init__(self, dsn):
        self.ledger_to_look_at = {"CIERRE_LEDGER_DSN": dsn}

    def ledger(self):
        return nullcontext()


def test_a_command_runs_on_the_stacks_ledger_and_its_status_is_handed_on(ledger_dsn, capfd):
    assert books(PlayedStack(ledger_dsn), ["unmapped"]) == 0
    assert "Every staged day is booked." in capfd.readouterr().out
    assert books(PlayedStack(ledger_dsn), ["preview", "--box", "nowhere", "--date", "2024-09-06"]) == 2
