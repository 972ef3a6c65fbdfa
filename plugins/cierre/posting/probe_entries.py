"""A probe's bench: entries at addresses of their own, noted before they are sent and removed in the end."""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import psycopg

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry
from cierre.bookkeeping.read_back import BookedLine
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import say
from cierre.ledger import probes
from cierre.ports.erp import Acknowledged, ReadableErp
from cierre.ports.errors import DataError, UncertainError, VendorError
from cierre.ports.probe import Ground, ProbeRefused

log = logging.getLogger(__name__)


@dataclass
class _Place:
    """What a probe did at an address: the ``documents`` it was told of, whether there may be others (``unclear``), and
    whether a request may still be carried out there (``late``)."""

    documents: list[str] = field(default_factory=list)
    unclear: bool = False
    late: bool = False


class Bench:
    """Writes a probe's entries and knows where they are. ``clear`` must be called at the end, whatever happened.

    ``left_behind``: addresses that an earlier probe could not empty, with the numbers that are known.
    """

    def __init__(
        self,
        connection: psycopg.Connection,
        erp: ReadableErp,
        ground: Ground,
        left_behind: Mapping[Address, list[str]],
    ) -> None:
        self.connection, self.erp, self.ground = connection, erp, ground
        self._numbers = set(erp.numbering.documents)
        self._places = {address: _Place(documents, unclear=True) for address, documents in left_behind.items()}

    def fresh(self, *, letters: bool = False) -> Address:
        """An address where no probe has written yet, at random, so that other ledgers' probes are not met either.

        Raises ProbeRefused where there is none left.
        """
        ground = self.ground
        taken = probes.taken(self.connection, ground.connection, ground.tenant, ground.day, ground.lot)
        free = [sublot for sublot in self.erp.numbering.for_probes(more=letters) if sublot not in taken]
        while free:
            sublot = free.pop(secrets.randbelow(len(free)))
            address = Address(ground.tenant, ground.day, ground.lot, sublot)
            if probes.take(self.connection, ground.connection, address):
                self._places[address] = _Place()
                return address
        raise ProbeRefused(
            f"Probes have used all sublots of lot {ground.lot} on {ground.day}: name another lot, or another date."
        )

    def insert(self, address: Address, entry: JournalEntry, key: str = "probe") -> Acknowledged:
        """Inserts an entry; raises as the ERP's hook does."""
        return self._write([address], lambda: self.erp.insert(address, entry, key))

    def reverse(self, of: Address, document: str, into: Address) -> Acknowledged:
        """Reverses a document; where it lands is not believed, so both addresses are looked after."""
        return self._write([of, into], lambda: self.erp.reverse(of=of, document=document, into=into))

    def delete(self, address: Address, document: str) -> bool:
        """Deletes a document; raises as the ERP's hook does."""
        deleted = self.erp.delete(address, document)
        documents = self._places[address].documents
        if document in documents:
            documents.remove(document)
        return deleted

    def lines_at(self, address: Address) -> list[BookedLine]:
        """What stands at an address, where the site can be read."""
        ground = self.ground
        lines = self.erp.read_back(ground.tenant, address.entry_date, address.lot) or []
        return [line for line in lines if line.sublot == address.sublot]

    def clear(self, *, readable: bool) -> list[Sentence]:
        """Removes all documents of this probe, and what an earlier one left; newest first, so a reversal goes before
        what it reverses. Returns a sentence for each thing that is still there, or may be.

        ``readable``: the site was found to say what stands in a lot.
        """
        addresses = [*reversed(self._places)]
        before, after = _Lots(self.erp, readable=readable), _Lots(self.erp, readable=readable)
        left = {address: sentence for address in addresses if (sentence := self._delete_all(address, before))}
        for address in addresses:
            if address not in left and (sentence := self._look_after(address, after)):
                left[address] = sentence
        return [left[address] for address in addresses if address in left]

    def _write(self, addresses: list[Address], send: Callable[[], Acknowledged]) -> Acknowledged:
        places = [self._places[address] for address in addresses]
        unclear = [place.unclear for place in places]  # a refused entry may have left something there before
        for place in places:
            place.unclear, place.late = True, True  # until the answer is here; whoever is stopped meanwhile knows it
        try:
            answer = send()
        except UncertainError:
            raise
        except VendorError as error:
            for place in places:
                place.unclear, place.late = isinstance(error, DataError), False
            raise
        self._numbers.add(answer.document)
        for address, place, before in zip(addresses, places, unclear, strict=True):
            place.unclear, place.late = before, False
            place.documents.append(answer.document)
            probes.note_document(self.connection, self.ground.connection, address, answer.document)
        return answer

    def _delete_all(self, address: Address, lots: "_Lots") -> Sentence | None:
        """Deletes what stands, or may stand, at an address; why that may not have been all of it, else None."""
        place = self._places[address]
        try:
            standing = {line.document for line in lots.lines_at(address)}
            for document in sorted({*place.documents, *standing, *(self._numbers if place.unclear else ())})[::-1]:
                if self.erp.delete(address, document):
                    log.info(
                        say("Removed document {document} of a probe at {address}.", document=document, address=address)
                    )
        except VendorError as error:
            return Sentence(
                "what the probe wrote at {address} may still stand there: {why}", address=str(address), why=error
            )
        return None

    def _look_after(self, address: Address, lots: "_Lots") -> Sentence | None:
        """Why an address may not be empty though all there was deleted; None where it is, which is noted."""
        try:
            if still := lots.lines_at(address):
                return Sentence(
                    "document {document} at {address} still stands, though the ERP says it was deleted",
                    document=still[0].document, address=str(address),
                )  # fmt: skip
        except VendorError as error:
            return Sentence(
                "what the probe wrote at {address} may still stand there: {why}", address=str(address), why=error
            )
        if self._places[address].late:
            return Sentence(
                "an answer was lost, so an entry may still arrive at {address}, which is empty now: probe again in an"
                " hour, which empties it once more",
                address=str(address),
            )
        probes.note_emptied(self.connection, self.ground.connection, address)
        return None


class _Lots:
    """What stands in lots, each read once at most; nothing where the site is not ``readable``."""

    def __init__(self, erp: ReadableErp, *, readable: bool) -> None:
        self._erp, self._readable = erp, readable
        self._read: dict[tuple[str, date, str], list[BookedLine] | VendorError] = {}

    def lines_at(self, address: Address) -> list[BookedLine]:
        """What stands at an address. Raises VendorError, once more for each address of a lot that cannot be read."""
        if not self._readable:
            return []
        lot = (address.tenant, address.entry_date, address.lot)
        if lot not in self._read:
            try:
                self._read[lot] = self._erp.read_back(*lot) or []
            except VendorError as error:
                self._read[lot] = error
        lines = self._read[lot]
        if isinstance(lines, VendorError):
            raise lines
        return [line for line in lines if line.sublot == address.sublot]
