# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..billing_file import OUTPUT_TYPES, read_rates, serial_key
from ..billing_file.output_words import OUTPUT_WORDS, word_key
from ..common.bulk import bulk_create, bulk_update
from ..common.listing import bullets
from ..common.plural import plural
from ..common.window_actions import open_dialog, say_done
from ..importing.issues import issue_text
from ..rules import INCLUDED, RATE_OWNERS, UNIT_COST, name_key, named_domain

#: How many problems are listed at once: nobody corrects more before trying again.
MAX_LISTED = 50


class XppsRatePasteWizard(models.TransientModel):
    """Put many rates on a card: they are pasted from a spreadsheet, or come in a file.

    Either all of them are written, or none, and what is wrong is listed with the number of its line. A rate that the
    card has already gets the new value.
    """

    _name = "xpps.rate.paste.wizard"
    _inherit = ["xpps.upload.wizard"]
    _description = "Paste Rates"

    card_id = fields.Many2one("xpps.rate.card", string="Rate Card", required=True, readonly=True, ondelete="cascade")
    text = fields.Text(string="Rates", help="A line for each rate, as it is copied from a spreadsheet.")
    file_data = fields.Binary(string="File", help="A workbook (.xlsx) or a .csv file instead.")
    file_name = fields.Char()
    problems = fields.Text(readonly=True, help="What keeps the rates from being added.")

    def action_add(self):
        """Write all rates, or say what is wrong with them."""
        self.ensure_one()
        self.check_access("write")
        self.card_id.check_access("write")
        rows, issues = read_rates(*self._data(), self._titles())
        problems = [(issue.source_line or 0, issue_text(self.env, issue)) for issue in issues]
        rates = {}
        if rows:
            rates, more = self._find_rates(rows)
            problems += more
        if not problems and not rates:
            problems = [(0, self.env._("There are no rates."))]
        if problems:
            texts = [self._at(line, problem) for line, problem in sorted(problems)]
            self.problems = bullets(self.env, texts, MAX_LISTED)
            return open_dialog(self, self.env._("Paste Rates"), wide=True)
        return say_done(self._write_rates(rates))

    def _data(self):
        """:return: (bytes, name of the file)"""
        data = base64.b64decode(self.with_context(bin_size=False).file_data or b"")
        text = self.text or ""
        if data and text.strip():
            raise UserError(self.env._("Paste the rates, or select a file: one of the two."))
        if data:
            return data, self.file_name or ""
        if not text.strip():
            raise UserError(self.env._("Paste the rates, or select a file."))
        return text.encode(), "pasted.csv"

    def _titles(self):
        """:return: {column: [titles]}, those of the user's language first; see ``billing_file.read_rates``"""
        _ = self.env._
        return {
            "scope": [_("Scope"), "Scope"],
            "item": [_("Item"), "Item"],
            "device": [_("Serial Number"), _("Device"), "Serial Number", "Device"],
            "agreement": [_("Agreement"), "Agreement"],
            "model": [_("Printer Model"), _("Model Number"), _("Model"), "Printer Model", "Model Number", "Model"],
            "price_level": [_("Price Level"), "Price Level"],
            "component": [_("Component"), _("Output Type"), "Component", "Output Type"],
            "unit_cost": [_("Unit Cost"), "Unit Cost"],
            "included": [_("Included Pages"), "Included Pages", "Included"],
        }

    def _at(self, line, message):
        return self.env._("Line %(line)s: %(problem)s", line=line, problem=message) if line else message

    # What the rows mean

    def _words(self, name):
        """:return: {word_key: value} of a selection of lines: its values and labels, in English and the user's words"""
        field = self.env["xpps.rate.card.line"]._fields[name]
        pairs = [(value, value) for value, _label in field.selection]
        pairs += [*field.selection, *field._description_selection(self.env)]
        return {word_key(label): value for value, label in pairs}

    def _find_rates(self, rows):
        """:return: ({(scope, id of the owner, component, measure): value}, [(line, problem)])"""
        scopes = self._words("scope")
        components = {word_key(word): name for name, words in OUTPUT_WORDS.items() for word in words}
        components |= self._words("component")
        problems = []
        named = []
        for row in rows:
            scope, text, problem = self._named(row, scopes)
            if problem:
                problems.append((row.line, problem))
            named.append((row, scope, text))
        found = self._owners({(scope, text) for _row, scope, text in named if text})
        rates, lines = {}, {}
        for row, scope, text in named:
            if not text:
                continue
            scope, owner, problem = self._owner(scope, text, found)
            component = components.get(word_key(row.component))
            problem = problem or self._refuse(row, component)
            if problem:
                problems.append((row.line, problem))
                continue
            for measure, value in ((UNIT_COST, row.unit_cost), (INCLUDED, row.included)):
                if value is None:
                    continue
                key = (scope, owner, component, measure)
                first = lines.setdefault(key, row.line)
                if first != row.line:
                    problem = self.env._("The same rate is also on line %s. Delete one of them.", first)
                    problems.append((row.line, problem))
                rates[key] = value
        return rates, problems

    def _named(self, row, scopes):
        """:return: (scope or None, what the row names, what is wrong with it or None)"""
        if len(row.items) != 1:
            if not row.items:
                return None, "", self.env._("It does not say which device, agreement, model or price level it is for.")
            names = ", ".join(text for _column, text in row.items)
            return None, "", self.env._("It names more than one item: %s. Make a line for each.", names)
        column, text = row.items[0]
        scope = scopes.get(word_key(row.scope)) if row.scope else None
        if row.scope and not scope:
            labels = dict(self.env["xpps.rate.card.line"]._fields["scope"]._description_selection(self.env))
            return (
                None,
                "",
                self.env._(
                    "“%(scope)s” is no scope. Enter one of these, or nothing: %(scopes)s.",
                    scope=row.scope,
                    scopes=", ".join(labels.values()),
                ),
            )
        return (scope if column == "item" else column), text, None

    def _refuse(self, row, component):
        """What is wrong with a row whatever it is for; None if nothing is."""
        if not row.component:
            return self.env._("It has no component: enter a base fee or an output type.")
        if not component:
            labels = dict(self.env["xpps.rate.card.line"]._fields["component"]._description_selection(self.env))
            return self.env._(
                "“%(component)s” is no component. Enter one of these: %(components)s.",
                component=row.component,
                components=", ".join(labels.values()),
            )
        if row.unit_cost is None and row.included is None:
            return self.env._("It states neither a unit cost nor included pages.")
        if row.included is not None and component not in OUTPUT_TYPES:
            return self.env._("A base fee includes no pages. Leave them empty.")
        return None

    # What the rows name

    def _owner(self, scope, text, found):
        """:return: (scope, id, None), or (None, None, what is wrong)"""
        hits = [(each, id_) for each in (scope,) if each for id_ in found[each].get(self._key(each, text), ())]
        if not scope:
            hits = [(each, id_) for each in RATE_OWNERS for id_ in found[each].get(self._key(each, text), ())]
        if len(hits) == 1:
            return *hits[0], None
        if hits and len({each for each, _id in hits}) > 1:
            problem = self.env._("“%s” is the name of more than one kind of item. Enter the scope, too.", text)
        elif hits:
            problem = self.env._("“%s” is the name or number of more than one. Enter what only one of them has.", text)
        else:
            problem = {
                "device": self.env._("No device has the serial number “%s”. Correct it, or create the device.", text),
                "agreement": self.env._("No agreement has the number or name “%s”. Correct it.", text),
                "model": self.env._("No printer model has the model number or name “%s”. Correct it.", text),
                "price_level": self.env._("No price level is named “%s”. Correct it.", text),
                None: self.env._("No device, agreement, printer model or price level is named “%s”. Correct it.", text),
            }[scope]
        return None, None, problem

    def _key(self, scope, text):
        return serial_key(text) if scope == "device" else name_key(text)

    def _owners(self, texts):
        """What texts name, with one query a scope.

        :param texts: {(scope or None, text)}
        :return: {scope: {key of the text: {id}}}
        """
        company = self.card_id.company_id
        found = {scope: defaultdict(set) for scope in RATE_OWNERS}
        asked = {
            scope: {self._key(scope, text) for each, text in texts if each in (scope, None)} for scope in RATE_OWNERS
        }
        for scope, (model, domain, names) in {
            "device": ("stock.lot", [("is_xpps_device", "=", True), ("company_id", "=", company.id)], None),
            "agreement": (
                "sale.subscription",
                [("is_xpps", "=", True), ("is_xpps_master", "=", False), ("company_id", "=", company.id)],
                ("code", "name", "xpps_agreement_number"),
            ),
            "model": ("product.template", [("is_xpps_printer", "=", True)], ("xpps_model_number", "name")),
            "price_level": ("xpps.price.level", [], ("name",)),
        }.items():
            keys = asked[scope] - {""}
            if not keys:
                continue
            records = self.env[model]
            domain = Domain(domain) & Domain(records._check_company_domain(company))
            if scope == "device":
                for device in records.search_fetch(domain & Domain("xpps_serial_key", "in", list(keys)), ["name"]):
                    found[scope][serial_key(device.name)].add(device.id)
                continue
            domain &= Domain.OR(named_domain(name, keys) for name in names)
            for record in records.search_fetch(domain, names):
                for name in names:
                    found[scope][name_key(record[name] or "")].add(record.id)
        return found

    # Writing

    def _write_rates(self, rates):
        """:return: what was done"""
        card = self.card_id
        lines = self.env["xpps.rate.card.line"]
        there = {line._rate(): line for line in card.line_ids}
        changed = {there[key]: value for key, value in rates.items() if key in there}
        changed = {line: value for line, value in changed.items() if line[line.measure] != float(value)}
        if changed:
            bulk_update(
                lines,
                SQL("xpps_rate_card_line.id = changed.id"),
                {
                    name: SQL("CASE measure WHEN %s THEN changed.value ELSE 0 END", name)
                    for name in (UNIT_COST, INCLUDED)
                },
                SQL(
                    "UNNEST(%s::int[], %s::numeric[]) AS changed (id, value)",
                    [line.id for line in changed],
                    list(changed.values()),
                ),
            )
        new = {key: value for key, value in rates.items() if key not in there}
        if new:
            bulk_create(lines, (card._line_values(*key, value) for key, value in new.items()))
        texts = [
            plural(len(new), self.env._("1 rate was added."), self.env._("%s rates were added.", len(new))),
        ]
        if changed:
            texts.append(
                plural(
                    len(changed),
                    self.env._("1 rate was changed."),
                    self.env._("%s rates were changed.", len(changed)),
                )
            )
        text = " ".join(texts)
        card.message_post(body=text)
        return text
