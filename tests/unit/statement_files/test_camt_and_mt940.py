"""camt.053 and MT940: what is read adds up, and what a bank would never send is refused."""

import logging
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.statements.certificate import claims
from cierre.statement_files.camt import read_camt
from cierre.statement_files.faults import StatementFileError
from cierre.statement_files.mt940 import read_mt940

CAMT = """<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>7</Id>
<Acct><Id><IBAN>ES9121000418450200051332</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2025-03-03</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">14.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2025-03-04</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2025-03-03</Dt></BookgDt>
<AcctSvcrRef>B1</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>E2E</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">0.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2025-03-04</Dt></BookgDt></Ntry>
<Ntry><Amt Ccy="EUR">99.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts></Ntry>
</Stmt></BkToCstmrStmt></Document>"""

MT940 = b""":20:REF
:25:BANCO/0019
:28C:12/1
:60F:C250303EUR10,00
:61:2503030303C5,00NTRFE2E//B1
:86:TRANSFERENCIA
:61:2503040304D0,50NCHGNONREF
:86:COMISION
:62F:C250304EUR14,50
"""


def test_a_camt_statement_without_what_is_only_announced():
    (read,) = read_camt(CAMT.encode())
    assert [line.amount for line in read.lines] == [Decimal("5.00"), Decimal("-0.50")]
    assert (read.lines[0].bank_id, read.lines[0].reference) == ("B1", "E2E")
    assert (read.first, read.last) == (date(2025, 3, 3), date(2025, 3, 4))
    assert all(claim.holds for claim in claims(read))


def test_a_movement_that_is_missing_is_seen_by_the_balances():
    (read,) = read_camt(CAMT.replace("5.00</Amt>", "6.00</Amt>", 1).encode())
    assert [claim.holds for claim in claims(read)] == [False]


def test_a_camt_on_one_line_tells_its_movements_apart_by_their_order():
    (read,) = read_camt(CAMT.replace("\n", "").encode())
    assert [line.place for line in read.lines] == [1, 2]
    with pytest.raises(StatementFileError, match=r"^row 2: an amount does not say"):
        read_camt(CAMT.replace("\n", "").replace("<CdtDbtInd>DBIT", "<CdtDbtInd>X").encode())


BOMB = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no XML"),
        (CAMT[:-20], "no XML"),
        (CAMT.replace('<?xml version="1.0"?>', BOMB).replace("E2E", "&b;"), "declares XML entities"),
        (CAMT.replace('<?xml version="1.0"?>', '<!DOCTYPE d SYSTEM "file:///etc/passwd">'), "declares XML entities"),
        ("<a/>", "no statement"),
        ("<a>" * 10_000 + "</a>" * 10_000, "no XML"),
        (CAMT.replace("5.00</Amt>", "5,00</Amt>", 1), "is no amount in EUR"),
        (CAMT.replace("<CdtDbtInd>DBIT", "<CdtDbtInd>X"), "whether money came or went"),
        (CAMT.replace("<BookgDt><Dt>2025-03-04</Dt></BookgDt>", ""), "a movement has no date"),
        (CAMT.replace('Ccy="EUR">0.50', 'Ccy="USD">0.50'), "one account and one currency"),
    ],
)
def test_a_camt_that_no_bank_sends_is_refused(content, said):
    with pytest.raises(StatementFileError, match=said):
        read_camt(content.encode())


@given(st.binary(max_size=300))
def test_whatever_is_sent_is_read_or_refused(content):
    for reader in (read_camt, read_mt940):
        with pytest.raises(StatementFileError):
            reader(content)


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data):
    for reader, whole in ((read_camt, CAMT.encode()), (read_mt940, MT940)):
        damaged = bytearray(whole)
        for _ in range(data.draw(st.integers(1, 4))):
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
        try:
            read = reader(bytes(damaged))
        except StatementFileError:
            continue  # and no other error
        assert read


def test_a_camt_reversal_is_one_and_keeps_the_sign_of_what_moved():
    (read,) = read_camt(CAMT.replace("DBIT</CdtDbtInd>", "DBIT</CdtDbtInd><RvslInd>true</RvslInd>").encode())
    assert [(line.amount, line.is_reversal) for line in read.lines] == [
        (Decimal("5.00"), False),
        (Decimal("-0.50"), True),
    ]


