"""What each address of the application is asked with by the tests that ask all of them.

A new address needs one line here, which ``test_every_address_has_its_sample`` names. Its kinds:

- ``IDS``: the parameter of a path is an id; in which table it is found.
- ``VALUES``: the parameter is no id; what stands there.
- ``BODIES``: what a request of the API carries that may change something.
- ``FORMS``: a form without an id in its path, and what it takes that is not in ``TYPED``; one with
  an id needs a line only where ``TYPED`` is not enough.

``<draft_id>`` and all other names of ``IDS`` so written become ids of the first organisation.
"""

from __future__ import annotations

from tests.contract.postgres.test_pg_tenancy import NEEDLE

HASH = "0" * 64
PASSWORD = "lamp river orbit mint"

IDS = {
    "draft_id": "drafts",
    "run_id": "runs",
    "task_id": "runs",
    "letter_id": "dead_letters",
    "rule_id": "approval_rules",
    "experiment_id": "experiments",
    "voice_id": "voice_profiles",
    "change_id": "learning_changes",
    "entry_id": "suppressions",
    "view_id": "saved_views",
    "template_id": "mail_templates",
    "test_id": "experiments",
    "outcome_id": "outcomes",
    "notice_id": "notices",
    "session_id": "user_sessions",
    "key_id": "api_keys",
    "invitation_id": "invitations",
    "user_id": "users",
}
"""Where the ids of a path's parameters are found."""
VALUES = {
    "email": NEEDLE,
    "address": NEEDLE,
    "segment": "hot:mine",
    "kind": "replies",
    "path": "openapi.json",
    "name": "limits",
    "what": "added",
}
NAMED_BY_CALLER = {
    "/api/operator/quota/{email}",
    "/api/autonomy/{segment}",
    "/api/outcomes/detect/{kind}",
    "/api/outcomes/contact/{email}",
    "/api/gdpr/user/{email}",
    "/schema/{path}",
    "/settings/sending/{name}",
    "/settings/sending/{name}/back",
    "/settings/assets/{what}",
}
"""What these name need not be there: they answer for what is asked, from the asker's own rows."""
GONE_ALREADY = {"/queue/views/{view_id}/remove", "/account/sessions/{session_id}/end"}
"""What is not there need not be removed: the page shows what there is."""

WHY = {"why": "a test"}
RULE = {
    "name": "theirs",
    "confidence": 0.9,
    "conditions": [{"field": "title", "operator": "==", "value": "VP"}],
}
PICK = {"id": "<draft_id>", "content_hash": HASH}
BODIES: dict[str, object] = {
    "PUT /api/admin/allow-list": {"patterns": ["example.net"]},
    "PUT /api/admin/deny-list": {"patterns": ["example.net"]},
    "POST /api/admin/emergency-resume": WHY,
    "POST /api/admin/emergency-stop": WHY,
    "POST /api/admin/failed-tasks/{letter_id}/resolve": {"note": "done"},
    "POST /api/admin/failed-tasks/{letter_id}/retry": None,
    "PUT /api/admin/limits": {"per_contact": 1, "per_mailbox": 10, "per_company": 5, **WHY},
    "PUT /api/admin/send-mode": {"mode": "DRAFT_ONLY", **WHY},
    "PUT /api/autonomy/{segment}": {"stage": "manual", **WHY},
    "POST /api/commands": {"text": "approve this", "draft_id": "<draft_id>", "content_hash": HASH},
    "POST /api/commands/audio": None,
    "POST /api/experiments": {
        "name": "theirs",
        "kind": "subject",
        "variants": [{"name": "a", "text": "Hi"}, {"name": "b", "text": "Hello"}],
    },
    "POST /api/operator/drafts/bulk/approve": {"items": [PICK]},
    "POST /api/operator/drafts/bulk/send": {"items": [PICK]},
    "POST /api/operator/drafts/{draft_id}/approve": {"content_hash": HASH},
    "POST /api/operator/drafts/{draft_id}/edit": {
        "content_hash": HASH,
        "subject": "S",
        "body": "B",
    },
    "POST /api/operator/drafts/{draft_id}/regenerate": {
        "content_hash": HASH,
        "instruction": "shorter",
    },
    "POST /api/operator/drafts/{draft_id}/reject": {"content_hash": HASH, "reason": "no"},
    "POST /api/operator/drafts/{draft_id}/send": {"content_hash": HASH},
    "POST /api/operator/drafts/{draft_id}/cancel": None,
    "POST /api/operator/drafts/{draft_id}/settle": {"was_sent": True},
    "POST /api/operator/drafts/{draft_id}/snooze": {"content_hash": HASH, "until": "tomorrow"},
    "POST /api/operator/drafts/{draft_id}/wake": None,
    "POST /api/outcomes/record": {
        "type": "email_replied",
        "email": "somebody@example.net",
        "draft_id": "<draft_id>",
    },
    "POST /api/outcomes/detect/{kind}": None,
    "POST /api/policy/backtest": {},
    "POST /api/rules": RULE,
    "PUT /api/rules/order": {"ids": ["<rule_id>"]},
    "PUT /api/rules/threshold": {"threshold": 0.95, **WHY},
    "PUT /api/rules/threshold/own": {"threshold": 0.95},
    "PUT /api/rules/{rule_id}": {"confidence": 0.95},
    "POST /api/rules/{rule_id}/enable": None,
    "POST /api/rules/{rule_id}/disable": None,
    "POST /api/suppressions": {"recipient": "somebody@example.net"},
    "POST /api/voices": {"profile": {"name": "theirs"}, "mailbox": NEEDLE},
    "POST /api/voices/import": {},
    "POST /api/voices/learn": {"name": "theirs", "mailbox": NEEDLE},
    "PUT /api/voices/{voice_id}": {"name": "theirs"},
    "POST /api/voices/{voice_id}/activate": None,
    "POST /api/voices/{voice_id}/check": {"body": "Hello", "subject": "Hi"},
    "POST /api/experiments/{experiment_id}/start": None,
    "POST /api/experiments/{experiment_id}/stop": None,
    "POST /api/learning/run": None,
    "PUT /api/admin/budgets": {},
    "POST /api/notices/{notice_id}/seen": None,
    "PUT /api/notifications": {
        "mail_to": [],
        "mail_kinds": [],
        "slack_kinds": [],
        "version": 0,
    },
    "POST /api/notifications/test": {"channel": "mail"},
    "PUT /api/icp": {"profile": {}, "version": 0},
    "POST /api/icp/preview": {},
    "POST /api/templates": {"name": "theirs", "body": "Hello"},
    "PUT /api/templates/{template_id}": {
        "name": "theirs",
        "body": "Hello",
        "use": "nobody",
        "version": 1,
    },
    "POST /api/learning/{change_id}/revert": None,
    "POST /api/users": {"email": "somebody@example.net", "role": "viewer"},
    "PATCH /api/users/{user_id}": {"role": "viewer"},
    "POST /api/users/{user_id}/reset-link": None,
    "POST /api/keys": {"name": "theirs", "scopes": ["viewer"], "days": 30},
}
"""What goes with each request of the API that may change something."""

