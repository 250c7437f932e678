"""Facts of this app."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from governance.core.events import declare


class RuleSetChanged(BaseModel):
    """`version` is the number that counts from now on."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = None
    note: str = ""


class ModelLearned(BaseModel):
    """What came of learning: `labels` decisions, and the reason why the model is used or not."""

    model_config = ConfigDict(extra="forbid")

    version: int
    labels: int
    is_better: bool
    reason: str = ""


class ModelChanged(BaseModel):
    """Names of the column models that judged before and judge now."""

    model_config = ConfigDict(extra="forbid")

    before: str
    after: str


declare("intelligence.column_model.learned", ModelLearned, title="A column model was learned from decisions")
declare("intelligence.column_model.activated", ModelChanged, title="Another column model judges from now on")
declare("intelligence.column_model.rolled_back", ModelChanged, title="The shipped column model judges again")
declare("intelligence.rule_set.created", RuleSetChanged, title="A rule set was made")
declare("intelligence.rule_set.changed", RuleSetChanged, title="A rule set was changed")
declare("intelligence.rule_set.restored", RuleSetChanged, title="An older version of a rule set was restored")
declare("intelligence.rule_set.defaulted", RuleSetChanged, title="Another rule set became the default")
declare("intelligence.rule_set.deleted", RuleSetChanged, title="A rule set was removed")
