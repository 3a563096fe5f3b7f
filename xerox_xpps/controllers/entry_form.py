# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The two forms of a device, which the portal and the page of a label have in common: *Enter a Read*, and *Report a
Problem*."""

from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import format_date, formatLang

from ..models.entry.xpps_customer_entry import MAX_CONTACT, MAX_TEXT

#: Bytes of a request. Of photos that are larger than is taken, but not absurdly so, the form itself says so.
MAX_BODY = 32 * 2**20


def read_form(device, source, address):
    """*Enter a Read*, as it is shown, or what becomes of what was typed.

    :param device: stock.lot that whoever asks may see, or whose label he has
    :param address: of the form
    :return: (values of the template, None) or (None, the response of an entry that was made)
    """
    entries = request.env["xpps.customer.entry"]
    names = entries._output_names(device)
    asked = entries._asked_types(device)
    typed = {one: request.httprequest.form.get(one, "") for one in asked}
    values = _values(device, address) | {
        "rows": [
            {"name": one, "label": names[one], "typed": typed[one], "last": _last_text(last)}
            for one, last in asked.items()
        ],
        "doubt": "",
    }
    if request.httprequest.method != "POST":
        return values, None
    try:
        with request.env.cr.savepoint():
            confirmed = bool(request.httprequest.form.get("confirmed"))
            _entry, doubt = entries._enter_read(device, source, typed, _photo(), confirmed)
    except UserError as error:
        return values | {"error": error.args[0]}, None
    if doubt:
        return values | {"doubt": doubt}, None
    return None, _done(address)


def problem_form(device, source, address):
    """*Report a Problem*; see ``read_form``."""
    entries = request.env["xpps.customer.entry"]
    form = request.httprequest.form
    typed = {name: form.get(name, "") for name in ("topic", "text", "contact")}
    values = _values(device, address) | {
        "topics": entries._fields["topic"]._description_selection(request.env),
        "typed": typed,
        "asks_contact": source == "label",
        "max_text": MAX_TEXT,
        "max_contact": MAX_CONTACT,
    }
    if request.httprequest.method != "POST":
        return values, None
    try:
        with request.env.cr.savepoint():
            entries._report_problem(device, source, photo=_photo(), **typed)
    except UserError as error:
        return values | {"error": error.args[0]}, None
    return None, _done(address)


def _values(device, address):
    # Whoever may see a device need not be allowed to read its model.
    model = device.sudo().product_id.name
    return {
        "device": device,
        "model": model,
        "address": address,
        "error": "",
        "done": bool(request.httprequest.args.get("done")),
    }


def _photo():
    """:return: the upload of the request, a binary file that nobody has looked at; None where there is none"""
    upload = request.httprequest.files.get("photo")
    return upload.stream if upload else None


def _last_text(last):
    if not last:
        return ""
    date, counter = last
    return request.env._(
        "Last read: %(counter)s on %(date)s",
        counter=formatLang(request.env, counter, digits=0),
        date=format_date(request.env, date),
    )


def _done(address):
    """Whoever reloads the page sends nothing again."""
    return request.redirect(f"{address}?done=1", code=303)
