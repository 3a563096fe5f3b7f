# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What must stand after any history of imports, corrections, undos and approvals, reckoned anew.

Nothing of the addon is used here, and nothing of Odoo: dictionaries, lists and exact decimals.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
MICRO = Decimal("0.000001")


@dataclass
class Terms:
    """What an agreement's customer pays for a page of a type, and the unit cost that it starts with.

    With a ``markup``, in percent, the price follows the cost.
    """

    price: Decimal | None
    billable: bool
    cost: Decimal | None
    markup: Decimal | None = None


@dataclass
class Contract:
    rate: Decimal  # of its currency, per unit of Xerox's
    terms: dict  # output type -> Terms

    def cost(self, xerox):
        return (xerox * self.rate).quantize(MICRO, ROUND_HALF_UP)

    def price(self, output_type, cost):
        terms = self.terms[output_type]
        if terms.markup is None:
            return terms.price
        return (cost * (100 + terms.markup) / 100).quantize(MICRO, ROUND_HALF_UP)


@dataclass
class Read:
    """A meter in a file: pages above the allowance, Xerox's unit cost, and the counter."""

    pages: int
    cost: Decimal
    current: int


@dataclass(eq=False)
class Charge:
    file: Any
    contract: str
    pages: int
    cost: Decimal
    price: Decimal
    billable: bool
    xerox: Decimal  # unit cost in Xerox's currency
    other_half: Any = None  # of two charges that only move pages to another cost, and perhaps price
    state: str = "draft"
    invoiced: bool = False

    @property
    def live(self):
        return self.state != "rejected"

    @property
    def moves_cost(self):
        """Whether no pages are charged or taken back, together with the other half."""
        return bool(self.other_half) and not (self.billable and self.live != self.other_half.live)

    @property
    def amount(self):
        return (self.pages * self.price).quantize(CENT, ROUND_HALF_UP) if self.billable else Decimal(0)


@dataclass(eq=False)
class File:
    """``rows``: {device: {output type: Read}}, in the order of the file."""

    kind: str
    month: int
    rows: dict
    state: str = "draft"
    held: set = field(default_factory=set)