TYPED = {
    "content_hash": HASH,
    "subject": "S",
    "body": "B",
    "reason": "no",
    "instruction": "shorter",
    "until": "tomorrow",
    "note": "done",
    "why": "a test",
    "was_sent": "yes",
    "name": "theirs",
    "query": "q=x",
    "text": "approve this",
    "mailbox": NEEDLE,
    "draft": "<draft_id>",
    "draft_id": "<draft_id>",
    "ids": "<draft_id>",
}
"""What may stand in any form of a page; each takes what it knows."""
FORMS: dict[str, list[dict[str, str]]] = {
    "/queue/bulk": [{"action": "approve", "pick": f"<draft_id>:{HASH}"}],
    "/queue/bulk/do": [
        {"action": action, "pick": f"<draft_id>:{HASH}"} for action in ("approve", "reject", "send")
    ],
    "/queue/bulk/undo": [{"undo": "<draft_id>", "pick": f"<draft_id>:{HASH}"}],
    "/jarvis": [{"text": "approve this", "draft_id": "<draft_id>", "undo": "<draft_id>"}],
    "/queue/views": [{}],
    "/notices/seen": [{}],
    "/settings/notifications": [{"mail_to": "", "seen": "0"}],
    "/settings/notifications/test": [{"channel": "mail"}],
    "/mailboxes/disconnect": [{}],
    "/sending/stop": [{}],
    "/autonomy": [{}],
    "/experiments": [{}],
    "/outcomes": [{"email": "somebody@example.net"}],
    "/settings/icp": [{}],
    "/settings/icp/back": [{"version": "1"}],
    "/settings/icp/preview": [{}],
    "/sending/resume": [{}],
    "/account/password": [{"password": PASSWORD, "new_password": "mint orbit river lamp"}],
    "/account/sessions/end-others": [{}],
    "/account/two-factor": [{}],
    "/account/two-factor/codes": [{"password": PASSWORD}],
    "/account/two-factor/confirm": [{"code": "123456"}],
    "/account/two-factor/off": [{"was": "on", "password": PASSWORD}],
    "/users/invite": [{"email": "somebody@example.net", "role": "viewer"}],
    "/users/{user_id}": [{"role": "viewer"}],
    "/users/two-factor": [{"required": "no"}],
    "/account/proof": [{"password": PASSWORD}],
    "/settings/assets/{what}": [{"folder": "1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"}],
    "/keys": [{"scope": "viewer", "days": "30"}],
    "/privacy": [{"email": NEEDLE}],
    "/privacy/export": [{"email": NEEDLE}],
    "/privacy/erase": [{"email": NEEDLE, "confirm": NEEDLE}],
    "/settings/rules/new": [
        {"confidence": "0.9", "field": "title", "operator": "==", "value": "VP"}
    ],
    "/settings/rules/threshold": [{"threshold": "0.95"}],
    "/settings/rules/try": [{"field": "title", "operator": "==", "value": "VP"}],
    "/settings/suppressions": [{"recipient": "somebody@example.net"}],
    "/settings/suppressions/import": [{"csv": "somebody@example.net"}],
    "/settings/templates/new": [{"use": "nobody"}],
    "/settings/voices/import": [{"document": '{"name": "theirs"}'}],
    "/settings/voices/learn": [{"mails": "10"}],
    "/setup/check": [{"about": ""}],
    "/setup/dismiss": [{"dismissed": "yes"}],
    "/setup/sender": [{"sender_name": "S", "postal_address": "1 High Street"}],
    "/setup/test": [{"email": "somebody@example.net", "message": "Hello"}],
}
"""Forms, and what else they take; those with an id in their path need a line only if it is more."""
