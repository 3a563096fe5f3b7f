#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR
# uninstall.sh ADDON FILL CHECK: installs all addons, runs the script FILL in Odoo's shell, uninstalls ADDON, and runs
# the script CHECK. Prints what of the addon the database still names; fails when a script does, or Odoo logs a warning
# of ours meanwhile.
source "$(dirname "$(readlink -f "$0")")/common.sh"
addon="$1" fill="$2" check="$3"
prepare

db_drop_stale "${DB_PREFIX}_uninstall_"
database="${DB_PREFIX}_uninstall_$$"
trap 'db_drop "$database"' EXIT
template="$(with_lock "$RUN/lock/template" template_database)"
db_copy "$template" "$database"

# shell SCRIPT LOG
shell() {
    odoo shell -d "$database" --no-http --log-level=warn <"$1" >"$RUN/log/$2" 2>&1 ||
        die "A script failed in Odoo's shell" "see $RUN/log/$2"
}

shell "$fill" uninstall-fill.log
shell <(echo "env['ir.module.module'].search([('name', '=', '$addon')]).button_immediate_uninstall()") uninstall.log
"$VENV/bin/python" "$ROOT/setup/lib/check_log.py" "$RUN/log/uninstall.log" "$CACHE" "$ROOT" ||
    die "The uninstallation logged the warnings above"
psql -X -At -d "$database" -v addon="$addon" <<'EOF'
select 'record ' || name from ir_model_data where module = :'addon'
union all select 'field ' || model || '.' || name from ir_model_fields
    where model in ('helpdesk.ticket', 'helpdesk.ticket.team') and name like 'xpps%'
    or model in ('stock.lot', 'sale.subscription') and name like 'xpps%ticket%'
union all select 'column ' || table_name || '.' || column_name from information_schema.columns
    where table_name like 'helpdesk%' and column_name like 'xpps%'
union all select 'table ' || table_name from information_schema.tables where table_name like 'helpdesk%xpps%'
union all select 'view ' || name from ir_ui_view where arch_db::text ~ ('xpps_.*ticket|' || :'addon')
union all select 'template ' || name::text from mail_template where body_html::text like '%xpps_serial%'
union all select 'asset ' || path from ir_asset where path like :'addon' || '/%'
order by 1
EOF
shell "$check" uninstall-check.log
