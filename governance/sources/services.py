"""What can be done with sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.core.access import Actor, may, require
from governance.core.api.problems import invalid
from governance.core.errors import Conflict, Denied, GovernanceError, InvalidInput
from governance.core.events import record
from governance.core.http.guard import Policy
from governance.core.secrets import seal
from governance.env import env
from governance.sources import configuration
from governance.sources.configuration import Prepared
from governance.sources.connectors.base import CONNECTORS, Connector, Limits
from governance.sources.models import Source, secrets_context
from governance.sources.queries import is_offered, removals
from intelligence import rule_sets
from intelligence.classification import Settings
from intelligence.models import RuleSet, RuleSetVersion

UNCHANGED: Any = object()


def create_source(*, name: str, kind: str, config: Mapping[str, Any], description: str = "", rule_set: RuleSet | None = None, actor: Actor) -> Source:
    """Add a source; nothing is connected to. An administrator may give an address in a private network."""
    require(actor, "manage")
    prepared = _prepared(kind, config, actor)
    with transaction.atomic():
        source = Source(name=_name(name), kind=kind, description=description, rule_set=rule_set, created_by_id=actor.id)
        source.location, source.config, source.allows_private = prepared.location, prepared.shown, may(actor, "administer")
        _refuse_taken(source)
        source.save()
        _seal(source, prepared)
        record("sources.source.created", source, actor=actor, kind=kind, location=source.location)
    return source


def update_source(
    source: Source,
    *,
    name: str | None = None,
    description: str | None = None,
    config: Mapping[str, Any] | None = None,
    is_paused: bool | None = None,
    rule_set: RuleSet | None = UNCHANGED,
    classification: Mapping[str, Any] | None = None,
    actor: Actor,
) -> Source:
    """Change a source; "••••" in the config keeps the stored secret. What is None stays as it is."""
    require(actor, "manage", source)
    before = _facts_of(source)
    if config is not None and source.is_builtin:
        raise InvalidInput('"This portal" has nothing to configure. Change its name or its rule set.')
    with transaction.atomic():
        Source.objects.select_for_update().get(pk=source.pk)
        if config is not None:
            prepared = _prepared(source.kind, config, actor, source)
            _require_place(source, prepared, actor)
            if (prepared.location, prepared.shown) != (source.location, source.config):
                source.allows_private = may(actor, "administer")
            source.location, source.config = prepared.location, prepared.shown
            source.check_result, source.checked = None, None
            _seal(source, prepared)
        if name is not None:
            source.name = _name(name)
        if description is not None:
            source.description = description
        if is_paused is not None:
            source.is_paused = is_paused
        if rule_set is not UNCHANGED:
            source.rule_set = rule_set
        if classification is not None:
            source.classification = _own_settings(classification, source)
        _refuse_taken(source)
        source.save()
        after = _facts_of(source)
        changed = [one for one in after if after[one] != before[one]]
        change = {"before": {one: before[one] for one in changed}, "after": {one: after[one] for one in changed}}
        record("sources.source.updated", source, actor=actor, change=change, kind=source.kind, location=source.location)
    return source


def delete_source(source: Source, *, actor: Actor) -> dict[str, int]:
    """Remove a source and everything that the portal knows of it; answers how much that was. The event log keeps its facts."""
    require(actor, "manage", source)
    if source.is_builtin:
        raise Conflict('"This portal" is built in and cannot be removed. Pause it instead.')
    with transaction.atomic():
        removed = removals(source)
        record("sources.source.deleted", source, actor=actor, severity="warning", kind=source.kind, removed=removed)
        source.delete()
    return removed


def check_source(source: Source, *, actor: Actor) -> dict[str, Any]:
    """Connect, and keep what was found: see `Source.check_result`."""
    require(actor, "manage", source)
    try:
        with connect(source) as connector:
            result = examine(connector)
    except GovernanceError as error:
        result = failed(error)
    with transaction.atomic():
        source.checked, source.check_result = timezone.now(), result
        source.save(update_fields=["checked", "check_result", "updated"])
        code = result["error"]["code"] if result["error"] else ""
        severity = "info" if result["is_reachable"] else "warning"
        record(
            "sources.source.checked",
            source,
            actor=actor,
            severity=severity,
            is_reachable=result["is_reachable"],
            version=result["version"],
            error=code,
        )
    return result


def note_check(source: Source, connector: Connector) -> None:
    """Keep what an open connection may see, where no check has told yet. A scan calls it; it is no fact of its own."""
    if source.checked and (source.check_result or {}).get("is_reachable"):
        return
    try:
        result = examine(connector)
    except GovernanceError as error:
        result = failed(error)
    Source.objects.filter(pk=source.pk).update(checked=timezone.now(), check_result=result)


def check_config(kind: str, config: Mapping[str, Any], *, source: Source | None = None, actor: Actor) -> dict[str, Any]:
    """Connect with a config that is not saved (yet); "••••" stands for what `source` has stored."""
    require(actor, "manage", source)
    prepared = _prepared(kind, config, actor, source)
    if source is not None:
        _require_place(source, prepared, actor)
    try:
        configuration.check_addresses(prepared.config, may_be_private=may(actor, "administer"), may_resolve=False)
        with CONNECTORS.get(kind)(prepared.config, limits(may_be_private=may(actor, "administer"))) as connector:
            return examine(connector)
    except GovernanceError as error:
        return failed(error)


def _require_place(source: Source, prepared: Prepared, actor: Actor) -> None:
    """To point a source elsewhere is to add another one: whoever manages one source only would read there what is not theirs."""
    if prepared.location != source.location and not may(actor, "manage"):
        raise Denied("You manage this source, and not where sources are. Ask an administrator to point it elsewhere, or to add another source.")


def connect(source: Source, *, statement_timeout: float | None = None) -> Connector:
    """A connector for a source; use it as a context manager. The caller has asked the gate. Nothing is connected to before it is used.

    `statement_timeout` shortens what the settings allow, where somebody waits for the answer.
    """
    config = CONNECTORS.get(source.kind).Config.model_validate(source.connection_config())
    if not source.is_builtin:
        configuration.check_addresses(config, may_be_private=source.allows_private, may_resolve=False)
    allowed = limits(may_be_private=source.is_builtin or source.allows_private)
    if statement_timeout is not None:
        allowed = replace(allowed, statement_timeout=min(statement_timeout, allowed.statement_timeout))
    return CONNECTORS.get(source.kind)(config, allowed)


def limits(*, may_be_private: bool) -> Limits:
    """What one query against a source may cost, as the settings say, and where a connection may go when the name is resolved for it."""
    policy: Policy = "source" if may_be_private else "public"
    return Limits(statement_timeout=env.statement_timeout, row_budget=env.row_budget, sample_rows=env.sample_rows, policy=policy)


def examine(connector: Connector) -> dict[str, Any]:
    """A check as it is kept and shown."""
    found = connector.check()
    return {
        "is_reachable": found.is_reachable,
        "version": found.version,
        "latency_s": round(found.latency, 4),
        "capabilities": [asdict(one) for one in found.capabilities],
        "error": None,
    }


def failed(error: GovernanceError) -> dict[str, Any]:
    """The same for a check that failed."""
    told: dict[str, Any] = {"code": error.code, "title": error.title, "status": error.status, "detail": error.detail}
    if "errors" in error.context:
        told["errors"] = error.context["errors"]
    return {"is_reachable": False, "version": "", "latency_s": None, "capabilities": [], "error": told}


def _prepared(kind: str, config: Mapping[str, Any], actor: Actor, source: Source | None = None) -> Prepared:
    if not isinstance(config, Mapping):
        raise invalid({"config": ["Give an object with the parameters of this kind of source."]})
    if kind not in CONNECTORS or not is_offered(CONNECTORS.get(kind)):
        raise invalid({"kind": [f"There is no kind {str(kind)[:50]!r} to add. See /api/v1/source-kinds/."]})
    kept = source.connection_config() if source else None
    prepared = configuration.prepare(kind, config, kept=kept, before=source.config if source else None)
    configuration.check_addresses(prepared.config, may_be_private=may(actor, "administer"))
    return prepared


def _seal(source: Source, prepared: Prepared) -> None:
    source.secrets = seal(json.dumps(prepared.secrets), secrets_context(source.pk)) if prepared.secrets else None
    source.save(update_fields=["secrets"])


def _name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > 200 or "\0" in name:
        raise invalid({"name": ["Give a name of 1 to 200 characters."]})
    return name


def _refuse_taken(source: Source) -> None:
    if Source.objects.filter(name__iexact=source.name).exclude(pk=source.pk).exists():
        raise invalid({"name": ["Another source has this name. Choose a different one."]})


def _facts_of(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "description": source.description,
        "location": source.location,
        "config": source.config,
        "is_paused": source.is_paused,
        "rule_set": source.rule_set_id,
        "classification": source.classification,
    }


def _own_settings(given: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """What a source adds to its rule set, checked; what is left out comes from the rule set."""
    if unknown := sorted(set(given) - {"threshold", "thresholds", "disabled"}):
        raise _wrong(f"A source has no setting {unknown[0][:50]!r} of its own. Known: threshold, thresholds, disabled.")
    try:
        own = Settings.from_json(given)
    except InvalidInput as error:
        raise _wrong(error.detail) from None
    held = source.classification or {}
    version = (
        RuleSetVersion.objects.filter(rule_set=source.rule_set_id) if source.rule_set_id else RuleSetVersion.objects.filter(rule_set__is_default=True)
    )
    known = {*rule_sets.known_names(version.order_by("-number").first()), *held.get("thresholds", {}), *held.get("disabled", ())}
    if strange := sorted({*own.thresholds, *own.disabled} - known):
        raise _wrong(f"There is no entity or family {strange[0][:50]!r}. GET /api/v1/entities/ lists them.")
    whole = own.as_json()
    return {name: whole[name] for name in given if whole.get(name)}


def _wrong(detail: str) -> InvalidInput:
    return InvalidInput(detail, errors={"classification": [detail]})
