# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).


def setup_steps(env):
    """What comes before the first billing file, and the file, for an overview that has nothing to show yet.

    :return: [{"key", "label", "hint", "button", "action"}] of what the user may do
    """
    steps = (
        (
            "xpps.billing.file",
            {
                "key": "import",
                "label": env._("Import Xerox's billing file"),
                "hint": env._("Unknown devices are created from it with a few clicks."),
                "button": env._("Import Billing File"),
                "action": {"xmlid": "xerox_xpps.action_xpps_import_wizard", "context": {}},
            },
        ),
        (
            "product.product",
            {
                "key": "products",
                "label": env._("Name your services and printer models"),
                "hint": env._("Base prices, and a material code for each kind of page that you sell."),
                "button": env._("Services"),
                "action": {"xmlid": "xerox_xpps.action_xpps_service", "context": None},
            },
        ),
        (
            "sale.subscription",
            {
                "key": "agreements",
                "label": env._("Enter your customers' agreements"),
                "hint": env._("What a customer pays each month, and for pages above the allowance."),
                "button": env._("Agreements"),
                "action": {"xmlid": "xerox_xpps.action_xpps_agreement", "context": None},
            },
        ),
    )
    return [step for model, step in steps if env[model].has_access("create")]
