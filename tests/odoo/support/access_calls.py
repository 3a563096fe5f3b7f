# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a client calls the public methods: on which records, and with what."""

#: Arguments of the methods that need some: {(model, method): function of the test and user that gives (args, kwargs)}.
ARGUMENTS = {
    ("ir.ui.menu", "load_web_menus"): lambda test, user: ((False,), {}),
    ("xpps.overview", "get_reports"): lambda test, user: (("2026-01-01",), {}),
    ("xpps.billing.file", "create_document_from_attachment"): lambda test, user: ((_upload(test, user).ids,), {}),
    ("xpps.billing.file", "message_new"): lambda test, user: (
        (
            {
                "email_from": "someone@example.com",
                "message_id": "<1@example.com>",
                "attachments": [("a.xml", "<a/>", {})],
            },
        ),
        {},
    ),
    ("sale.subscription", "calculate_recurring_next_date"): lambda test, user: (("2026-01-01",), {}),
    ("stock.lot", "action_xpps_add_devices"): lambda test, user: (
        (),
        {"context": {"default_xpps_subscription_id": test.a.agreement.id}},
    ),
    ("xpps.health.snooze.wizard", "action_snooze"): lambda test, user: (
        (),
        {"context": {"active_ids": test.a.records_of("xpps.health").ids}},
    ),
    ("xpps.charge.reject.wizard", "action_reject"): lambda test, user: (
        (),
        {"context": {"active_ids": test.a.files[3].charge_ids.ids}},
    ),
    ("xpps.page.waive.wizard", "action_waive"): lambda test, user: (
        (),
        {"context": {"active_ids": test.a.records_of("xpps.page.rating").ids}},
    ),
    ("xpps.page.rating", "action_waive"): lambda test, user: ((), {"reason": "Lost"}),
    ("xpps.dispute", "message_post"): lambda test, user: ((), {"body": "Mine"}),
    ("xpps.billing.file", "message_post"): lambda test, user: ((), {"body": "Mine"}),
}


def _upload(test, user):
    """What a user has just uploaded, whether or not he may."""
    attachments = test.env(user=test.users[user], su=True)["ir.attachment"]
    return attachments.create({"name": "mine.xml", "raw": b"<mine/>"})


def arguments_of(test, model, method, user):
    maker = ARGUMENTS.get((model, method))
    return maker(test, user) if maker else ((), {})


def calls_of(test, name, method, user):
    """:return: [(whether on records of the user's company, function that calls)]; those of the model are its own"""
    env = test._env_of(user)
    args, kwargs = arguments_of(test, name, method, user)
    context = kwargs.pop("context", {})
    model = env[name].with_context(**context)
    function = getattr(type(model), method)
    if getattr(function, "_api_model", False):
        return [(True, lambda: function(model, *args, **kwargs))]
    if model._abstract:
        # There are no records of it; a client may name ids all the same.
        return [(True, lambda: function(model.browse(1), *args, **kwargs))]
    calls = []
    # What is named in the context is the first company's.
    for records, is_own in test._sides(name, user)[: 1 if context else 2]:
        if records:
            one = records[:1].with_env(model.env)
            calls.append((is_own, lambda one=one: function(one, *args, **kwargs)))
    return calls
