"""What can be done with rule sets. A version never changes once it is made; the newest one counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from governance.core.access import SYSTEM, Actor, require
from governance.core.api.problems import invalid
from governance.core.errors import Conflict, InvalidInput, NotFound
from governance.core.events import record
from intelligence.classification import Column, CustomRecognizer, Settings, Verdict, classify, families
from intelligence.classification.custom import Trial, trials
from intelligence.classification.deriving import Derived, derive
from intelligence.classification.patterns import catalogue
from intelligence.classification.settings import HEAVIEST
from intelligence.learning.services import active_model
from intelligence.models import RuleSet, RuleSetVersion

DEFAULT_NAME = "Standard"
MOST_ROWS = 100_000
MOST_TRIED = 1_000
"""Values that may be tried at once."""


def current(rule_set: RuleSet | None = None) -> RuleSetVersion:
    """The version that counts: of this rule set, or of the default one."""
    found = RuleSetVersion.objects.select_related("rule_set").order_by("-number")
    version = (found.filter(rule_set=rule_set) if rule_set else found.filter(rule_set__is_default=True)).first()
    if version is None:
        raise NotFound("There is no default rule set. Run `manage.py setup`, or make one rule set the default.")
    return version


def version_of(rule_set: RuleSet, number: str | None, *, earlier_than: RuleSetVersion | None = None) -> RuleSetVersion:
    """A version by its number; without one the newest, or the one before another."""
    rows = rule_set.versions.order_by("-number")
    if number:
        rows = rows.filter(number=int(number) if number.isdecimal() and len(number) < 10 else -1)
    elif earlier_than is not None:
        rows = rows.filter(number__lt=earlier_than.number) if earlier_than.number > 1 else rows
    found: RuleSetVersion | None = rows.first()
    if found is None:
        raise NotFound(f"This rule set has no version {number}.")
    return found


def settings_of(version: RuleSetVersion | None) -> Settings:
    """A version's classification settings; the standard ones when the version is gone."""
    return Settings.from_json(version.settings) if version is not None else Settings()


def sample_rows(version: RuleSetVersion | None, otherwise: int) -> int:
    """Rows of the sample that this version wants."""
    return int((version.sampling or {}).get("rows") or otherwise) if version is not None else otherwise


def ensure_default() -> None:
    """Makes the default rule set if there is none. Safe to do again."""
    if not RuleSet.objects.filter(is_default=True).exists():
        with transaction.atomic():
            text = "What the portal finds by itself, without additions. Copy it to make your own."
            rule_set, _ = RuleSet.objects.get_or_create(name=DEFAULT_NAME, defaults={"description": text})
            RuleSet.objects.filter(pk=rule_set.pk).update(is_default=True)
            if not rule_set.versions.exists():
                RuleSetVersion.objects.create(rule_set=rule_set, number=1, settings=Settings().as_json(), note="The first version")
                record("intelligence.rule_set.created", rule_set, actor=SYSTEM, version=1)


def create(
    *, name: str, settings: Mapping[str, Any], sampling: Mapping[str, Any] | None = None, description: str = "", note: str = "", actor: Actor
) -> RuleSet:
    """A new rule set with its first version."""
    require(actor, "manage")
    kept, rows = _checked(settings), _checked_sampling(sampling)
    with transaction.atomic():
        rule_set = RuleSet.objects.create(name=_name(name), description=description)
        RuleSetVersion.objects.create(rule_set=rule_set, number=1, settings=kept, sampling=rows, note=note[:500], created_by_id=actor.id)
        record("intelligence.rule_set.created", rule_set, actor=actor, version=1, note=note[:500])
    return rule_set


def describe(rule_set: RuleSet, *, name: str | None = None, description: str | None = None, actor: Actor) -> RuleSet:
    """Change what people read of a rule set; its rules stay."""
    require(actor, "manage", rule_set)
    before = {"name": rule_set.name, "description": rule_set.description}
    with transaction.atomic():
        if name is not None:
            rule_set.name = _name(name, rule_set)
        if description is not None:
            rule_set.description = description
        rule_set.save()
        after = {"name": rule_set.name, "description": rule_set.description}
        record("intelligence.rule_set.changed", rule_set, actor=actor, change={"before": before, "after": after})
    return rule_set


def new_version(
    rule_set: RuleSet, *, settings: Mapping[str, Any], sampling: Mapping[str, Any] | None = None, note: str = "", actor: Actor
) -> RuleSetVersion:
    """Settings that count from now on; the next scan reads everything again under them."""
    require(actor, "manage", rule_set)
    kept, rows = _checked(settings), _checked_sampling(sampling)
    return _append(rule_set, kept, rows, note, "intelligence.rule_set.changed", actor)


def restore(version: RuleSetVersion, *, actor: Actor) -> RuleSetVersion:
    """Makes an older version count again, as a new version with its settings."""
    require(actor, "manage", version.rule_set)
    note = f"As in version {version.number}"
    return _append(version.rule_set, version.settings, version.sampling, note, "intelligence.rule_set.restored", actor)


