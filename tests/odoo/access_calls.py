# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a client calls the public methods: on which records, and with what."""

#: Arguments of the methods that need some: {(model, method): function of the test that gives (args, kwargs)}.
ARGUMENTS = {
    ("xpps.overview", "get_reports"): lambda test: (("2026-01-01",), {}),
    ("xpps.billing.file", "create_document_from_attachment"): lambda test: ((test.a.draft.attachment_id.ids,), {}),
    ("xpps.billing.file", "message_new"): lambda test: (
        (
            {
                "email_from": "someone@example.com",
                "message_id": "<1@example.com>",
                "attachments": [("a.xml", b"<a/>", {})],
            },
        ),
        {},
    ),
    ("xpps.dispute", "message_post"): lambda test: ((), {"body": "Mine"}),
}


def arguments_of(test, model, method):
    return ARGUMENTS.get((model, method), lambda test: ((), {}))(test)


def calls_of(test, name, method, user):
    """:return: [(whether on records of the user's company, function that calls)]; those of the model are its own"""
    env = test._env_of(user)
    args, kwargs = arguments_of(test, name, method)
    model = env[name]
    function = getattr(type(model), method)
    if getattr(function, "_api_model", False):
        return [(True, lambda: function(model, *args, **kwargs))]
    if model._abstract:
        # There are no records of it; a client may name ids all the same.
        return [(True, lambda: function(model.browse(1), *args, **kwargs))]
    calls = []
    for records, is_own in test._sides(name, user):
        if records:
            one = records[:1].with_env(env)
            calls.append((is_own, lambda one=one: function(one, *args, **kwargs)))
    return calls
