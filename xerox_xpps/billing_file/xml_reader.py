# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Read an XML billing details file by its layout."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from .fields import DEVICE_FIELDS, INVOICE_FIELDS, OVERAGE, REQUIRED_INVOICE_FIELDS
from .issue import ERROR, Issue, Unreadable, _, shown
from .issue_log import IssueLog
from .layout import XmlLayout
from .limits import (
    FAULTY_RECORD,
    MAX_DEVICES,
    MAX_NESTED,
    MAX_PATH,
    MAX_TREE,
    MAX_UNKNOWN_ATTRIBUTES,
    NAMELESS_RECORD,
    Allowance,
    check_limit,
)
from .lines import RELIABLE_LINES, LineIndex
from .model import BillingDetails, DeviceRecord, InvoiceRecord
from .records import device_record, incomplete, invoice_record, no_devices, too_many_devices
from .values import EXPECTED, NEEDED, ValueReader
from .xml_markup import check_markup
from .xml_parser import parse, root_element
from .xml_path import element_steps, find_element, parse_path
from .xml_rows import INVALID, REPEATED, Fault, elements_at, fill, make_plan
from .xml_schema import (
    ATTRIBUTE,
    MISSING,
    NESTED,
    OTHER,
    TEXT,
    UNEXPECTED,
    VALUE,
    Schema,
    Violation,
    schema_for,
)
from .xml_stream import TOO_MANY_NESTED, RecordStream
from .xsd_guard import SchemaError

# Faults that a record may have: more than there are values.
_PLENTY = 64
# Records that use up what may be refused, and how many a file has for which it is worth while to look.
_TRIED, _MANY = 6_000, 20_000
_BELOW_ZERO = re.compile(r"\s*-[0-9]{1,9}\s*")
_REPEATED = _("The element <%(element)s> occurs more than once inside <%(parent)s>.")
_ASIDE = _(
    "The value of <%(element)s> contains a comment or a processing instruction, so the value is not clear. Remove it."
)
_VIOLATIONS = {
    UNEXPECTED: _(
        "The element <%(element)s> is not expected here inside <%(parent)s>: it is unknown, misspelled, repeated or "
        "in the wrong order."
    ),
    MISSING: _("The element <%(name)s> is missing inside <%(element)s>."),
    ATTRIBUTE: _("The element <%(element)s> has an attribute that is not expected: %(name)s."),
    TEXT: _("There is text between the elements inside <%(element)s>."),
    NESTED: _("The element <%(element)s> must contain a plain value, but it contains other elements."),
    VALUE: _("The value '%(value)s' of %(element)s is not allowed by the schema of the file: %(name)s"),
    OTHER: _("The element <%(element)s> does not follow the schema of the file: %(name)s"),
}


def read_xml(data: bytes, layout: XmlLayout, credits: bool = False) -> tuple[BillingDetails | None, list[Issue]]:
    """The details, as far as they can be read, and the issues of reading them.

    The details are None when the file is not XML, or not with the root element of the layout.
    """
    try:
        markup = check_markup(data)
        schema, unusable = _schema_of(layout)
        if schema is not None and not schema.has_attributes:
            template = _("The file has more than %(limit)s attributes that its schema does not allow.")
            check_limit(markup.attributes - markup.namespaces, MAX_UNKNOWN_ATTRIBUTES, template)
        if markup.tags + markup.attributes > MAX_TREE:
            _check_root(root_element(data), layout)
            sound = RecordStream(layout, markup, schema, credits).look_through(data)
            details = sound and _sound_details(data, layout, credits, *sound)
            if details:
                return details, unusable
        root = parse(data, markup)
        _check_root(root, layout)
        details, issues = _XmlFile(data, root, layout, schema, credits).details()
        return details, [*unusable, *issues]
    except Unreadable as error:
        return None, [error.issue, *error.found]


def _schema_of(layout: XmlLayout) -> tuple[Schema | None, list[Issue]]:
    """The schema of the layout, if it has one; or the issue that it cannot be used."""
    if layout.xsd is None:
        return None, []
    try:
        return schema_for(layout.xsd), []
    except SchemaError as error:
        template = _("The schema of this file format cannot be used: %(detail)s.")
        params = {"detail": shown(str(error)).rstrip(".")}
        return None, [Issue(ERROR, "file_schema", template, params)]


def _check_root(root: etree._Element, layout: XmlLayout) -> None:
    """Raise ``Unreadable`` when the root element is not the layout's."""
    if root.tag == layout.root:
        return
    template = _("This is not a billing details file: it starts with the element <%(element)s> instead of <%(root)s>.")
    params = {"element": shown(root.tag), "root": layout.root}
    raise Unreadable(Issue(ERROR, "file_schema", template, params, root.sourceline, path=f"/{params['element']}"))


def _sound_details(
    data: bytes, layout: XmlLayout, credits: bool, root: etree._Element, devices: Sequence[DeviceRecord]
) -> BillingDetails | None:
    """What a file says with whose records nothing is wrong; None when that cannot be said of the invoice."""
    try:
        invoice = _XmlFile(data, root, layout, None, credits).sound_invoice()
    except Unreadable:
        return None
    return None if invoice is None else BillingDetails(invoice, tuple(devices))


