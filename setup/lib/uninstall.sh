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

# query: reads what it runs from its input
query() { psql -X -q -At -v ON_ERROR_STOP=1 -d "$database" -v addon="$addon"; }

# What the addon alone has brought. The database is dropped in the end, and so are these tables.
query <<'EOF'
create table uninstalled_field as
    select model, name from ir_model_fields field
    where name like 'xpps%' and (
        select array_agg(distinct module::text) from ir_model_data where model = 'ir.model.fields' and res_id = field.id
    ) = array[:'addon'];
create table uninstalled_table as
    select relation.name as table_name from ir_model_relation relation join ir_module_module module
    on module.id = relation.module where module.name = :'addon';
EOF
shell <(
    cat "$fill"
    echo "env['ir.module.module'].search([('name', '=', '$addon')]).button_immediate_uninstall()"
) uninstall.log
"$VENV/bin/python" "$ROOT/setup/lib/check_log.py" "$RUN/log/uninstall.log" "$CACHE" "$ROOT" ||
    die "The uninstallation logged the warnings above"
query <<'EOF'
select 'record ' || name from ir_model_data where module = :'addon'
union all select 'field ' || model || '.' || name from ir_model_fields join uninstalled_field using (model, name)
union all select 'column ' || table_name || '.' || column_name from information_schema.columns
    join uninstalled_field on table_name = replace(model, '.', '_') and column_name = name
union all select 'table ' || table_name from information_schema.tables join uninstalled_table using (table_name)
union all select distinct 'view ' || view.name from ir_ui_view view
    left join uninstalled_field field on arch_db::text ~ ('\m' || field.name || '\M')
    where field.name is not null and view.model = field.model or arch_db::text ~ :'addon'
union all select 'template ' || name::text from mail_template
    where :'addon' = 'xerox_xpps_helpdesk' and body_html::text like '%xpps_serial%'
union all select 'asset ' || path from ir_asset where path like :'addon' || '/%'
order by 1
EOF
shell "$check" uninstall-check.log
