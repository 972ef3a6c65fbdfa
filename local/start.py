"""Starting a stack before somebody's eyes: what it waits for is said on the console."""

from functools import partial

from rich.console import Console

from cierre.language.say import say
from local.stack import Stack


def start(stack: Stack, console: Console) -> None:
    """Starts a stack, unless it runs. Raises what `Stack.up` raises."""
    with console.status(say("Starting PostgreSQL, the sandbox and Airflow")) as status:
        # In a file there is no line that could change.
        stack.told = status.update if console.is_terminal else partial(console.print, soft_wrap=True)
        stack.up()
