#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR
# upgrade.sh COMMIT: installs the addon as it was in a commit, bills a month of its demo, leaves others in every state
# there is, and updates to this checkout, twice.
# Fails when the update logs a warning, when it loses or changes what was there, when the second one changes anything,
# or when work does not go on where the release before left it.
source "$(dirname "$(readlink -f "$0")")/common.sh"
commit="$1"
prepare

# What must neither vanish nor change, a record a row.
KEPT="
    select 'charge', id, state, quantity, unit_price, price_subtotal, unit_cost, cost_subtotal, billable, meter_read_id
      from sale_subscription_charge order by id;
    select 'read', id, current_read, overage, included, unit_cost, cost, expected_unit_cost, superseded_by_id
      from xpps_meter_read order by id;
    select 'record', id, state, cost_total, device_id, subscription_id, superseded_by_id
      from xpps_billing_file_line order by id;
    select 'file', id, state, kind, amount_total, vendor_bill_id, error_count from xpps_billing_file order by id;
    select 'invoice', id, name, state, payment_state, amount_untaxed, amount_total, amount_residual
      from account_move order by id;
    select 'invoice line', id, quantity, price_unit, price_subtotal, balance from account_move_line order by id;
    select 'billed', * from xpps_charge_invoice_line_rel order by 2, 3;
    select 'device', id, xpps_subscription_id, xpps_subscription_line_id, xpps_serial_key
      from stock_lot where is_xpps_device order by id;
    select 'agreement', id, recurring_total, recurring_next_date, date_start, stage_id from sale_subscription order by id;
    select 'price', id, unit_price, unit_cost, billable from sale_subscription_charge_default order by id;
    select 'run', id, state, period_start, period_end from xpps_billing_run order by id;
    select 'run line', id, state, hold_code, amount_total from xpps_billing_run_line order by id;
    select 'dispute', id, state, amount, credited_amount, vendor_bill_id from xpps_dispute order by id;
    select 'disputed', id, dispute_id, billing_file_id, device_id, component, amount from xpps_dispute_line order by id;
    select 'message', count(*) from mail_message where model like 'xpps.%'"

db_drop_stale "${DB_PREFIX}_upgrade_"
old="$RUN/upgrade.$$" database="${DB_PREFIX}_upgrade_$$"
finish() {
    db_drop "$database"
    rm -rf "$old"
}
trap finish EXIT
mkdir -p "$old"
git -C "$ROOT" archive "$commit" 'xerox_xpps*' setup/demo_flow.py | tar -x -C "$old"
path="$(addons_path)"
of_old="--addons-path=${path%,*},$old"

query() { psql -X -At -d "$database" -c "$1"; }

# go_on SCRIPT MESSAGE [OPTION…]: as the step's log is kept, it says why.
go_on() {
    local script="$1" message="$2"
    shift 2
    odoo shell -d "$database" --no-http --log-level=warn "$@" <"$script" >"$RUN/log/upgrade-shell.log" 2>&1 || {
        tail -n 20 "$RUN/log/upgrade-shell.log" >&2
        die "$message" "see $RUN/log/upgrade-shell.log"
    }
}

update() {
    db_install "$database" xerox_xpps upgrade.log -u xerox_xpps
    if grep -E '^[-0-9]+ [:0-9,]+ [0-9]+ (WARNING|ERROR|CRITICAL) ' "$RUN/log/upgrade.log" >&2; then
        die "The update logged the warnings above"
    fi
}

below="$(with_lock "$RUN/lock/template" deps_database)"
db_copy "$below" "$database"
# Addons that are new since then are unknown to the database, as they were.
query "delete from ir_model_data where model = 'ir.module.module' and name like 'module\\_xerox\\_xpps%';
       delete from ir_module_module where name like 'xerox\\_xpps%'" >/dev/null
db_install "$database" xerox_xpps upgrade-old.log "$of_old"
go_on "$old/setup/demo_flow.py" "The month before the update cannot be billed" "$of_old"
go_on "$ROOT/setup/lib/upgrade_states.py" "The months before the update cannot be brought in" "$of_old"

before="$(query "$KEPT")"
update
diff <(echo "$before") <(query "$KEPT") >&2 || die "The update did not keep what is above (<), or changed it (>)"
absent="$(query "select name from ir_module_module where name like 'xerox\\_xpps%' and state <> 'installed'")"
[ -z "$absent" ] || die "The update did not install $absent"

# All that is ours, but when and by whom a record was written.
contents() {
    local table
    for table in $(query "select relname from pg_class where relkind = 'r' and relname ~ '^(xpps_|sale_subscription|account_move|stock_lot$)' order by 1"); do
        echo "$table $(query "select count(*), md5(string_agg((to_jsonb(t) - 'write_date' - 'write_uid')::text, ' ' order by t::text))
            from (select * from $table) t")"
    done
}
once="$(contents)"
update
diff <(echo "$once") <(contents) >&2 || die "The second update changed the tables above"
go_on "$ROOT/setup/lib/upgrade_goes_on.py" "Work does not go on after the update"
echo "$before" | cut -d '|' -f 1 | sort | uniq -c
