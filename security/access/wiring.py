"""What the app registers with the ground floor; imported once everything is there."""

from __future__ import annotations

from governance.core import access
from governance.core.subjects import SubjectType, register
from security.access import facts, gate, models

facts.declare_all()
access.register(gate.GrantGate())
register(
    SubjectType(
        "grant",
        models.Grant,
        title=models.Grant.what,  # without the person's name, which facts must be able to forget
        url=lambda one: f"/admin/access/grant/{one.pk}/change/",
        paths={"person": "user_id"},
        plural="grants",
        unscoped="administer",
    )
)
