"""Conditions on rows, as a tree: what somebody asks a list for, apart from how it was written and who looks it up."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Operator = Literal["==", "!=", "=lt=", "=le=", "=gt=", "=ge=", "=bt=", "=in=", "=out="]

Operand = str | date


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field beside values: one, two for ``=bt=`` (both included), one or more for ``=in=`` and ``=out=``."""

    field: str
    operator: Operator
    values: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All of these must hold; without any, everything fits."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of these must hold."""

    parts: tuple["Condition", ...]


Condition = Comparison | Every | Either

ANYTHING = Every(())
"""What every row fits."""


@dataclass(frozen=True, slots=True)
class Order:
    """A field that rows are sorted by."""

    field: str
    descending: bool = False