class History:
    """Keys of ``reads`` and ``charges`` are (month, device, output type), of ``billed`` (month, device)."""

    def __init__(self, contracts, devices):
        self.contracts = contracts
        self.devices = devices  # device -> name of its contract, or None
        self.files = []
        self.reads = {}  # key -> [(file, Read)], the last one live
        self.billed = {}  # (month, device) -> [(file, contract)], the last one live
        self.charges = {}  # key -> [Charge]
        self.costs = {}  # (contract, type) -> [(file, unit cost)]
        self.rejected = set()  # keys of which a charge ever was

    # What a file may do

    def faulty(self, file, devices):
        """The devices of a file that cannot be imported now."""
        found = set()
        for device in devices:
            billed = self.billed.get((file.month, device))
            if billed and file.kind == "regular" or not billed and not self.devices[device]:
                found.add(device)
        return found

    def waiting(self, file):
        """The devices of a file that are not imported yet."""
        return [device for device in file.rows if file.state != "imported" or device in file.held]

    def imports(self, file, quarantine):
        """Import a file, or its held records. :return: whether that is possible"""
        waiting = self.waiting(file)
        faulty = self.faulty(file, waiting)
        if faulty and (not quarantine or len(faulty) == len(waiting)):
            return False
        before = {key: self.unit_cost(*key) for key in self._cost_keys()}
        noted = {}
        for device in waiting:
            if device not in faulty:
                self._import(file, device, before, noted)
        for key, cost in noted.items():
            self.costs.setdefault(key, []).append((file, cost))
        file.state, file.held = "imported", faulty
        return True

    def _cost_keys(self):
        return [(name, output_type) for name, contract in self.contracts.items() for output_type in contract.terms]

    def unit_cost(self, contract, output_type):
        """The contract default's: of the last import that stands, else what it was at first."""
        changes = self.costs.get((contract, output_type))
        return changes[-1][1] if changes else self.contracts[contract].terms[output_type].cost

    def _import(self, file, device, before, noted):
        stack = self.billed.setdefault((file.month, device), [])
        contract = stack[-1][1] if stack else self.devices[device]
        stack.append((file, contract))
        for output_type, read in file.rows[device].items():
            key = (file.month, device, output_type)
            reads = self.reads.setdefault(key, [])
            prior = reads[-1][1] if reads else None
            if prior == read:
                continue
            reads.append((file, read))
            if self.charges.get(key):
                self._correct(file, key, read, prior, before, noted)
            elif read.pages:
                terms = self.contracts[contract].terms[output_type]
                cost = self.contracts[contract].cost(read.cost)
                price = self.contracts[contract].price(output_type, cost)
                charge = Charge(file, contract, read.pages, cost, price, terms.billable, read.cost)
                self.charges.setdefault(key, []).append(charge)
                self._note(file, contract, output_type, cost, before, noted)

    def _note(self, file, contract, output_type, cost, before, noted):
        """An older period never changes today's unit cost of a contract."""
        newer = any(
            month > file.month and any(entry[1] == contract for entry in stack)
            for (month, _device), stack in self.billed.items()
        )
        if not newer and before[contract, output_type] != cost:
            noted[contract, output_type] = cost

    def _correct(self, file, key, read, prior, before, noted):
        charges = self.charges[key]
        of_pages = [charge for charge in charges if not charge.moves_cost]
        counted = [charge for charge in of_pages if charge.live]
        first = (counted or of_pages)[0]
        standing = sum(charge.pages for charge in counted)
        paid = [charge for charge in charges if charge.live and charge.pages > 0]
        last = paid[-1] if paid else first
        if prior.pages == read.pages and prior.cost == read.cost:
            return
        contract = self.contracts[first.contract]
        cost = contract.cost(read.cost)
        # What the customer pays by now: what the first charge said, or what the price was moved to since.
        paid = [charge for charge in charges if charge.moves_cost and charge.live and charge.billable]
        old_price = new_price = next((charge.price for charge in reversed(paid) if charge.pages > 0), first.price)
        if read.pages and cost != last.cost:
            self._note(file, first.contract, key[2], cost, before, noted)
            if first.billable and contract.terms[key[2]].markup is not None:
                new_price = contract.price(key[2], cost)

        def charge(pages, new, billable=first.billable):
            unit_cost, price, xerox = (cost, new_price, read.cost) if new else (last.cost, old_price, last.xerox)
            return Charge(file, first.contract, pages, unit_cost, price, billable, xerox)

        if prior.pages != read.pages and read.pages != standing:
            charges.append(charge(read.pages - standing, new=read.pages > standing))
        kept = min(standing, read.pages)
        if kept > 0 and cost != last.cost:
            billable = first.billable and old_price != new_price
            back, again = charge(-kept, False, billable), charge(kept, True, billable)
            back.other_half, again.other_half = again, back
            charges += [back, again]

    def correctable_by_none(self, file):
        """The later files that stand on a file, and so keep it from being undone."""
        found = set()
        for stack in self.billed.values():
            files = [entry[0] for entry in stack]
            if file in files and files[-1] is not file:
                found.add(files[files.index(file) + 1])
        return found

    def undo(self, file):
        """Take a file back. :return: whether that is possible"""
        mine = [charge for charges in self.charges.values() for charge in charges if charge.file is file]
        if any(charge.invoiced for charge in mine) or self.correctable_by_none(file):
            return False
        for stacks in (self.reads, self.billed, self.costs):
            for key, stack in stacks.items():
                stacks[key] = [entry for entry in stack if entry[0] is not file]
        for key, charges in self.charges.items():
            self.charges[key] = [charge for charge in charges if charge.file is not file]
        file.state, file.held = "cancelled", set()
        return True

    # What stands

    def live_reads(self):
        return {key: stack[-1][1] for key, stack in self.reads.items() if stack}

    def pages(self):
        """{key: pages that the customer is charged for}"""
        return self._sums(lambda charge: charge.pages if charge.billable else 0)

    def cost(self):
        """{key: what the charged pages cost, unrounded, in the contract's currency}"""
        return self._sums(lambda charge: charge.pages * charge.cost)

    def xerox(self):
        """{key: what Xerox bills for the charged pages, unrounded, in its currency}"""
        return self._sums(lambda charge: charge.pages * charge.xerox)

    def _sums(self, value):
        return {
            key: sum((value(charge) for charge in charges if charge.live), Decimal(0))
            for key, charges in self.charges.items()
            if charges
        }

    def amounts(self):
        """{contract: what its customer is charged}"""
        totals = dict.fromkeys(self.contracts, Decimal(0))
        for charges in self.charges.values():
            for charge in charges:
                if charge.live:
                    totals[charge.contract] += charge.amount
        return totals
