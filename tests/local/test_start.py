"""What a start waits for is said on the console."""

import io

from rich.console import Console

from local.start import start


class SlowStack:
    """Says twice what it waits for."""

    def up(self):
        self.told("Starting PostgreSQL")
        self.told("Waiting for the scheduler (at work); 15 s so far")


def test_in_a_file_each_is_a_line_of_its_own():
    page = io.StringIO()
    start(SlowStack(), Console(file=page, width=20))
    assert page.getvalue().splitlines() == ["Starting PostgreSQL", "Waiting for the scheduler (at work); 15 s so far"]


def test_on_a_terminal_it_is_the_line_that_changes():
    page = io.StringIO()
    start(SlowStack(), Console(file=page, width=80, force_terminal=True))
    assert "Waiting for the scheduler (at work)" in page.getvalue()
