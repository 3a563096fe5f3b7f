# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Of large classes those tests run that go through what the addon extends: invoices that are made, changed, posted,
numbered, reversed, copied, sent and deleted, their taxes and currencies. Classes that are not named run whole.
"""

CHOSEN = {
    "TestAccountMoveOutInvoiceOnchanges": (
        "test_account_on_invoice_line_product_removal",
        "test_basic_tax_lock",
        "test_change_currency_id",
        "test_compute_name_payment_reference",
        "test_date_reversal_exchange_move",
        "test_invoice_copy_data",
        "test_invoice_mass_posting",
        "test_keep_receivable",
        "test_lines_recomputation_after_currency_rate_change",
        "test_narration_preserved_when_use_invoice_terms_disabled",
        "test_out_invoice_bank_partner",
        "test_out_invoice_copy_custom_date",
        "test_out_invoice_create_1",
        "test_out_invoice_create_child_partner",
        "test_out_invoice_create_cross_branch_refund",
        "test_out_invoice_create_refund",
        "test_out_invoice_create_refund_auto_post",
        "test_out_invoice_create_refund_multi_currency",
        "test_out_invoice_currency_rate_posted_in_future",
        "test_out_invoice_custom_currency_rate",
        "test_out_invoice_fiscal_position_preserves_manual_price",
        "test_out_invoice_fiscal_position_recomputes_price_include_taxes",
        "test_out_invoice_line_onchange_product_1",
        "test_out_invoice_line_onchange_taxes_1",
        "test_out_invoice_multi_company",
        "test_out_invoice_post_1",
        "test_out_invoice_post_2",
        "test_out_invoice_reverse_caba",
        "test_out_invoice_reverse_move_tags",
        "test_out_invoice_switch_out_refund_1",
        "test_out_invoice_switch_out_refund_2",
        "test_out_invoice_switch_out_refund_3",
        "test_out_invoice_switch_out_refund_4",
        "test_out_invoice_write_1",
        "test_out_invoice_write_2",
        "test_post_valid_invoices_when_auto_post",
        "test_search_move_sent_values",
        "test_tax_recomputed_when_changing_base_lines",
        "test_update_lines_date_when_invoice_date_changes",
    ),
    "TestAccountMoveSend": (
        "test_error_but_continue",
        "test_get_invoice_report_filename",
        "test_get_sending_settings",
        "test_invoice_mail_attachments_widget",
        "test_invoice_multi",
        "test_invoice_multi_child_contact",
        "test_invoice_multi_email_missing",
        "test_invoice_single",
        "test_is_move_sent_state",
        "test_journal_follower_gets_pdf_on_send_and_print",
        "test_no_sending_method_selected",
        "test_send_and_print_cron",
        "test_with_empty_mail_template_single",
    ),
    "TestInvoiceTaxes": (
        "test_fiscal_position_tax_mapping_with_inactive_tax",
        "test_multiple_onchange_product_and_price",
        "test_one_tax_per_line",
        "test_tax_calculation_multi_currency",
        "test_tax_repartition",
    ),
    "TestSequenceMixin": (
        "test_change_journal_on_first_account_move",
        "test_change_same_journal_not_change_sequence",
        "test_journal_next_sequence",
        "test_journal_sequence_multiple_type",
        "test_limit_savepoint",
        "test_sequence_change_date",
        "test_sequence_draft_change_date",
        "test_sequence_draft_first_of_period",
        "test_sequence_move_name_related_field_well_computed",
    ),
    "TestSaleToInvoice": (
        "test_amount_to_invoice_multiple_so",
        "test_amount_to_invoice_price_unit_change",
        "test_credit_note_automatic_matching",
        "test_downpayment",
        "test_downpayment_invoice_and_partial_credit_note",
        "test_downpayment_percentage_tax_icl",
        "test_downpayment_storno",
        "test_group_invoice",
        "test_invoice",
        "test_invoice_analytic_distribution_model",
        "test_invoice_line_name_has_product_name",
        "test_invoice_with_discount",
        "test_invoice_with_sections",
        "test_multi_company_invoice",
        "test_multiple_sale_orders_on_same_invoice",
        "test_qty_invoiced",
        "test_sale_order_standard_flow_with_invoicing",
    ),
    # The others of it need addons that the tests do not install, or are about amounts.
    "TestUblExportBis3BE": (
        "test_invoice_cash_rounding_add_invoice_line",
        "test_invoice_early_pay_discount_multiple_taxes",
        "test_invoice_item_description_name",
        "test_invoice_multiple_fixed_tax_emptying_turned_as_extra_invoice_lines",
        "test_invoice_negative_price_unit",
        "test_invoice_payee_financial_account",
        "test_invoice_sent_to_luxembourg_dig",
        "test_invoice_tax_currency_code_tax_totals_foreign_currency",
        "test_invoice_tax_reverse_charge",
    ),
}


def pytest_collection_modifyitems(config, items):
    left_out = {item for item in items if _is_left_out(item)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def _is_left_out(item):
    # Every conftest file is shown all tests of a run.
    chosen = CHOSEN.get(item.cls.__name__) if "upstream" in item.path.parts and item.cls else None
    return chosen is not None and item.name not in chosen
