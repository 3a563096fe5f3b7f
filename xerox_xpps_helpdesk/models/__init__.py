from . import (
    stock_lot,
    stock_lot_seen,
    stock_lot_search,
    sale_subscription,
    helpdesk_ticket,
    helpdesk_ticket_metrics,
    helpdesk_ticket_billing,
    helpdesk_ticket_report,
    helpdesk_ticket_mail,
    xpps_customer_entry,
)
