# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Create, change and delete many records with one SQL statement, several times as fast as the ORM does.

Each function checks the rights of its user, sends what the ORM has not written yet, and has what is cached be read
again. What a model adds to ``create``, ``write`` and ``unlink`` is left out: it is the caller who knows that none of it
is due. What the ORM itself keeps beside the table is kept or, where it cannot be, the model is refused.
"""

import csv
import io
from itertools import islice

from odoo.tools import SQL

#: Rows of one COPY: bounds the memory that their text takes.
CHUNK = 20_000


def next_ids(model, count):
    """Reserve ids for records that refer to each other before they are written.

    :return: [id]
    """
    sequence = SQL("pg_get_serial_sequence(%s, 'id')", model._table)
    rows = model.env.execute_query(SQL("SELECT nextval(%s) FROM generate_series(1, %s)", sequence, count))
    return [row[0] for row in rows]


def rows_text(rows):
    """Rows as COPY reads them; None and the empty text become NULL."""
    buffer = io.StringIO()
    # The writer quotes a line break of either kind only where it is part of its own.
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()


def bulk_create(model, values_list, on_chunk=None):
    """Create records as ``model.create(values_list)`` does, but without defaults and overrides of ``create``.

    Access rights and rules are checked, fields of other addons that are stored and computed are computed, and
    constraints hold.

    :param values_list: an iterable of dicts that all have the same keys in the same order; a value is what the column
        stores, JSON as text; ``id`` is among them when the ids were reserved
    :param on_chunk: called with the number of records written so far
    :return: the records
    :raises ValueError: when the model keeps more than its table, or a value is in no column of it
    """
    _check_served(model)
    model.check_access("create")
    model.flush_model()
    values_list = iter(values_list)
    ids = []
    names = ()
    while chunk := list(islice(values_list, CHUNK)):
        if not names:
            names = tuple(chunk[0])
            _check_columns(model, names)
        if "id" in names:
            ids += [values["id"] for values in chunk]
            rows = [tuple(values.values()) for values in chunk]
        else:
            chunk_ids = next_ids(model, len(chunk))
            ids += chunk_ids
            rows = [(*values.values(), id_) for id_, values in zip(chunk_ids, chunk, strict=True)]
        _copy(model, names if "id" in names else (*names, "id"), rows)
        if on_chunk:
            on_chunk(len(ids))
    records = model.browse(ids)
    records.check_access("create")
    for name, field in model._fields.items():
        if field.store and field.compute and name not in names:
            model.env.add_to_compute(field, records)
    if any(field.model_name != model._name for field in _stored_dependents(model, names)):
        records.modified(names, create=True)
    _forget(model, names)
    records._validate_fields(names)
    return records


def bulk_update(model, condition, values, source=None):
    """Change all records that a condition finds as ``write`` does, but without overrides of it.

    Access rights and rules are checked, what depends on the values is computed, and constraints hold.

    :param SQL condition: of the columns of the model's table. What it asks of other tables, the caller has flushed.
    :param values: {field name: what the column stores, or an SQL expression}
    :param SQL source: what condition and values ask besides the table: the items of a FROM clause
    :return: the changed records
    :raises ValueError: when the model keeps more than its table, or a value is in no column of it
    """
    _check_served(model)
    _check_columns(model, values)
    model.check_access("write")
    model.flush_model()
    table = SQL.identifier(model._table)
    if not model.env.su:
        asked = SQL("SELECT id FROM %s WHERE %s", table, condition)
        if source:
            asked = SQL("SELECT %s.id FROM %s, %s WHERE %s", table, table, source, condition)
        model.browse(id_ for (id_,) in model.env.execute_query(asked)).check_access("write")
    stamped = {**values, "write_uid": model.env.uid, "write_date": model.env.cr.now()}
    rows = model.env.execute_query(
        SQL(
            "UPDATE %s SET %s%s WHERE %s RETURNING %s",
            table,
            SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in stamped.items()),
            SQL(" FROM %s", source) if source else SQL(),
            condition,
            SQL.identifier(model._table, "id"),
        )
    )
    records = model.browse(id_ for (id_,) in rows)
    model.invalidate_model(stamped, flush=False)
    if _stored_dependents(model, stamped):
        with model.env.protecting([model._fields[name] for name in values], records):
            records.modified(stamped)
    _forget(model, stamped)
    records._validate_fields(values)
    return records


def bulk_delete(model, condition):
    """Delete all records that a condition finds as ``unlink`` does, but without overrides of it and ``ondelete``.

    Access rights and rules are checked; what was computed of the records is computed again. External ids and
    attachments of the records go with them.

    :param SQL condition: see ``bulk_update``
    :return: how many there were
    :raises ValueError: when the model keeps more than its table
    """
    _check_served(model)
    model.check_access("unlink")
    env = model.env
    env.flush_all()
    table = SQL.identifier(model._table)
    ids = [id_ for (id_,) in env.execute_query(SQL("SELECT id FROM %s WHERE %s", table, condition))]
    if not ids:
        return 0
    records = model.browse(ids)
    records.check_access("unlink")
    fields = model._fields
    if any(field.model_name != model._name for field in _stored_dependents(model, fields)):
        with env.protecting(fields.values(), records):
            records.modified(fields, before=True)
    env.cr.execute(SQL("DELETE FROM %s WHERE id = ANY(%s)", table, ids))
    env.invalidate_all(flush=False)
    for name, column in (("ir.model.data", "model"), ("ir.attachment", "res_model")):
        # Whoever may delete a record need not own what somebody named or attached to it.
        others = env[name].sudo()
        found = SQL(
            "SELECT id FROM %s WHERE %s = %s AND res_id = ANY(%s)",
            SQL.identifier(others._table),
            SQL.identifier(column),
            model._name,
            ids,
        )
        others.browse(id_ for (id_,) in env.execute_query(found)).unlink()
    return len(ids)


def _check_served(model):
    """:raises ValueError: when a record of the model is more than its row: then only the ORM can write it"""
    reason = None
    if not model._auto or model._abstract:
        reason = "has no table of its own"
    elif not model._log_access:
        reason = "does not say who writes it"
    elif model._inherits:
        reason = "keeps values in records of other models"
    elif model._parent_store:
        reason = "keeps the paths of a tree"
    elif "message_ids" in model._fields or "activity_ids" in model._fields:
        reason = "has a chatter"
    if reason:
        raise ValueError(f"{model._name} {reason}: SQL cannot write it")


def _check_columns(model, names):
    """:raises ValueError: when a value is not simply what a column stores"""
    for name in names:
        field = model._fields.get(name)
        if not field or not field.store or not field.column_type or field.translate or field.company_dependent:
            raise ValueError(f"{model._name}.{name} is no plain column: SQL cannot write it")


def _stored_dependents(model, names):
    """:return: [the stored fields that are computed of these, without those among them]"""
    registry = model.env.registry
    return [
        other
        for name in names
        for other in registry.get_dependent_fields(model._fields[name])
        if other.store and (other.model_name != model._name or other.name not in names)
    ]


def _forget(model, names):
    """Have be read again what others have cached of these fields: lists of records, and what is computed."""
    env = model.env
    for name in names:
        field = model._fields[name]
        for other in {*env.registry.field_inverses[field], *env.registry.get_dependent_fields(field)}:
            if not other.column_type or not other.store:
                env[other.model_name].invalidate_model([other.name], flush=False)


def _copy(model, names, rows):
    now, uid = model.env.cr.now(), model.env.uid
    columns = (*names, "create_uid", "create_date", "write_uid", "write_date")
    statement = SQL(
        "COPY %s (%s) FROM STDIN WITH (FORMAT csv)",
        SQL.identifier(model._table),
        SQL(", ").join(map(SQL.identifier, columns)),
    )
    text = rows_text((*row, uid, now, uid, now) for row in rows)
    # In the encoding of all of Odoo's databases; a buffer of text takes four bytes for each character.
    model.env.cr.copy_expert(statement.code, io.BytesIO(text.encode()))
