"""A bank's file by its format: standard kinds say themselves what stands where, and must be of the format's account."""

import pytest
from pydantic import ValidationError

from cierre.bookkeeping.statements.format import BankFormat
from cierre.statement_files.bank import read_bank
from cierre.statement_files.faults import StatementFileError

MT940 = b""":20:REF
:25:BANCO/0019
:28C:12/1
:60F:C250303EUR10,00
:61:2503030303C5,00NTRFE2E//B1
:86:TRANSFERENCIA RED
:62F:C250303EUR15,00
"""
FORMAT = {
    "name": "banco",
    "kind": "bank",
    "file": "mt940",
    "account": "BANCO/0019",
    "currency": "EUR",
    "channels": [{"name": "red", "contains": " red"}],
}


def test_a_standard_file_gets_its_channels_by_the_format():
    (read,) = read_bank(MT940, BankFormat.model_validate(FORMAT))
    assert [line.channel for line in read.lines] == ["red"]


def channels(*movements):
    """The channels of an MT940's movements."""
    made = MT940.partition(b":61:")[0] + b"".join(movement + b"\n:86:DE LA RED\n" for movement in movements)
    (read,) = read_bank(made + b":62F:C250303EUR15,00\n", BankFormat.model_validate(FORMAT))
    return [line.channel for line in read.lines]


@pytest.mark.parametrize(
    ("movements", "told"),
    [
        ([b":61:2503030303C5,00NTRFA//B1", b":61:2503030303RC5,00NTRFB//B2"], ["", ""]),
        ([b":61:2503030303RC5,00NTRFB//B2", b":61:2503030303C5,00NTRFA//B1"], ["", ""]),
        ([b":61:2503030303C5,00NTRFA//B1", b":61:2503030303RC4,00NTRFB//B2"], ["red", "red"]),
        ([b":61:2503030303C5,00NTRFA//B1", b":61:2503030303D5,00NTRFB//B2"], ["red", "red"]),
        (
            [b":61:2503030303C5,00NTRFA//B1", b":61:2503030303C5,00NTRFC//B3", b":61:2503030303RC5,00NTRFC//B4"],
            ["red", "", ""],
        ),
        (
            [b":61:2503030303C5,00NTRFA//B1", b":61:2503030303C5,00NTRFC//B3", b":61:2503030303RC5,00NTRFNONREF//B4"],
            ["", "", ""],
        ),
    ],
)
def test_money_that_the_file_itself_takes_back_is_nobodys(movements, told):
    assert channels(*movements) == told


def test_the_word_of_a_channel_is_found_however_far_behind_it_stands():
    made = MT940.replace(b"TRANSFERENCIA RED", b"X" * 65 + b"\n" + b"Y" * 65 + b" RED")
    (read,) = read_bank(made, BankFormat.model_validate(FORMAT))
    assert [line.channel for line in read.lines] == ["red"]


@pytest.mark.parametrize("other", [{"account": "1"}, {"currency": "USD"}])
def test_a_file_of_another_account_is_refused(other):
    with pytest.raises(StatementFileError, match="the file is of account BANCO/0019 in EUR"):
        read_bank(MT940, BankFormat.model_validate({**FORMAT, **other}))


@pytest.mark.parametrize("wrong", [{"file": "csv"}, {"columns": {"booked": "Fecha", "amount": "Importe"}}])
def test_columns_are_for_tables_and_needed_there(wrong):
    with pytest.raises(ValidationError, match="columns are for csv and xlsx"):
        BankFormat.model_validate({**FORMAT, **wrong})
