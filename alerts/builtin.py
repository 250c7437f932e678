"""The rules that a new portal has. People may change them; what they changed stays."""

from __future__ import annotations

from typing import Any

from alerts.models import Rule

RULES: dict[str, dict[str, Any]] = {
    "sensitive_found": {
        "name": "Sensitive data found in a new field",
        "description": "A scan found sensitive data where none was known. Look at the evidence and confirm or reject it; check who may read the dataset.",
        "pattern": "catalog.sensitive.found",
        "condition": [{"path": "data.fields", "op": "exists", "value": None}],
        "severity": "warning",
        "title": "Sensitive data in {subject}: {data.fields.entity|words}",
        "body": "New in {source}: {data.fields.field}. Open the dataset, read why, then confirm or reject each field.",
        "group_by": ["dataset_id"],
    },
    "scan_failed": {
        "name": "A scan failed",
        "description": "A scan of a source ended with an error; its catalog entries are as they were before. Ends with the next scan that completes.",
        "pattern": "scans.run.failed",
        "severity": "error",
        "title": "The scan of {source} failed",
        "body": "{data.detail} Open the scan, check the source, then start it again.",
        "group_by": ["source_id"],
        "resolves": "scans.run.completed",
    },
    "scan_partial": {
        "name": "A scan finished with failed units",
        "description": "Some datasets could not be read. Ends with the next scan of the source in which everything is read.",
        "pattern": "scans.run.completed",
        "condition": [{"path": "data.outcome", "op": "eq", "value": "partial"}],
        "severity": "warning",
        "title": "The scan of {source} left {data.summary.failed} of {data.datasets} datasets unread",
        "body": "The others are up to date. Open the scan to see which ones failed and why, then scan those again.",
        "group_by": ["source_id"],
        "resolves": "scans.run.completed",
    },
    "login_locked": {
        "name": "Too many wrong passwords",
        "description": "Sign-ins are refused after too many attempts. If nobody forgot a password, somebody is guessing one.",
        "pattern": "security.login.locked",
        "severity": "warning",
        "title": "Too many wrong passwords: sign-ins are refused",
        "body": "The limit by {data.by} was reached; attempts are refused for {data.seconds} seconds. The audit log names the account and the address.",
        "group_by": ["type", "data.by"],
    },
}


def seed() -> None:
    """Add the built-in rules that are missing; called at each start."""
    for key, values in RULES.items():
        if Rule.objects.filter(key=key).exists():
            continue
        taken = Rule.objects.filter(name=values["name"]).exists()
        name = f"{values['name']} (built in)" if taken else values["name"]
        Rule.objects.create(key=key, is_builtin=True, **{**values, "name": name})
