"""Facts of this app."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from governance.core.events import declare


class RuleSetChanged(BaseModel):
    """`version` is the number that counts from now on."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = None
    note: str = ""


declare("intelligence.rule_set.created", RuleSetChanged, title="A rule set was made")
declare("intelligence.rule_set.changed", RuleSetChanged, title="A rule set was changed")
declare("intelligence.rule_set.restored", RuleSetChanged, title="An older version of a rule set was restored")
declare("intelligence.rule_set.defaulted", RuleSetChanged, title="Another rule set became the default")
declare("intelligence.rule_set.deleted", RuleSetChanged, title="A rule set was removed")
