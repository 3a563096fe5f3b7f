# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo's tests of invoices, credit notes and their payments, their numbers, how they are sent, and their files."""

from odoo.addons.account.tests import (
    test_account_move_attachment,
    test_account_move_out_invoice,
    test_account_move_out_refund,
    test_account_move_payments_widget,
    test_account_move_send,
    test_audit_trail,
    test_invoice_taxes,
    test_sequence_mixin,
)

# account.move, account.move.line: made, changed, posted, reversed, reset and deleted
TestAccountMoveOutInvoiceOnchanges = test_account_move_out_invoice.TestAccountMoveOutInvoiceOnchanges
TestAccountMoveOutRefundOnchanges = test_account_move_out_refund.TestAccountMoveOutRefundOnchanges
TestAccountMovePaymentsWidget = test_account_move_payments_widget.TestAccountMovePaymentsWidget
# Numbers, and what posting costs
TestSequenceMixin = test_sequence_mixin.TestSequenceMixin
TestSequenceGaps = test_sequence_mixin.TestSequenceGaps
TestSequenceMixinDeletion = test_sequence_mixin.TestSequenceMixinDeletion
TestSequenceMixinConcurrency = test_sequence_mixin.TestSequenceMixinConcurrency
# account.move.send
TestAccountMoveSend = test_account_move_send.TestAccountMoveSend
# account.tax
TestInvoiceTaxes = test_invoice_taxes.TestInvoiceTaxes
# What may be deleted, and attachments
TestAuditTrail = test_audit_trail.TestAuditTrail
TestAccountMoveAttachment = test_account_move_attachment.TestAccountMoveAttachment