def set_default(rule_set: RuleSet, *, actor: Actor) -> RuleSet:
    """Scans that name no rule set use this one from now on."""
    require(actor, "manage", rule_set)
    with transaction.atomic():
        list(RuleSet.objects.select_for_update().filter(is_default=True))
        RuleSet.objects.filter(is_default=True).update(is_default=False)
        RuleSet.objects.filter(pk=rule_set.pk).update(is_default=True)
        rule_set.is_default = True
        record("intelligence.rule_set.defaulted", rule_set, actor=actor, version=current(rule_set).number)
    return rule_set


def delete(rule_set: RuleSet, *, actor: Actor) -> None:
    """Remove a rule set that is not the default; sources that used it go back to the default one."""
    require(actor, "manage", rule_set)
    if rule_set.is_default:
        raise Conflict("This is the default rule set. Make another one the default first.")
    with transaction.atomic():
        record("intelligence.rule_set.deleted", rule_set, actor=actor, severity="warning")
        rule_set.delete()


def attempt(settings: Mapping[str, Any], values: Sequence[str], *, header: str = "", actor: Actor) -> tuple[Verdict, list[Trial]]:
    """What these rules say of pasted values, and what each of their own recognizers does. Nothing is stored and nothing is recorded."""
    require(actor, "manage")
    if not values or len(values) > MOST_TRIED:
        raise invalid({"values": [f"Give 1 to {MOST_TRIED} values, one a line."]})
    rules, column = Settings.from_json(_checked(settings)), Column(header, list(values))
    return classify([column], settings=rules, model=active_model())[0], trials(column, rules)


def check(settings: Mapping[str, Any], *, actor: Actor) -> None:
    """InvalidInput says what is wrong with settings that somebody means to try."""
    require(actor, "manage")
    _checked(settings)


def wrong_with(recognizer: object) -> dict[str, list[str]]:
    """What is wrong with one recognizer as somebody writes it, by field; the pattern is compiled."""
    try:
        CustomRecognizer.from_json(recognizer)
    except InvalidInput as error:
        found: dict[str, list[str]] = error.context.get("errors", {"": [error.detail]})
        return found
    return {}


def alone(weight: object) -> float | None:
    """The score that a recognizer of this weight makes when everything fits and nothing else speaks; None for what is no weight."""
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= HEAVIEST:
        return None
    model = active_model()
    return round(model.score(model.prior + weight), 4)


def from_examples(examples: Sequence[str], counter_examples: Sequence[str], *, actor: Actor) -> Derived:
    """The expression that some examples make; neither they nor it are stored."""
    require(actor, "manage")
    return derive(examples, counter_examples)


def entity_families() -> dict[str, str]:
    """Entity → family of everything that the portal itself recognises."""
    found = {entity: family for family, entity in families.GENERIC.items()}
    return found | {one.entity: one.family for one in catalogue().all.values() if one.entity and one.family}


def known_names(version: RuleSetVersion | None) -> set[str]:
    """Entities and families that can be found under a version."""
    own = settings_of(version).custom
    found = entity_families()
    return {*families.FAMILIES, *found, *found.values(), *(one.entity for one in own), *(one.family for one in own)}


def _append(rule_set: RuleSet, settings: Mapping[str, Any], sampling: Mapping[str, Any], note: str, fact: str, actor: Actor) -> RuleSetVersion:
    with transaction.atomic():
        RuleSet.objects.select_for_update().get(pk=rule_set.pk)
        before = current(rule_set)
        if before.settings == settings and before.sampling == sampling:
            raise Conflict(f"These are the settings of version {before.number}, which counts now. Nothing was changed.")
        version = RuleSetVersion.objects.create(
            rule_set=rule_set, number=before.number + 1, settings=settings, sampling=sampling, note=note[:500], created_by_id=actor.id
        )
        change = {"before": {"settings": before.settings, "sampling": before.sampling}, "after": {"settings": settings, "sampling": sampling}}
        small = len(str(change)) < 20_000
        record(fact, rule_set, actor=actor, change=change if small else None, version=version.number, note=note[:500])
    return version


def _checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return Settings.from_json(settings).as_json()
    except InvalidInput as error:
        raise invalid({"settings": [error.detail]}) from None


def _checked_sampling(sampling: Mapping[str, Any] | None) -> dict[str, Any]:
    if not sampling:
        return {}
    rows = sampling.get("rows")
    if set(sampling) - {"rows"} or isinstance(rows, bool) or not isinstance(rows, int) or not 100 <= rows <= MOST_ROWS:
        raise invalid({"sampling": [f'Give {{"rows": n}} with n from 100 to {MOST_ROWS}, or nothing for the portal\'s own setting.']})
    return {"rows": rows}


def _name(text: str, own: RuleSet | None = None) -> str:
    name = text.strip()
    if not name or len(name) > 100 or "\0" in name:
        raise invalid({"name": ["Give a name of 1 to 100 characters."]})
    if RuleSet.objects.filter(name__iexact=name).exclude(pk=own.pk if own and own.pk else 0).exists():
        raise invalid({"name": ["Another rule set has this name. Choose a different one."]})
    return name
