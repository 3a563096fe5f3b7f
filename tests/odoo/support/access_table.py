# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who may do what: the table that the access tests hold the addon against. It says what is to be, not what is.

A model, field or public method of the addon that has no line here fails ``test_access_matrix``, as does a line of
something that there is no more. So whoever adds one decides here who may read, change or call it.

Models of the addon: ``Model`` says who has which right on the records of the own company; nobody has any on those of
another. ``Wizard`` says who may open one: after that only that user reads, changes and deletes it, and everything in
it is that user's to set, as far as the user may read what it names. ``Abstract`` models have no records: their methods
do nothing for nobody. On the models of ``Extension`` rights are Odoo's, and the lines say what goes beyond.

Fields, as seen by those who have the model's rights:

========== ===========================================================================================
program     only the program writes it: no client does, by whatever way
chosen      given when a record is created, and kept
entered     written at any time
corrected   written with a reason, which leaves a record (``xpps.charge.change``); chosen before
========== ===========================================================================================

``read`` and ``write`` narrow that down to some of the users. Who may not read a field may not search, order, group or
aggregate by it either.
"""

from .access_rights import (
    ACCOUNTANT,
    BILLING,
    EMPLOYEE,
    MANAGER,
    PORTAL,
    SALESMAN,
    STOCK,
    USER,
    Abstract,
    Extension,
    Model,
    Wizard,
    calls,
    chosen,
    corrected,
    entered,
    program,
    wizard,
)

NOBODY = frozenset()
MANAGERS = frozenset({MANAGER})
CLERKS = MANAGERS | {BILLING}
USERS = CLERKS | {USER}
CUSTOMERS = frozenset({PORTAL})
#: Who works for the reseller.
INSIDERS = USERS | {EMPLOYEE, STOCK, ACCOUNTANT, SALESMAN}
#: Who bills agreements: upstream's users, too.
BILLERS = CLERKS | {SALESMAN}
#: Who makes, and who reads invoices; customers theirs.
INVOICERS = CLERKS | {ACCOUNTANT}
INVOICE_READERS = INVOICERS | {SALESMAN, PORTAL}

TABLE = {
    "report.xerox_xpps.report_device_label": Abstract(),
    "report.xerox_xpps.report_device_usage": Abstract(),
    "report.xerox_xpps.report_vendor_file": Abstract(),
    "report.xerox_xpps.report_vendor_period": Abstract(),
    "sale.subscription.charge": Model(read=USERS, write=CLERKS, create=CLERKS, unlink=CLERKS).having(
        corrected("billable name quantity subscription_id unit_price"),
        chosen("device_id output_type period_end period_start product_id reason"),
        chosen("unit_cost", read=CLERKS),
        program(
            "bill_after billing_file_id company_id currency_id cycle_note cycle_start invoice_status is_manual "
            "is_provisional kind meter_read_id page_plan_id page_rating_id partner_id price_subtotal state "
            "unit_price_untaxed"
        ),
        program(
            "change_count cost_subtotal cost_unknown credit_line_ids credit_state credited_amount credited_quantity "
            "earlier_line_ids has_other_currency has_rest invoice_line_ids invoiced_amount invoiced_quantity margin "
            "margin_low margin_percent rest_text sale_line_ids "
            "xerox_cost xerox_currency_id xerox_unit_cost",
            read=CLERKS,
        ),
        calls(
            "action_approve action_bill_rest action_open_changes action_open_invoices action_open_reject "
            "action_rebill action_reject action_reset action_write_off",
            who=CLERKS,
        ),
    ),
    "sale.subscription.charge.default": Model(read=USERS, write=CLERKS, create=CLERKS, unlink=CLERKS).having(
        entered("billable change_reason fixed_until price_method product_id subscription_id unit_price"),
        entered("markup_percent unit_cost", read=CLERKS),
        program("company_id currency_id"),
        program("cost_change_ids", read=CLERKS),
        calls("action_open_changes", who=CLERKS),
    ),
    "xpps.agreement.copy.wizard": Wizard(CLERKS).having(
        wizard(
            "company_id currency_id date_start default_count default_text line_ids partner_count partner_ids "
            "pricelist_id start subscription_id template_id xpps_agreement_number xpps_base_timing "
            "xpps_invoice_detail xpps_invoice_mode"
        ),
        calls("action_copy", who=CLERKS),
    ),
    "xpps.agreement.copy.wizard.line": Wizard(CLERKS).having(
        wizard(
            "by_devices currency_id discount name price_unit product_id product_uom_qty selected subscription_line_id "
            "wizard_id xpps_role"
        ),
    ),
    "xpps.agreement.payer": Model(read=USERS, write=CLERKS, create=CLERKS, unlink=CLERKS).having(
        entered(
            "base_percent customer_reference has_annex invoice_detail overage_percent partner_id sequence "
            "subscription_id unders_percent"
        ),
        program("company_id invoice_partner_id"),
    ),
    "xpps.agreement.resume.wizard": Wizard(BILLERS).having(
        wizard("choice message subscription_id"),
        calls("action_resume", who=BILLERS),
    ),
    "xpps.back.test.terms": Wizard(CLERKS).having(
        wizard(
            "base_method base_price currency_id cycle description group_id included_pages maximum_amount "
            "minimum_amount minimum_pages name pages_method rollover_cap rollover_months sequence share tier_ids "
            "tier_mode unders_price unit_price wizard_id"
        ),
    ),
    "xpps.back.test.tier": Wizard(CLERKS).having(wizard("from_pages terms_id unit_price")),
    "xpps.back.test.wizard": Wizard(CLERKS).having(
        wizard("agreement_ids chart company_id currency_id date_from date_to result terms_ids"),
        calls("action_calculate action_download", who=CLERKS),
    ),
    "xpps.background.work": Abstract(),
    "xpps.base.waiver": Model(read=USERS).having(
        program("company_id date_from date_to kind reason subscription_id subscription_line_id"),
        calls("action_bill", who=CLERKS),
    ),
    "xpps.billed.item": Abstract(),
    "xpps.billing.file": Model(read=CLERKS, write=CLERKS, create=CLERKS, unlink=CLERKS).having(
        entered("kind"),
        chosen("attachment_id company_id file_name"),
        program(
            "amount_total approve_when_imported billing_run_id can_import charge_count charge_draft_count charge_ids "
            "check_queued checksum control_count control_total cost_change_ids currency_id decision_ids "
            "device_assign_count device_count device_create_count dispute_count error_count error_text file_data "
            "format_id held_count held_text invoice_count invoice_date is_blocked is_open is_unusable issue_ids "
            "left_out_text line_count line_digest line_ids "
            "meter_read_count meter_read_ids name page_rating_count partner_number period_end period_start progress "
            "queue_status queued_by_id state "
            "subscription_count summary_ids vendor_bill_amount vendor_bill_comparison vendor_bill_component_ids "
            "vendor_bill_difference vendor_bill_expected vendor_bill_id vendor_bill_state warning_count warning_text"
        ),
        calls(
            "action_approve_charges action_assign_devices action_cancel action_check action_create_billing_run "
            "action_create_devices action_create_vendor_bill action_dispute_overbilled "
            "action_download_vendor_report action_draft action_import "
            "action_import_and_approve action_match_vendor_bill action_open_charges action_open_disputes "
            "action_open_invoices action_open_issues action_open_lines action_open_meter_reads "
            "action_open_page_ratings action_open_subscriptions action_open_vendor_bill action_open_vendor_report "
            "create_document_from_attachment message_new message_post",
            who=CLERKS,
        ),
        calls("action_new_format", who=MANAGERS),
    ),
    "xpps.billing.file.cost.change": Model(read=CLERKS).having(
        program(
            "applied billing_file_id company_id default_id device_count is_new new_cost old_cost partner_id "
            "period_end period_start product_id subscription_id"
        ),
    ),
    "xpps.billing.file.decision": Model(read=CLERKS).having(
        program("billing_file_id company_id decision device_id output_type pages sequence serial source_line"),
        calls("action_withdraw", who=CLERKS),
    ),
    "xpps.billing.file.issue": Model(read=CLERKS).having(
        program(
            "billing_file_id can_fix code company_id fix_help fix_label is_proposal line_id message output_type "
            "problem problem_count res_id res_model serial severity severity_rank source_line value"
        ),
        calls("action_fix", who=CLERKS),
    ),
    "xpps.billing.file.line": Model(read=CLERKS).having(
        program(
            "base_price_cost base_service_cost base_service_stated base_supply_cost base_supply_stated "
            "billed_period_end billed_period_start billing_file_id clr_lvl12_overage clr_lvl3_overage color_overage "
            "company_id contract_service_cost contract_supply_cost "
            "cost_total currency_id device_fix device_id estimated expected_agreement_number "
            "expected_customer_number expected_serial expected_service_cost "
            "expected_supply_cost issue_ids meter_values mono_color1_overage mono_overage near_device_id overage_cost "
            "partner_id "
            "read_date sequence serial source_line standing_service_cost standing_supply_cost state subscription_id "
            "superseded_by_id xerox_agreement_number xerox_customer_name xerox_customer_number xerox_location "
            "xerox_model xerox_model_number xerox_partner_number"
        ),
        calls("action_leave_out", who=CLERKS),
    ),
    "xpps.billing.file.summary": Model(read=CLERKS).having(
        program(
            "base_cost billing_file_id company_id cost cost_unknown currency_id device_count margin margin_percent "
            "pages partner_id plan_pages price provisional_pages subscription_id"
        ),
    ),
    "xpps.billing.run": Model(read=CLERKS, write=CLERKS, create=CLERKS, unlink=CLERKS).having(
        entered("company_id invoice_date name period_end period_start user_id"),
        program(
            "draft_move_count error_count error_text failed_count held_amounts held_count held_text invoiced_amounts "
            "invoiced_count line_count line_ids lock_text move_count move_ids no_address_count no_address_text "
            "prepared_on progress queued_by_id ready_amounts ready_count returned_move_count returned_text "
            "send_after_post state task task_count unsent_move_count"
        ),
        calls(
            "action_cancel action_create_drafts action_draft action_open_held action_open_invoices action_open_lines "
            "action_open_no_address action_open_problems action_post action_post_and_send action_prepare action_retry "
            "action_send action_stop action_undo",
            who=CLERKS,
        ),
    ),
    "xpps.billing.run.line": Model(read=CLERKS, write=CLERKS).having(
        entered("override_reason"),
        program(
            "amount_total approved_amount approved_by_id approved_on base_notice can_approve can_release charge_amount "
            "charge_count company_id covered_count currency_id delivery_state device_count error has_base_gap "
            "hold_code invoice_state joint_key move_ids next_date noted notice partner_id payer_ids "
            "previous_next_date problem reason recurring_amount recurring_due run_id state subscription_id waiting"
        ),
        calls(
            "action_approve_services action_bill_gaps action_fix action_open_agreement action_open_invoices "
            "action_release action_send_again",
            who=CLERKS,
        ),
    ),
    "xpps.billing.run.release": Wizard(CLERKS).having(
        wizard("line_ids reason"),
        calls("action_release", who=CLERKS),
    ),
    "xpps.blocking.warning": Model(read=CLERKS, write=MANAGERS, create=MANAGERS, unlink=MANAGERS).having(
        entered("code company_id"),
    ),
    "xpps.holding.flag": Model(read=CLERKS, write=MANAGERS, create=MANAGERS, unlink=MANAGERS).having(
        entered("company_id flag"),
    ),
    # Nobody writes or deletes what was changed, whatever his rights.
    "xpps.charge.change": Model(read=CLERKS).having(
        program(
            "agreement_name charge_id company_id date default_id field_name kind name new_value old_value reason "
            "serial subject subscription_id subscription_line_id user_id"
        ),
    ),
    "xpps.charge.reject.wizard": Wizard(CLERKS).having(
        wizard("reason"),
        calls("action_reject", who=CLERKS),
    ),
    "xpps.charge.write.off.wizard": Wizard(CLERKS).having(
        wizard("reason"),
        calls("action_write_off", who=CLERKS),
    ),
    "xpps.component.account": Model(read=CLERKS, write=MANAGERS, create=MANAGERS, unlink=MANAGERS).having(
        entered("account_id company_id component tax_ids"),
        program("sequence"),
    ),
    "xpps.customer.entry": Model(read=USERS).having(
        program(
            "company_id contact counter_text counters date device_id discarded_by_id doubt kind partner_id photo "
            "product_id read_ids source text topic user_id"
        ),
        calls("action_open_device", who=USERS),
        calls("action_discard", who=CLERKS),
    ),
    "xpps.cutoff": Model(read=CLERKS, write=CLERKS, create=CLERKS, unlink=CLERKS).having(
        entered("accrued_cost_account_id accrued_revenue_account_id date deferred_revenue_account_id journal_id"),
        program(
            "accrued_cost company_id computed_on currency_id deferred_revenue line_count line_ids move_id remarks "
            "reversal_id state unbilled_base unbilled_revenue"
        ),
        calls("action_compute action_create_entry action_open_lines action_open_moves action_post", who=CLERKS),
    ),
    "xpps.cutoff.line": Model(read=CLERKS).having(
        program(
            "account_id amount billing_file_id charge_id company_id component "
            "counter_account_id currency_id cutoff_id date days device_id kind move_line_id partner_id period_days "
            "period_end period_start product_id result subscription_id subscription_line_id whole_amount"
        ),
        calls("action_open", who=CLERKS),
    ),
    "xpps.device.add.wizard": Wizard(CLERKS).having(
        wizard(
            "bad_count commercial_partner_id company_id customer_id exists_count has_base_service install_date "
            "new_count notice partner_id product_id row_ids serials subscription_id subscription_line_id warning"
        ),
        calls("action_add action_check", who=CLERKS),
    ),
    "xpps.device.add.wizard.row": Wizard(CLERKS).having(
        wizard("asset_number location lot_id message sequence serial source_line state text wizard_id"),
        calls("action_open_device", who=CLERKS),
    ),
    "xpps.device.assign.wizard": Wizard(CLERKS).having(
        wizard(
            "billing_file_id commercial_partner_id company_id differing_count fill_partner_id fill_subscription_id "
            "fill_subscription_line_id import_wizard_id incomplete_count incomplete_text notice row_count row_ids "
            "row_text"
        ),
        calls("action_apply action_back action_fill action_use_agreement_customer", who=CLERKS),
    ),
    "xpps.device.assign.wizard.row": Wizard(CLERKS).having(
        wizard(
            "commercial_partner_id company_id customer_differs device_id missing partner_id product_id selected "
            "sequence serial source_line subscription_id subscription_line_id wizard_id"
        ),
    ),
    "xpps.customer.query": Model(read=USERS | CUSTOMERS, write=CLERKS).having(
        entered("answer user_id"),
        entered("dispute_id", read=CLERKS),
        program(
            "amount company_id credit_move_id currency_id device_id line_text move_id move_line_id name partner_id "
            "period_end period_start state text"
        ),
        program("charge_ids subscription_id", read=USERS),
        calls(
            "action_answer action_credit action_dispute action_look_at action_open_vendor_rows action_refuse",
            who=CLERKS,
        ),
        calls("action_open_credit action_open_device action_open_invoice", who=USERS | CUSTOMERS),
    ),
    "xpps.device.assignment": Model(read=USERS | CUSTOMERS, write=CLERKS, create=CLERKS, unlink=MANAGERS).having(
        entered("date_from date_to device_id location partner_id replaces_id subscription_id subscription_line_id"),
        program("company_id"),
    ),
    "xpps.device.attention": Model(read=USERS).having(
        program(
            "company_id compared_pages cycle_end device_id explanation kind last_read_date output_type pages "
            "partner_id product_id since subscription_id"
        ),
        calls("action_open_device action_schedule_activity", who=USERS),
    ),
    "xpps.device.change.many.wizard": Abstract(),
    "xpps.device.change.wizard": Abstract(),
    "xpps.device.create.wizard": Wizard(CLERKS).having(
        wizard(
            "billing_file_id commercial_partner_id company_id fill_partner_id fill_product_id fill_subscription_id "
            "fill_subscription_line_id has_near import_wizard_id incomplete_count incomplete_text master_id "
            "new_agreement_text new_model_text notice row_count row_ids row_text"
        ),
        calls(
            "action_apply action_back action_create_agreements action_fill action_use_agreement_customer", who=CLERKS
        ),
        calls("action_create_models", who=MANAGERS),
    ),
    "xpps.device.create.wizard.row": Wizard(CLERKS).having(
        wizard(
            "commercial_partner_id company_id customer_differs install_date location missing partner_id product_id "
            "record_sequence same_as_id selected sequence serial source_line subscription_id subscription_line_id "
            "wizard_id xerox_customer xerox_model"
        ),
    ),
    "xpps.device.fix.row": Abstract(),
    "xpps.device.fix.wizard": Abstract().having(
        calls("action_apply action_back action_fill action_use_agreement_customer", who=NOBODY),
    ),
    "xpps.device.maker": Abstract(),
    "xpps.device.move.wizard": Wizard(CLERKS).having(
        wizard(
            "commercial_partner_id company_id date device_ids location partner_id subscription_id "
            "subscription_line_id warning"
        ),
        calls("action_apply", who=CLERKS),
    ),
    "xpps.device.read.row": Abstract(),
    "xpps.device.remove.wizard": Wizard(CLERKS).having(
        wizard("company_id date device_count device_ids read_ids reason warning with_reads"),
        calls("action_apply", who=CLERKS),
    ),
    "xpps.device.remove.wizard.read": Wizard(CLERKS).having(
        wizard("closing_read last_read output_type wizard_id"),
    ),
    "xpps.device.swap.wizard": Wizard(CLERKS).having(
        wizard(
            "asset_number company_id date device_id location partner_id product_id read_ids serial subscription_id "
            "subscription_line_id warning"
        ),
        calls("action_apply", who=CLERKS),
    ),
    "xpps.device.swap.wizard.read": Wizard(CLERKS).having(
        wizard("closing_read last_read opening_read output_type wizard_id"),
    ),
    "xpps.dispute": Model(read=CLERKS, write=CLERKS, create=CLERKS, unlink=MANAGERS).having(
        entered("credited_amount line_ids partner_id reason user_id vendor_bill_id"),
        program(
            "amount billing_file_ids company_id currency_id line_count name open_amount query_count query_ids sent_on "
            "state"
        ),
        calls(
            "action_cancel action_credit action_download action_mark_sent action_open_files action_open_lines "
            "action_open_queries action_reject action_reopen action_send message_post",
            who=CLERKS,
        ),
    ),
    "xpps.dispute.line": Model(read=CLERKS, write=CLERKS, unlink=CLERKS).having(
        entered("amount"),
        program(
            "billing_file_id company_id component cost_unknown credited_amount currency_id device_id difference "
            "dispute_id expected_cost expected_quantity expected_unit_cost flag is_open line_id partner_id period_end "
            "period_start product_id reason sequence serial state xerox_cost xerox_quantity xerox_unit_cost"
        ),
    ),
    "xpps.file.format": Model(read=CLERKS, write=MANAGERS, create=MANAGERS, unlink=MANAGERS).having(
        entered(
            "active actual_words clr_lvl12_words clr_lvl3_words color_words company_id date_format date_pattern "
            "decimal_mark delimiter device_field_ids device_path encoding estimated_words field_ids file_type "
            "invoice_field_ids invoice_path mono_color1_words mono_words name schema_xml sequence sheet"
        ),
    ),
    "xpps.file.format.field": Model(read=CLERKS, write=MANAGERS, create=MANAGERS, unlink=MANAGERS).having(
        entered("format_id name part path"),
        program("company_id"),
    ),
    "xpps.file.format.wizard": Wizard(MANAGERS).having(
        wizard(
            "actual_words billing_file_id clr_lvl12_words clr_lvl3_words color_words column_ids company_id date_format "
            "date_pattern decimal_mark delimiter device_path device_place_id encoding error_count estimated_words "
            "file_data file_name file_type has_meter_rows invoice_path invoice_place_id mono_color1_words mono_words "
            "name place_ids preview sheet sheet_place_id step to_do"
        ),
        calls("action_back action_create_format action_dry_run action_read_sample", who=MANAGERS),
    ),
    "xpps.file.format.wizard.column": Wizard(MANAGERS).having(
        wizard("available_targets part path samples sequence target wizard_id"),
    ),
    "xpps.file.format.wizard.place": Wizard(MANAGERS).having(
        wizard("kind name sequence wizard_id"),
    ),
    "xpps.file.options": Abstract(),
    "xpps.guard": Abstract(),
    "xpps.health": Model(read=CLERKS).having(
        program(
            "area billed company_id counted device_id explanation kind name number partner_id product_tmpl_id res_id "
            "sequence since snooze_reason snooze_user_id snoozed_until subscription_id"
        ),
        calls("action_open action_snooze action_wake", who=CLERKS),
    ),
    "xpps.health.snooze": Model(read=CLERKS).having(
        program("company_id date_until kind reason res_id user_id"),
    ),
    "xpps.health.snooze.wizard": Wizard(CLERKS).having(
        wizard("date_until reason"),
        calls("action_snooze", who=CLERKS),
    ),
    "xpps.import.progress": Model(read=CLERKS).having(
        program("billing_file_id company_id percent tries"),
    ),
    "xpps.import.wizard": Wizard(CLERKS).having(
        wizard(
            "amount_total billing_file_id can_import check_queued company_id cost_change_ids currency_id "
            "device_assign_count device_count device_create_count error_count error_text file_data file_name "
            "format_id invoice_date invoice_number is_unusable issue_ids kind left_out_text mapping_ids period_end "
            "period_start progress replaces_id summary_ids warning_count warning_text"
        ),
        calls(
            "action_assign_devices action_check action_close action_create_devices action_discard action_import "
            "action_import_and_approve action_open_issues action_recheck action_show action_stop",
            who=CLERKS,
        ),
        calls("action_create_missing_codes action_new_format", who=MANAGERS),
    ),
    "xpps.import.wizard.mapping": Wizard(CLERKS).having(
        wizard(
            "clr_lvl12_product_id clr_lvl12_state clr_lvl3_product_id clr_lvl3_state color_product_id color_state "
            "company_id mono_color1_product_id mono_color1_state mono_product_id mono_state name price_level_id "
            "product_tmpl_id wizard_id"
        ),
    ),
    "xpps.low.margin": Model(read=CLERKS).having(
        program(
            "activity_date_deadline activity_user_id company_id cost currency_id date_from floor_percent last_month "
            "margin margin_percent partner_id revenue subscription_id user_id"
        ),
        calls("action_open_agreement action_open_profitability action_schedule_activity", who=CLERKS),
    ),
    "xpps.material.mapping": Model(read=USERS, write=CLERKS, create=CLERKS, unlink=MANAGERS).having(
        entered(
            "clr_lvl12_product_id clr_lvl3_product_id color_product_id company_id mono_color1_product_id "
            "mono_product_id price_level_id product_tmpl_id"
        ),
    ),
    "xpps.meter.read": Model(read=USERS | CUSTOMERS).having(
        program(
            "company_id current_read cycle_balance cycle_end cycle_start device_id estimated expected_overage "
            "expected_previous included included_stated origin "
            "output_type overage pages partner_id period_end period_start previous_read product_id read_date "
            "subscription_id superseded_by_id"
        ),
        program("cost cost_unknown currency_id expected_unit_cost unit_cost", read=CLERKS),
        program("contract_included contract_unit_cost last_included", read=CLERKS),
        program("billing_file_id xerox_agreement_number xerox_customer_number", read=CLERKS),
        program("customer_entry_id page_plan_id", read=USERS),
    ),
    "xpps.options.cells": Abstract(),
    # Its rows are those of a query: what is entered is written into mappings.
    "xpps.options.row": Model(read=CLERKS, write=CLERKS).having(
        entered("clr_lvl12_product_id clr_lvl3_product_id color_product_id mono_color1_product_id mono_product_id"),
        program(
            "clr_lvl12_state clr_lvl3_state color_state company_id gap_count in_last_file model_count model_names "
            "mono_color1_state mono_state price_level_id product_tmpl_id unpriced_count"
        ),
        calls("action_create_missing_codes", who=MANAGERS),
    ),
    "xpps.output.name": Model(read=CLERKS, write=MANAGERS, create=MANAGERS, unlink=MANAGERS).having(
        entered("company_id name output_type"),
        program("sequence"),
    ),
    "xpps.page.group": Model(read=USERS, write=CLERKS, create=CLERKS, unlink=CLERKS).having(
        entered("active clr_lvl12_weight clr_lvl3_weight color_weight company_id mono_color1_weight mono_weight name"),
    ),
    "xpps.page.plan": Model(read=USERS, write=CLERKS, create=CLERKS, unlink=CLERKS).having(
        entered(
            "active cycle cycle_anchor date_from date_to group_id included_method included_pages maximum_amount "
            "minimum_amount minimum_pages model_ids name product_id prorate rollover_cap rollover_months scope "
            "subscription_id tier_ids tier_mode unders_price unit_price"
        ),
        program("company_id currency_id is_master partner_id rating_count rating_ids type_mask xpps_price_version_ids"),
        calls("action_new_version", who=CLERKS),
        calls("action_open_ratings", who=USERS),
    ),
    "xpps.page.plan.model": Model(read=USERS, write=CLERKS, create=CLERKS, unlink=CLERKS).having(
        entered("included_pages plan_id product_tmpl_id"),
        program("company_id"),
    ),
    "xpps.page.plan.part": Abstract(),
    "xpps.page.plan.tier": Model(read=USERS, write=CLERKS, create=CLERKS, unlink=CLERKS).having(
        entered("from_pages plan_id unit_price"),
        program("company_id"),
    ),
    # The ledger: only imports, and what follows them, write it.
    "xpps.page.rating": Model(read=USERS).having(
        program(
            "amount billable carried charge_ids charged clr_lvl12_pages clr_lvl3_pages color_pages company_id "
            "currency_id cycle_end cycle_start device_count device_id expired included line_ids minimum missing "
            "missing_count mono_color1_pages mono_pages partner_id plan_id rolled_in rolled_out state subscription_id "
            "unders waive_reason waived weighted"
        ),
        program("margin xerox_cost", read=CLERKS),
        calls("action_open_waive action_waive", who=CLERKS),
        calls("action_open_charges action_open_devices", who=USERS),
    ),
    "xpps.page.rating.device": Model(read=USERS).having(
        program(
            "clr_lvl12_pages clr_lvl3_pages color_pages company_id currency_id cycle_end device_id is_missing "
            "mono_color1_pages mono_pages plan_id product_id rating_id share state subscription_id weighted"
        ),
        program("xerox_cost", read=CLERKS),
    ),
    "xpps.page.waive.wizard": Wizard(CLERKS).having(
        wizard("reason"),
        calls("action_waive", who=CLERKS),
    ),
    "xpps.overview": Abstract().having(
        calls("get_overview get_reports", who=USERS),
    ),
    "xpps.quickstart": Abstract().having(
        calls("create_from_file get_quickstart open_draft use_sample", who=CLERKS),
        calls("create_missing_codes", who=MANAGERS),
    ),
    "xpps.settings": Wizard(MANAGERS).having(
        wizard(
            "alias_domain_id company_id currency_id xpps_alias_domain_id xpps_alias_name "
            "xpps_approve_services xpps_background_threshold xpps_base_timing xpps_escalators "
            "xpps_cutoff_accrued_cost_account_id xpps_cutoff_accrued_revenue_account_id "
            "xpps_customer_reads xpps_cutoff_deferred_revenue_account_id xpps_cutoff_journal_id "
            "xpps_invoice_by_run xpps_join_other_items xpps_margin_floor_percent xpps_overage_cycles "
            "xpps_overage_missing_passes xpps_page_plans xpps_partner_number xpps_payers xpps_portal_by_site "
            "xpps_proration xpps_quarantine xpps_responsible_id xpps_sender_addresses xpps_serials_are_devices "
            "xpps_usage_spike_percent xpps_vendor_bill_analytic xpps_vendor_id"
        ),
    ),
    "xpps.price.change": Model(read=USERS, write=CLERKS).having(
        entered("date_effective notified_on"),
        program(
            "applied_on company_id currency_id date_due delay_note index_text left_out_count line_ids partner_id "
            "raised_count rule_id skip_reason state subscription_id version_ids"
        ),
        calls("action_open_agreement", who=USERS),
        calls(
            "action_apply action_mark_notified action_notify action_propose_again action_skip action_take_back",
            who=CLERKS,
        ),
    ),
    "xpps.price.change.line": Model(read=USERS).having(
        program(
            "change_id company_id item_key kind left_out name new_price old_price page_plan_id "
            "page_plan_tier_id percent product_id subscription_line_id"
        ),
    ),
    "xpps.price.item": Abstract(),
    "xpps.price.level": Model(read=USERS, write=MANAGERS, create=MANAGERS, unlink=MANAGERS).having(
        entered("company_id mapping_ids name product_tmpl_ids"),
    ),
    "xpps.price.history": Abstract(),
    "xpps.price.propose.wizard": Wizard(CLERKS).having(
        wizard("company_id date_until subscription_ids"),
        calls("action_propose", who=CLERKS),
    ),
    "xpps.price.reason.wizard": Wizard(CLERKS).having(
        wizard("decision reason"),
        calls("action_confirm", who=CLERKS),
    ),
    "xpps.price.rule": Model(read=USERS, write=MANAGERS, create=MANAGERS, unlink=MANAGERS).having(
        entered(
            "active base_percent base_rounding cap_term_percent cap_year_percent date_from every_months index_text "
            "mail_template_id notice_days page_percent page_rounding round_up"
        ),
        chosen("subscription_id"),
        program("change_ids company_id is_missed is_xpps_master next_date partner_id"),
        calls("action_open_changes", who=USERS),
    ),
    "xpps.price.version": Model(read=USERS).having(
        program(
            "active change_id company_id currency_id date_from in_force item_key kind name old_price own_price "
            "page_plan_id page_plan_tier_id price product_id subscription_id subscription_line_id"
        ),
    ),
    "xpps.profitability.report": Model(read=CLERKS).having(
        program(
            "billing_file_id charge_id company_id component cost cost_unknown_count currency_id date device_id line_id "
            "margin margin_percent meter_read_id move_line_id overage pages partner_id product_id revenue source "
            "subscription_id uninvoiced user_id"
        ),
        calls("action_open action_open_charges action_open_invoices action_open_records", who=CLERKS),
    ),
    "xpps.queue": Abstract(),
    "xpps.rate.card": Model(read=CLERKS, write=MANAGERS, create=MANAGERS, unlink=MANAGERS).having(
        entered("company_id currency_id date_from date_to letter letter_name line_ids name"),
        program("line_count state"),
        calls("action_activate action_open_paste action_set_draft action_take_from_file", who=MANAGERS),
        calls("action_open_lines", who=CLERKS),
    ),
    "xpps.rate.card.line": Model(read=CLERKS, write=MANAGERS, create=MANAGERS, unlink=MANAGERS).having(
        entered(
            "card_id component device_id included measure price_level_id product_tmpl_id scope subscription_id "
            "unit_cost"
        ),
        program("company_id currency_id date_from date_to item state"),
    ),
    "xpps.rate.paste.wizard": Wizard(MANAGERS).having(
        wizard("card_id file_data file_name problems text"),
        calls("action_add", who=MANAGERS),
    ),
    "xpps.reference.guard": Abstract(),
    "xpps.reminder": Abstract(),
    "xpps.savings.report": Model(read=CLERKS).having(
        program(
            "billing_file_id company_id credited_amount currency_id dispute_id disputed_amount kind month not_claimed "
            "open_amount over_billed partner_id rejected_amount under_billed xerox_currency_id"
        ),
        calls("action_open", who=CLERKS),
    ),
    "xpps.upload.wizard": Abstract(),
    "xpps.usage": Abstract(),
    "xpps.vendor.bill.component": Model(read=CLERKS).having(
        program("bill_amount billing_file_id company_id component currency_id difference file_amount"),
    ),
    "xpps.vendor.document": Abstract(),
    "xpps.vendor.report": Model(read=CLERKS).having(
        program(
            "billing_file_id charged_amount charged_quantity company_currency_id company_id component cost "
            "contract_included contract_unit_cost included last_included "
            "cost_unknown cost_unknown_count currency_id device_id difference dispute_id expected_cost "
            "expected_quantity expected_unit_cost flag flags invoiced_amount line_id margin meter_read_id "
            "page_plan_id partner_id period_end period_start product_id reason serial subscription_id "
            "xerox_cost xerox_quantity "
            "xerox_unit_cost"
        ),
        calls(
            "action_dispute action_open_charges action_open_device action_open_file action_open_invoices",
            who=CLERKS,
        ),
    ),
    "xpps.service.replace.wizard": Wizard(CLERKS).having(
        wizard("company_id currency_id device_count price_unit product_id subscription_id subscription_line_id"),
        calls("action_replace", who=CLERKS),
    ),
    "xpps.usage.alert": Model(read=USERS).having(
        program(
            "changed_on company_id compared cycle_end cycle_start device_id explanation handled_by_id is_handled kind "
            "notice_ids output_type page_plan_id partner_id percent projection reached_on read_until rule_id state "
            "subscription_id threshold told_count value"
        ),
        program("billing_file_id", read=CLERKS),
        calls("action_open_subject", who=USERS),
        calls("action_mark_handled", who=CLERKS),
    ),
    "xpps.usage.alert.rule": Model(read=USERS, write=MANAGERS, create=MANAGERS, unlink=MANAGERS).having(
        entered(
            "active by_activity by_mail by_note company_id kind mail_template_id partner_id recipients subscription_id "
            "threshold"
        ),
        program("alert_count alert_ids checked_at threshold_text"),
        calls("action_open_alerts", who=USERS),
        calls("action_add_usual", who=MANAGERS),
    ),
    "xpps.usage.notice": Model(read=USERS).having(
        program("alert_ids company_id mail_template_id partner_id stage state subscription_id"),
        # The program's, whoever looks.
        program("mail_id", read=NOBODY),
    ),
    "xpps.vendor.report.wizard": Wizard(CLERKS).having(
        wizard("company_id date_from date_to file_count file_text"),
        calls("action_dispute_overbilled action_download action_print", who=CLERKS),
    ),
    "xpps.webhook": Model(read=MANAGERS, write=MANAGERS, create=MANAGERS, unlink=MANAGERS).having(
        entered("active company_id name on_file_failed on_file_imported on_run_done secret url user_id"),
        program("delivery_count delivery_ids failed_count"),
        # Nobody's, whoever he is.
        program("secret_key", read=NOBODY),
        calls("action_open_deliveries action_test", who=MANAGERS),
    ),
    "xpps.webhook.delivery": Model(read=MANAGERS).having(
        program("company_id error event last_try next_try payload state status_code tries uid webhook_id"),
        calls("action_send_again", who=MANAGERS),
    ),
    "account.move": Extension().having(
        program("has_xpps_usage xpps_usage_pdf_file xpps_usage_pdf_id xpps_usage_xlsx_file xpps_usage_xlsx_id"),
        program(
            "xpps_billed_device_count xpps_billed_pages xpps_billed_period xpps_delivery_problem xpps_delivery_state "
            "xpps_sent_message_id"
        ),
        program("xpps_billing_file_ids xpps_billing_run_id xpps_can_bill_again xpps_is_joined", read=CLERKS),
        program("xpps_charge_count xpps_query_count", read=USERS),
        calls("action_open_xpps_queries", who=USERS),
        calls("action_open_xpps_billing_file action_open_xpps_charges action_xpps_bill_again", who=CLERKS),
        calls("action_xpps_send_again button_cancel button_draft", who=INVOICERS),
        calls("action_download_xpps_usage", who=INVOICE_READERS),
    ),
    "account.move.line": Extension().having(
        program(
            "xpps_base_adjustment xpps_base_days xpps_component xpps_given_back xpps_payer_id xpps_period_end "
            "xpps_period_start xpps_share_key xpps_share_number xpps_share_percent xpps_share_percents "
            "xpps_source_line_id xpps_subscription_id xpps_subscription_line_id"
        ),
        program("xpps_joined_run_id", read=CLERKS),
        program("xpps_charge_ids xpps_credited_charge_ids", read=USERS),
        program("xpps_program_values", read=NOBODY),
    ),
    "account.move.reversal": Extension().having(
        calls("reverse_moves", who=INVOICERS),
    ),
    "product.template": Extension().having(
        entered(
            "is_xpps_printer xpps_bundle_component_ids xpps_mapping_ids xpps_model_number xpps_price_level_id "
            "xpps_price_note xpps_role"
        ),
        program("xpps_device_count"),
        calls("action_open_xpps_devices", who=USERS | {STOCK}),
    ),
    "ir.attachment": Extension().having(
        program("xpps_annex_version"),
    ),
    "ir.ui.menu": Extension().having(
        calls("load_web_menus", who=INSIDERS),
    ),
    # Settings are changed by XPPS administrators, and by whoever administers the database.
    "res.company": Extension().having(
        entered(
            "xpps_alias_domain_id xpps_alias_name xpps_approve_services xpps_background_threshold "
            "xpps_cutoff_accrued_cost_account_id xpps_cutoff_accrued_revenue_account_id "
            "xpps_customer_reads xpps_cutoff_deferred_revenue_account_id xpps_cutoff_journal_id "
            "xpps_base_timing xpps_escalators xpps_invoice_by_run xpps_join_other_items "
            "xpps_margin_floor_percent xpps_overage_cycles xpps_overage_missing_passes xpps_page_plans "
            "xpps_partner_number xpps_payers xpps_portal_by_site xpps_proration xpps_quarantine "
            "xpps_responsible_id xpps_sender_addresses xpps_serials_are_devices xpps_usage_spike_percent "
            "xpps_vendor_bill_analytic xpps_vendor_id",
            read=CLERKS,
            write=MANAGERS,
        ),
        entered("xpps_alias_id", read=CLERKS, write=NOBODY),
    ),
    # Odoo's, which belong to whoever administers the database.
    "res.config.settings": Extension().having(
        entered(
            "xpps_alias_domain_id xpps_alias_name xpps_approve_services xpps_background_threshold "
            "xpps_cutoff_accrued_cost_account_id xpps_cutoff_accrued_revenue_account_id "
            "xpps_customer_reads xpps_cutoff_deferred_revenue_account_id xpps_cutoff_journal_id "
            "xpps_base_timing xpps_escalators xpps_invoice_by_run xpps_join_other_items "
            "xpps_margin_floor_percent xpps_overage_cycles xpps_overage_missing_passes xpps_page_plans "
            "xpps_partner_number xpps_payers xpps_portal_by_site xpps_proration xpps_quarantine xpps_responsible_id "
            "xpps_sender_addresses xpps_serials_are_devices xpps_usage_spike_percent xpps_vendor_bill_analytic "
            "xpps_vendor_id",
            read=CLERKS,
            write=NOBODY,
        ),
    ),
    "res.partner": Extension().having(
        entered("xpps_customer_number xpps_invoice_mode xpps_reference_required xpps_usage_alert_opt_out"),
        entered("xpps_device_ids", read=USERS, write=CLERKS),
        program(
            "xpps_agreement_ids xpps_allowance_percent xpps_average_pages xpps_charge_count xpps_device_count "
            "xpps_fleet_ids xpps_fleet_text xpps_meter_read_count xpps_usage xpps_usage_alert_count "
            "xpps_usage_chart",
            read=USERS,
        ),
        calls(
            "action_open_xpps_files action_open_xpps_profitability action_open_xpps_vendor_report",
            who=CLERKS,
        ),
        calls("action_open_xpps action_open_xpps_charges action_open_xpps_usage_alerts", who=USERS),
        calls("action_open_xpps_devices", who=USERS | {STOCK, PORTAL}),
        calls("action_open_xpps_meter_reads", who=USERS | {PORTAL}),
    ),
    "res.users.apikeys.description": Extension().having(
        entered("xpps_only", read=CLERKS),
        calls("make_key", who=INSIDERS),
    ),
    "sale.order": Extension().having(
        program("xpps_billing_run_id", read=CLERKS),
        calls("group_subscription_lines", who=BILLERS),
    ),
    "sale.order.line": Extension().having(
        program(
            "xpps_base_adjustment xpps_base_days xpps_payer_id xpps_period_end xpps_period_start xpps_share_key "
            "xpps_share_number xpps_share_percent xpps_share_percents xpps_subscription_id xpps_subscription_line_id"
        ),
        program("xpps_charge_ids", read=USERS),
        program("xpps_program_values", read=NOBODY),
    ),
    "sale.subscription": Extension().having(
        entered(
            "is_xpps is_xpps_master xpps_agreement_number xpps_base_payer_id xpps_base_timing xpps_customer_reference "
            "xpps_cycle_anchor xpps_cycle_reconcile xpps_invoice_detail xpps_invoice_mode xpps_overage_cycle "
            "xpps_overage_payer_id"
        ),
        # Not the customer's, who may read the agreement.
        entered("xpps_next_date_reason", read=INSIDERS),
        entered("charge_default_ids page_plan_ids xpps_device_ids xpps_payer_ids", read=USERS, write=CLERKS),
        entered("xpps_price_rule_ids", read=USERS, write=MANAGERS),
        program(
            "xpps_closed_on xpps_cycle_since xpps_has_cycles xpps_has_escalators xpps_has_payers xpps_has_plans "
            "xpps_next_date_changed xpps_paused_on xpps_period_anchor xpps_service_ids"
        ),
        program("xpps_price_change_ids xpps_price_version_ids", read=USERS),
        program(
            "charge_ids page_rating_count page_rating_ids xpps_allowance_percent xpps_average_pages xpps_base_notice "
            "xpps_base_waiver_ids xpps_charge_count xpps_device_count xpps_has_base_gap xpps_meter_read_count "
            "xpps_usage xpps_usage_alert_count xpps_usage_chart",
            read=USERS,
        ),
        calls("action_view_account_invoice_ids", who=BILLERS | CUSTOMERS),
        calls(
            "close_subscription create_invoice create_sale_order "
            "action_xpps_resume calculate_recurring_next_date cron_subscription_management generate_invoice "
            "manual_invoice onchange_partner_id",
            who=BILLERS,
        ),
        calls(
            "action_open_xpps_changes action_open_xpps_profitability action_xpps_add_devices action_xpps_bill_gaps "
            "action_xpps_copy_to_customer",
            who=CLERKS,
        ),
        calls(
            "action_open_page_ratings action_open_xpps_charges action_open_xpps_devices action_open_xpps_meter_reads "
            "action_open_xpps_usage_alerts",
            who=USERS,
        ),
    ),
    "sale.subscription.line": Extension().having(
        entered("change_reason xpps_devices_line_id xpps_fixed_until xpps_qty_from_devices xpps_taxes_by_hand"),
        entered("xpps_device_ids", read=USERS, write=CLERKS),
        program("xpps_agreement_id xpps_role"),
        program("xpps_price_version_ids", read=USERS),
        program("xpps_base_cost xpps_base_service_cost xpps_base_supply_cost", read=CLERKS),
        calls("action_xpps_replace", who=CLERKS),
    ),
    "stock.lot": Extension().having(
        entered("xpps_asset_number xpps_contact_id xpps_end_of_service xpps_ip_address xpps_location xpps_mac_address"),
        # Nobody's who is a customer.
        entered("xpps_lease_number", read=INSIDERS),
        entered("xpps_assignment_ids", read=USERS, write=CLERKS),
        entered(
            "is_xpps_device xpps_install_date xpps_partner_id xpps_removal_date xpps_state xpps_subscription_id "
            "xpps_subscription_line_id",
            write=CLERKS,
        ),
        program(
            "xpps_charge_ids xpps_clr_lvl12_last_overage xpps_clr_lvl12_last_read xpps_clr_lvl3_last_overage "
            "xpps_clr_lvl3_last_read xpps_color_last_overage xpps_color_last_read xpps_last_read_date "
            "xpps_meter_read_ids xpps_mono_color1_last_overage xpps_mono_color1_last_read xpps_mono_last_overage "
            "xpps_mono_last_read xpps_serial_key"
        ),
        program(
            "xpps_base_service_cost xpps_base_supply_cost xpps_billing_line_ids xpps_clr_lvl12_unit_cost "
            "xpps_clr_lvl3_unit_cost xpps_color_unit_cost xpps_mono_color1_unit_cost xpps_mono_unit_cost",
            read=CLERKS,
        ),
        program(
            "xpps_allowance_percent xpps_average_pages xpps_charge_count xpps_meter_read_count xpps_page_plan_ids "
            "xpps_customer_entry_ids xpps_usage xpps_usage_chart",
            read=USERS,
        ),
        calls("action_open_xpps_charges", who=USERS),
        calls("action_open_xpps_subscription", who=USERS | CUSTOMERS),
        # The codes of labels are for the program alone, which prints them.
        program("xpps_label_key xpps_label_secret", read=NOBODY),
        calls("action_xpps_add_devices action_xpps_new_label_code", who=CLERKS),
        calls("action_open_xpps_meter_reads", who=USERS | {PORTAL}),
    ),
}
