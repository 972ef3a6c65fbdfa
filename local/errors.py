"""What goes wrong on one machine, told to people."""


class LocalError(RuntimeError):
    """The system cannot be started, asked or stopped; the message says what is wrong and what to do."""
