# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How the work in the background goes, for whoever runs the server: numbers and ids, nothing of people or customers."""

from odoo import fields
from odoo.tools import SQL

#: Seconds after which work that waits, a run of which no agreement was worked on, or a scheduled action is late.
LATE = 3600
#: Scheduled actions without which what users leave to the background stays undone.
WORKERS = ("ir_cron_import_billing_files", "ir_cron_work_on_billing_runs")
#: Addons whose scheduled actions are ours.
ADDONS = "xerox\\_xpps%"


def operation_figures(env, companies):
    """Figures by company, the scheduled actions of all, and what an operator has to look after.

    Three queries, whatever there is.

    :param env: an environment of the superuser
    :return: {"problems": [{"code", "company_id" | "cron"}], "companies": [figures], "crons": [figures]}; times are in
        seconds, or ISO 8601 in UTC, and None where there is nothing
    """
    env.flush_all()
    now = fields.Datetime.now()
    files = {row["company_id"]: row for row in _rows(env, _files_query(companies, now))}
    runs = {row["company_id"]: row for row in _rows(env, _runs_query(companies, now))}
    crons = _rows(env, _crons_query(now))
    of_companies = [_company_figures(id_, files.get(id_, {}), runs.get(id_, {})) for id_ in sorted(companies.ids)]
    return {
        "problems": [*_company_problems(of_companies), *_cron_problems(crons)],
        "companies": of_companies,
        "crons": crons,
    }


def _rows(env, query):
    env.cr.execute(query)
    names = [column.name for column in env.cr.description]
    return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in env.cr.fetchall()]


def _plain(value):
    return value.isoformat(timespec="seconds") + "Z" if hasattr(value, "isoformat") else value


def _seconds(now, moment):
    return SQL("EXTRACT(EPOCH FROM %s - %s)::int", now, moment)


def _files_query(companies, now):
    waits = SQL("(file.state = 'queued' OR file.check_queued)")
    return SQL(
        """
        SELECT file.company_id,
               COUNT(*) FILTER (WHERE %(waits)s) AS files_waiting,
               %(oldest_waiting)s AS oldest_file_waits_seconds,
               COUNT(*) FILTER (WHERE %(waits)s AND progress.tries > 1) AS files_retried,
               COUNT(*) FILTER (WHERE file.state = 'draft') AS drafts,
               %(oldest_draft)s AS oldest_draft_seconds,
               MAX(file.write_date) FILTER (WHERE file.state = 'imported') AS last_import_changed
          FROM xpps_billing_file file
     LEFT JOIN xpps_import_progress progress ON progress.billing_file_id = file.id
         WHERE file.company_id = ANY(%(companies)s)
      GROUP BY file.company_id
        """,
        waits=waits,
        oldest_waiting=_seconds(now, SQL("MIN(file.write_date) FILTER (WHERE %s)", waits)),
        oldest_draft=_seconds(now, SQL("MIN(file.create_date) FILTER (WHERE file.state = 'draft')")),
        companies=companies.ids,
    )


def _runs_query(companies, now):
    """A run that is worked on has a line that was written lately."""
    quiet = SQL("%s - GREATEST(run.write_date, work.last)", now)
    return SQL(
        """
        SELECT run.company_id,
               COUNT(*) AS runs_queued,
               COUNT(*) FILTER (WHERE %(quiet)s > make_interval(secs => %(late)s)) AS runs_stuck,
               EXTRACT(EPOCH FROM MAX(%(quiet)s))::int AS longest_run_quiet_seconds
          FROM xpps_billing_run run
     LEFT JOIN LATERAL (SELECT MAX(write_date) AS last FROM xpps_billing_run_line WHERE run_id = run.id) work ON TRUE
         WHERE run.state = 'queued' AND run.company_id = ANY(%(companies)s)
      GROUP BY run.company_id
        """,
        quiet=quiet,
        late=LATE,
        companies=companies.ids,
    )


def _crons_query(now):
    """One is late when its time, or that of a trigger, has passed for long: the server's workers do not come to it."""
    return SQL(
        """
        SELECT data.name AS cron, cron.active, cron.failure_count AS failures, cron.lastcall AS last_call,
               GREATEST(0, %(due)s) AS late_seconds
          FROM ir_cron cron
          JOIN ir_model_data data ON data.model = 'ir.cron' AND data.res_id = cron.id AND data.module LIKE %(addons)s
     LEFT JOIN LATERAL (SELECT MIN(call_at) AS due FROM ir_cron_trigger WHERE cron_id = cron.id) called ON TRUE
      ORDER BY data.name
        """,
        due=_seconds(now, SQL("LEAST(cron.nextcall, called.due)")),
        addons=ADDONS,
    )


def _company_figures(id_, files, runs):
    return {
        "company_id": id_,
        "files_waiting": files.get("files_waiting", 0),
        "oldest_file_waits_seconds": files.get("oldest_file_waits_seconds"),
        "files_retried": files.get("files_retried", 0),
        "drafts": files.get("drafts", 0),
        "oldest_draft_seconds": files.get("oldest_draft_seconds"),
        "last_import_changed": files.get("last_import_changed"),
        "runs_queued": runs.get("runs_queued", 0),
        "runs_stuck": runs.get("runs_stuck", 0),
        "longest_run_quiet_seconds": runs.get("longest_run_quiet_seconds"),
    }


def _company_problems(companies):
    for figures in companies:
        if (figures["oldest_file_waits_seconds"] or 0) > LATE:
            yield {"code": "file_waits", "company_id": figures["company_id"]}
        if figures["runs_stuck"]:
            yield {"code": "run_stuck", "company_id": figures["company_id"]}


def _cron_problems(crons):
    for cron in crons:
        if not cron["active"]:
            if cron["cron"] in WORKERS:
                yield {"code": "cron_off", "cron": cron["cron"]}
            continue
        if cron["failures"]:
            yield {"code": "cron_fails", "cron": cron["cron"]}
        if cron["late_seconds"] > LATE:
            yield {"code": "cron_late", "cron": cron["cron"]}