class _XmlFile:
    """One reading of one file."""

    def __init__(
        self, data: bytes, root: etree._Element, layout: XmlLayout, schema: Schema | None, credits: bool
    ) -> None:
        self._root = root
        self._layout = layout
        # Where pages may be below zero, which the schema of regular files need not foresee.
        self._credited = _overage_paths(layout) if credits else frozenset()
        self._schema = schema
        self._lines = LineIndex(data, root)
        self._values = ValueReader(layout, credits=credits)
        self._invoices = elements_at(root, layout.invoice_path)
        self._extra_invoices = set(self._invoices[1:])
        self._records = elements_at(root, layout.device_path)
        self._devices: list[DeviceRecord] = []
        self._issues = IssueLog()
        self._allowance = Allowance()
        # Indexes of the records that are taken from it.
        self._paid: set[int] = set()
        # Indexes of the records that lack the serial or have an element that the layout does not know, and of
        # those with an issue.
        self._odd: set[int] = set()
        self._bad: set[int] = set()
        # Elements, and (parent, path) of absent ones, that have their issue: the schema finds them again.
        self._reported: set[etree._Element | tuple[etree._Element, str]] = set()

    def details(self) -> tuple[BillingDetails | None, list[Issue]]:
        """Read the invoice, then the devices, then look for what only the schema can tell. Raises ``Unreadable``."""
        if len(self._records) > MAX_DEVICES:
            raise too_many_devices()
        with self._issues.telling():
            invoice = self._read_invoice()
            self._read_devices()
            if self._schema is not None:
                suspects = self._odd | self._bad
                for violation, index in self._schema.violations(self._root, self._records, suspects, self._bad):
                    self._report_violation(violation, index)
        if not self._records:
            self._issues.add(no_devices())
        for index in self._bad:
            self._devices[index] = incomplete(self._devices[index])
        return BillingDetails(invoice, tuple(self._devices)), self._issues.listed()

    def sound_invoice(self) -> InvoiceRecord | None:
        """The invoice, of which the tree has all but the records; None when there is something wrong with it."""
        invoice = self._read_invoice()
        return None if self._issues.listed() or invoice.source_line >= RELIABLE_LINES else invoice

    # Values

    def _read_invoice(self) -> InvoiceRecord:
        row: dict[str, Any] = {}
        element = self._root
        if self._invoices:
            element = self._invoices[0]
            faults: list[Fault] = []
            fill(row, element, make_plan(self._layout.invoice_fields, INVOICE_FIELDS, self._values), faults)
            self._report_faults(faults)
            self._report_lacking(element, row)
            for extra in self._invoices[1:]:
                self._report_element(extra, _REPEATED)
        else:
            steps = element_steps(self._layout.invoice_path)
            parent, tag = (steps[-2].name if len(steps) > 1 else ""), steps[-1].name
            self._report("file_schema", _VIOLATIONS[MISSING], {"name": tag, "element": parent}, self._root)
            self._reported.add((self._root, tag))
        return invoice_record(row, self._lines.line(element))

    def _report_lacking(self, invoice: etree._Element, row: Mapping[str, Any]) -> None:
        for field in REQUIRED_INVOICE_FIELDS:
            path = self._layout.invoice_fields.get(field)
            if not path or row.get(field):
                continue
            element = find_element(invoice, path)
            if element is None:
                params = {"name": path, "element": shown(invoice.tag)}
                self._report("file_schema", _VIOLATIONS[MISSING], params, invoice)
                self._reported.add((invoice, path))
            elif element not in self._reported:
                self._report("value_invalid", NEEDED, {"element": path}, element)

    def _read_devices(self) -> None:
        plan = make_plan(self._layout.device_fields, DEVICE_FIELDS, self._values)
        line_of = self._lines.line
        serials: set[str | None] = set()
        for index, record in enumerate(self._records):
            if index == _TRIED and len(self._records) > _MANY:
                self._check_first(index)
            check_limit(len(record), MAX_NESTED, TOO_MANY_NESTED)
            row: dict[str, Any] = {}
            faults: list[Fault] = []
            known = fill(row, record, plan, faults)
            serial = row.get("serial")
            if not known or "serial" not in row:
                self._odd.add(index)
            if not known and not faults and self._schema is not None and not self._schema.knows_all(record):
                self._spend(FAULTY_RECORD, index)
            elif not serial or serial in serials:
                self._spend(NAMELESS_RECORD, index)
            serials.add(serial)
            self._devices.append(device_record(row, line_of(record), index + 1, complete=not faults))
            if faults:
                self._report_faults(faults, index)

    def _check_first(self, count: int) -> None:
        """Of many records that the schema refuses, all of them, not all have to be read."""
        if self._schema is not None:
            known = {*range(count, len(self._records)), *self._odd, *self._bad}
            self._schema.check_others(self._root, self._records, known)

    # Issues

    def _report_faults(self, faults: Sequence[Fault], index: int | None = None) -> None:
        self._allowance.spend(FAULTY_RECORD * max(0, len(faults) - _PLENTY))
        repeated = set()
        for fault in faults:
            element, path = fault.element, fault.leaf.path
            if fault.kind == REPEATED:
                # Once an element name, however often it is repeated.
                if path not in repeated:
                    self._report_element(element, _REPEATED, index)
                repeated.add(path)
                self._reported.add(element)
            elif not self._issues.takes("value_invalid"):
                self._count("value_invalid", element, index)
            elif fault.kind == INVALID:
                params = {
                    "element": path,
                    "value": shown(fault.text),
                    "example": self._values.example(fault.leaf.kind),
                }
                template = fault.template or EXPECTED[fault.leaf.kind]
                self._report("value_invalid", template, params, element, index)
            else:
                template = _VIOLATIONS[NESTED] if element.find("*") is not None else _ASIDE
                self._report("value_invalid", template, {"element": path}, element, index)

    def _report_element(self, element: etree._Element, template: str, index: int | None = None) -> None:
        if not self._issues.takes("file_schema"):
            self._count("file_schema", element, index)
            return
        params = {"element": shown(element.tag), "parent": shown(element.getparent().tag)}
        self._report("file_schema", template, params, element, index)

    def _count(self, code: str, element: etree._Element, index: int | None) -> None:
        """A problem at the element that is not listed any more."""
        self._note(element, index)
        self._issues.count(code)

    def _note(self, element: etree._Element, index: int | None) -> None:
        self._reported.add(element)
        if index is not None and index not in self._bad:
            self._bad.add(index)
            self._spend(FAULTY_RECORD, index)

    def _spend(self, price: int, index: int) -> None:
        """Take the record from what may be unsound, once."""
        if index not in self._paid:
            self._paid.add(index)
            record = self._records[index]
            self._allowance.spend(price + len(record), record.sourceline)

    def _report(
        self,
        code: str,
        template: str,
        params: dict[str, Any],
        element: etree._Element,
        index: int | None = None,
    ) -> None:
        """An issue at the element, which is in the record with this index."""
        self._note(element, index)
        serial = "" if index is None else self._devices[index].serial
        line = self._lines.line(element)
        self._issues.add(Issue(ERROR, code, template, params, line, serial, self._path(element, index)))

    def _path(self, element: etree._Element, index: int | None) -> str:
        """Path with the number of the record, known without counting siblings as lxml's getpath() does."""
        record = None if index is None else self._records[index]
        steps = []
        while element is not None and element is not record:
            steps.append(f"/{shown(element.tag)}")
            element = element.getparent()
        prefix = "" if index is None else f"{self._layout.device_path}[{index + 1}]"
        path = prefix + "".join(reversed(steps))
        return path if len(path) <= MAX_PATH else f"{path[: MAX_PATH - 1]}…"

    # Schema

    def _report_violation(self, violation: Violation, index: int | None) -> None:
        element, kind, name = violation.element, violation.kind, violation.name
        if self._is_known(violation, index):
            return
        code = "value_invalid" if kind in (VALUE, NESTED) else "file_schema"
        if not self._issues.takes(code):
            self._count(code, element, index)
            return
        params = {"element": shown(element.tag), "name": shown(name)}
        if kind == UNEXPECTED:
            params["parent"] = shown(element.getparent().tag)
        if kind == VALUE:
            params["value"] = shown(element.text or "")
        self._report(code, _VIOLATIONS[kind], params, element, index)

    def _is_known(self, violation: Violation, index: int | None) -> bool:
        """Whether the violation has its issue already, or is only the consequence of another."""
        element, kind, name = violation.element, violation.kind, violation.name
        if kind == MISSING:
            # A record without its serial number has an issue of a code of its own.
            no_serial = index is not None and name == self._layout.device_fields["serial"]
            return no_serial or (element, name) in self._reported or element in self._extra_invoices
        if kind == UNEXPECTED and not self._invoices and index is not None and element is self._records[index]:
            # A record is not expected only because no invoice comes before it.
            return True
        if kind == VALUE and self._credited and index is not None and self._takes_back(element, self._records[index]):
            return True
        return kind in (UNEXPECTED, NESTED, VALUE) and element in self._reported

    def _takes_back(self, element: etree._Element, record: etree._Element) -> bool:
        """Whether an element has pages below zero, as a correction may have them."""
        if not _BELOW_ZERO.fullmatch(element.text or ""):
            return False
        tags: list[str] = []
        each: etree._Element | None = element
        while each is not None and each is not record:
            tags.append(each.tag)
            each = each.getparent()
        return tuple(reversed(tags)) in self._credited


def _overage_paths(layout: XmlLayout) -> frozenset[tuple[str, ...]]:
    """The tags below a record that lead to the pages above the allowance."""
    paths = [parse_path(path) for name, path in layout.device_fields.items() if DEVICE_FIELDS[name] == OVERAGE]
    return frozenset(tuple(step.name for step in path.steps) for path in paths if not path.attribute)
