#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR
# upgrade.sh COMMIT: installs the addon as it was in a commit, bills a month of its demo, and updates to this checkout.
# Fails when the update logs a warning of ours, when less is there than before, or when the next month cannot be billed.
source "$(dirname "$(readlink -f "$0")")/common.sh"
commit="$1"
prepare

# What must neither vanish nor change.
KEPT="
    select 'charges', count(*), sum(quantity), sum(price_subtotal), sum(cost_subtotal) from sale_subscription_charge
    union all select 'reads', count(*), sum(current_read), sum(overage), sum(cost) from xpps_meter_read
    union all select 'records', count(*), sum(cost_total), 0, 0 from xpps_billing_file_line
    union all select 'files', count(*), sum(amount_total), 0, 0 from xpps_billing_file
    union all select 'invoices', count(*), sum(amount_total), sum(amount_residual), 0 from account_move
    union all select 'devices', count(*), count(xpps_subscription_id), 0, 0 from stock_lot where is_xpps_device
    union all select 'agreements', count(*), sum(recurring_total), 0, 0 from sale_subscription
    union all select 'prices', count(*), sum(unit_price), sum(unit_cost), 0 from sale_subscription_charge_default
    union all select 'messages', count(*), 0, 0, 0 from mail_message where model like 'xpps.%'
    order by 1"

db_drop_stale "${DB_PREFIX}_upgrade_"
old="$RUN/upgrade.$$" database="${DB_PREFIX}_upgrade_$$"
finish() {
    db_drop "$database"
    rm -rf "$old"
}
trap finish EXIT
mkdir -p "$old"
git -C "$ROOT" archive "$commit" xerox_xpps setup/demo_flow.py | tar -x -C "$old"
path="$(addons_path)"
of_old="--addons-path=${path%,*},$old"

below="$(with_lock "$RUN/lock/template" deps_database)"
db_copy "$below" "$database"
db_install "$database" xerox_xpps upgrade-old.log "$of_old"
odoo shell -d "$database" --no-http --log-level=warn "$of_old" <"$old/setup/demo_flow.py" >"$RUN/log/upgrade-month.log" 2>&1 ||
    die "The month before the update cannot be billed" "see $RUN/log/upgrade-month.log"

kept() { psql -X -At -d "$database" -c "$KEPT"; }
before="$(kept)"
db_install "$database" xerox_xpps upgrade.log -u xerox_xpps
"$VENV/bin/python" "$ROOT/setup/lib/check_log.py" "$RUN/log/upgrade.log" "$CACHE" "$ROOT" || die "The update logged the warnings above"
diff <(echo "$before") <(kept) >&2 || die "The update did not keep what is above (<), or changed it (>)"
echo "$before"
odoo shell -d "$database" --no-http --log-level=warn <"$ROOT/setup/demo_flow.py" >"$RUN/log/upgrade-month.log" 2>&1 ||
    die "The month after the update cannot be billed" "see $RUN/log/upgrade-month.log"
