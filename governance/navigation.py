"""The look of the admin and what stands in its sidebar. Settings read this, so apps appear here as strings only; `governance.sidebar` resolves them."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from governance.core.access import Action


class Page(NamedTuple):
    """A page of the sidebar: it appears once its address exists and the reader may open it.

    `action` is asked of the gate for pages that are no change list (none: everybody who is signed in), for the whole portal or, with `somewhere`, for any
    dataset; a change list's own admin class decides about it.
    `badge` names a function (request) → number of things that wait; zero shows nothing.
    """

    title: str
    address: str
    icon: str
    action: Action | Literal[""] = ""
    somewhere: bool = False
    badge: str = ""


GROUPS: tuple[tuple[str, tuple[Page, ...]], ...] = (
    ("", (Page("Overview", "admin:index", "space_dashboard"),)),
    (
        "Discover",
        (
            Page("Search", "admin:search", "search"),
            Page("Datasets", "admin:catalog_dataset_changelist", "table_chart"),
        ),
    ),
    (
        "Scan",
        (
            Page("Sources", "admin:sources_source_changelist", "database"),
            Page("Scans", "admin:scans_scanrun_changelist", "radar"),
            Page("Rule sets", "admin:intelligence_ruleset_changelist", "rule_settings"),
        ),
    ),
    (
        "Sensitive data",
        (
            Page("Findings", "admin:catalog_field_changelist", "shield_lock"),
            Page("Decisions", "admin:decisions", "fact_check", "decide", somewhere=True, badge="governance.sidebar.waiting_decisions"),
            Page("Report card", "admin:report-card", "grading"),
            Page("What changed", "admin:finding-changes", "difference"),
            Page("Learning", "admin:intelligence_columnmodelversion_changelist", "school"),
        ),
    ),
    ("Watch", (Page("Live", "admin:live", "monitor_heart", "view"),)),
    (
        "Alerts",
        (
            Page("Inbox", "admin:alerts_alert_changelist", "inbox", badge="governance.sidebar.open_alerts"),
            Page("Rules", "admin:alerts_rule_changelist", "notifications_active"),
            Page("Silences", "admin:alerts_silence_changelist", "notifications_off"),
            Page("Receivers", "admin:alerts_receiver_changelist", "send"),
        ),
    ),
    (
        "Security",
        (
            Page("Audit log", "admin:core_event_changelist", "history"),
            Page("Access", "admin:access_grant_changelist", "key"),
        ),
    ),
    ("Automate", (Page("Schedules", "admin:scans_schedule_changelist", "event_repeat"),)),
    (
        "Settings",
        (
            Page("People", "admin:auth_user_changelist", "person"),
            Page("Teams", "admin:identity_team_changelist", "groups"),
            Page("Domains", "admin:catalog_domain_changelist", "account_tree"),
            Page("Tags", "admin:catalog_tag_changelist", "sell"),
            Page("Tokens", "admin:identity_token_changelist", "vpn_key"),
            Page("System", "admin:system", "settings", "administer"),
        ),
    ),
)

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Governance Portal",
    "SITE_HEADER": "Governance Portal",
    "SITE_SYMBOL": "policy",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "/static/portal/icon.svg"}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "STYLES": ["/static/portal/portal.css"],
    "DASHBOARD_CALLBACK": "governance.overview.dashboard",
    "COMMAND": {"show_history": True},
    "SIDEBAR": {"show_search": True, "command_search": True, "show_all_applications": False, "navigation": "governance.sidebar.groups"},
    "COLORS": {
        # Teal; 600 carries white text and 500 stands on dark paper, both at WCAG AA.
        "primary": {
            "50": "#f0fdfa",
            "100": "#ccfbf1",
            "200": "#99f6e4",
            "300": "#5eead4",
            "400": "#2dd4bf",
            "500": "#0d9488",
            "600": "#0f766e",
            "700": "#115e59",
            "800": "#134e4a",
            "900": "#0f3f3c",
            "950": "#042f2e",
        },
    },
}
