# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo's tests of orders, their invoices, down payments and refunds."""

from odoo.addons.sale.tests import test_sale_order, test_sale_refund, test_sale_to_invoice

TestSaleOrder = test_sale_order.TestSaleOrder
TestSaleRefund = test_sale_refund.TestSaleRefund
TestSaleToInvoice = test_sale_to_invoice.TestSaleToInvoice