def test_all_of_what_a_payer_writes_is_read_and_no_number_is_none():
    told = "<RmtInf><Ustrd>PAGO DE</Ustrd><Ustrd>REDCARD 7</Ustrd></RmtInf>"
    text = CAMT.replace("<EndToEndId>E2E</EndToEndId></Refs>", f"<EndToEndId>NotProvided</EndToEndId></Refs>{told}")
    (read,) = read_camt(text.encode())
    assert (read.lines[0].text, read.lines[0].reference) == ("PAGO DE REDCARD 7", "")


def mt940_of(movement, closing, encoding="latin-1"):
    """An MT940 of one movement, from 10.00 on."""
    return f":20:REF\n:25:B/1\n:28C:1/1\n:60F:C250303EUR10,00\n{movement}\n:62F:{closing}\n".encode(encoding)


@pytest.mark.parametrize(
    ("mark", "moved", "is_reversal"),
    [
        ("C", "0.50", False),
        ("D", "-0.50", False),
        ("RC", "-0.50", True),
        ("RD", "0.50", True),
        ("c", "0.50", False),
        ("d", "-0.50", False),
        ("rc", "-0.50", True),
        ("CR", "0.50", False),
        ("DR", "-0.50", False),
        ("RCR", "-0.50", True),
        ("RDR", "0.50", True),
    ],
)
def test_the_marks_of_an_mt940(mark, moved, is_reversal):
    closing = f"C250303EUR{10 + Decimal(moved)}".replace(".", ",")
    (read,) = read_mt940(mt940_of(f":61:2503030303{mark}0,50NTRFE2E//B1", closing))
    assert [(line.amount, line.is_reversal) for line in read.lines] == [(Decimal(moved), is_reversal)]
    assert all(claim.holds for claim in claims(read))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_an_mt940_in_any_encoding_of_its_letters(encoding):
    made = mt940_of(":61:2503030303C0,50NTRFE2E//B1\n:86:DEPÓSITO ÑANDÚ", "C250303EUR10,50", encoding)
    assert read_mt940(made)[0].lines[0].text == "DEPÓSITO ÑANDÚ"


@pytest.mark.parametrize(
    "content",
    [
        mt940_of(":61:2503030303C4.50NTRFE2E//B1", "C250303EUR14,00"),
        mt940_of(":61:250303C1.234,50NTRFE2E//B1", "C250303EUR11,00"),
        mt940_of(":61:2503030303rcr4.50NTRFE2E//B1", "C250303EUR6,00"),
        mt940_of(":61:2503030303C4,00NTRFE2E//B1", "C250303EUR14.50"),
        mt940_of(":61:2503030303C4,00NTRFE2E//B1", "C250303EUR14,00").replace(b"10,00", b"10.50"),
    ],
)
def test_an_amount_with_a_point_is_refused_though_the_balances_agree(content):
    with pytest.raises(StatementFileError, match="the decimal mark of an MT940 is the comma"):
        read_mt940(content)


def test_what_cannot_be_read_is_not_repeated_to_the_log(caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(StatementFileError):
        read_mt940(mt940_of(":61:2503030303+4,50NTRFMARIA PEREZ//B1", "C250303EUR14,50"))
    assert "MARIA" not in caplog.text


def test_an_mt940_statement():
    (read,) = read_mt940(MT940)
    assert [line.amount for line in read.lines] == [Decimal("5.00"), Decimal("-0.50")]
    assert [line.reference for line in read.lines] == ["E2E", ""]
    assert read.lines[0].bank_id == "B1"
    assert (read.account, read.currency) == ("BANCO/0019", "EUR")
    assert all(claim.holds for claim in claims(read))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no MT940"),
        (MT940.replace(b":62F:", b":99F:"), "one of its balances"),
        (
            MT940.replace(b":61:2503040304D0,50NCHG", b":61:what is this"),
            "cannot be read|no MT940 that can be read|of them",
        ),
    ],
)
def test_an_mt940_that_cannot_be_read_whole_is_refused(content, said):
    with pytest.raises(StatementFileError, match=said):
        read_mt940(content)


def test_a_file_of_two_statements():
    first, second = read_mt940(MT940 + MT940.replace(b"C250304EUR14,50", b"C250305EUR14,50"))
    assert first.lines == second.lines
