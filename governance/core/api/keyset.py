"""Keyset pagination: a page is what comes after a row, so it costs the same at any depth and skips nothing when rows are added."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.http import QueryDict

from governance.core.errors import InvalidInput

LIMIT = 50
MOST = 500


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[dict[str, Any]]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """One ORM path and a direction; the primary key decides between equals. Nulls come last both ways."""

    path: str
    descending: bool

    def apply(self, queryset: QuerySet[Any], *, backwards: bool) -> QuerySet[Any]:
        keys: list[Any] = []
        for path in dict.fromkeys((self.path, "pk")):
            field, falls = F(path), self.descending != backwards
            keys.append(
                field.desc(nulls_first=backwards or None, nulls_last=not backwards or None)
                if falls
                else field.asc(nulls_first=backwards or None, nulls_last=not backwards or None)
            )
        return queryset.order_by(*keys) if self._may_be_null(queryset) else queryset.order_by(*self._plain(backwards))

    def _plain(self, backwards: bool) -> list[str]:
        sign = "-" if self.descending != backwards else ""
        return [f"{sign}{path}" for path in dict.fromkeys((self.path, "pk"))]

    def _may_be_null(self, queryset: QuerySet[Any]) -> bool:
        if self.path == "pk" or self.path in queryset.query.annotations:
            return self.path != "pk"
        field: Any = None
        model: Any = queryset.model
        for step in self.path.split("__"):
            field = model._meta.get_field(step)
            if field.null:
                return True
            model = field.related_model
        return bool(field is not None and field.null)

    def after(self, value: Any, pk: Any, *, backwards: bool) -> Q:
        """What follows the row with this value and key in the given direction."""
        word = "lt" if self.descending != backwards else "gt"
        if self.path == "pk":
            return Q(**{f"pk__{word}": pk})
        same = Q(**{self.path: value}) if value is not None else Q(**{f"{self.path}__isnull": True})
        beyond = same & Q(**{f"pk__{word}": pk})
        if value is None:
            return beyond | Q(**{f"{self.path}__isnull": False}) if backwards else beyond
        beyond |= Q(**{f"{self.path}__{word}": value})
        return beyond if backwards else beyond | Q(**{f"{self.path}__isnull": True})


def limit_of(parameters: QueryDict) -> int:
    text = parameters.get("limit", "")
    if not text:
        return LIMIT
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= MOST:
        raise InvalidInput(f"limit is a number from 1 to {MOST}.", errors={"limit": [f"from 1 to {MOST}"]})
    return int(text)


def page(queryset: QuerySet[Any], order: Order, names: list[str], parameters: QueryDict, url: str) -> Page:
    """One page of `.values(*names)`; every row also has `pk` and the ordering's path."""
    limit = limit_of(parameters)
    backwards = False
    rows = queryset
    given = parameters.get("cursor", "")
    if given:
        backwards, value, pk = _decode(given, order)
        try:
            rows = rows.filter(order.after(value, pk, backwards=backwards))
        except (ValueError, TypeError, ValidationError):
            raise _unknown_cursor() from None
    found = list(order.apply(rows, backwards=backwards).values(*dict.fromkeys((*names, "pk", order.path)))[: limit + 1])
    is_more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_next = bool(found) and (backwards or is_more)
    has_previous = bool(found) and (is_more if backwards else bool(given))

    def link(row: dict[str, Any], direction: bool) -> str:
        kept = parameters.copy()
        kept["cursor"] = _encode(direction, row[order.path], row["pk"], order)
        return f"{url}?{urlencode(list(kept.lists()), doseq=True)}"

    return Page(found, link(found[-1], False) if has_next else None, link(found[0], True) if has_previous else None)


def _encode(backwards: bool, value: Any, pk: Any, order: Order) -> str:
    kind = "t" if isinstance(value, datetime) else "d" if isinstance(value, date) else ""
    packed = orjson.dumps([int(backwards), order.path, int(order.descending), kind, value if not kind else value.isoformat(), pk], default=str)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _decode(text: str, order: Order) -> tuple[bool, Any, Any]:
    try:
        backwards, path, descending, kind, value, pk = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if (
            (path, bool(descending)) != (order.path, order.descending)
            or not isinstance(pk, int)
            or isinstance(value, list | dict)
            or "\x00" in str(value)
        ):
            raise ValueError
        value = datetime.fromisoformat(value).astimezone(UTC) if kind == "t" else date.fromisoformat(value) if kind == "d" else value
    except (binascii.Error, orjson.JSONDecodeError, ValueError, TypeError, OverflowError):
        raise _unknown_cursor() from None
    return bool(backwards), value, pk


def _unknown_cursor() -> InvalidInput:
    return InvalidInput("This cursor is not one of this list and ordering. Start again without it.", errors={"cursor": ["unknown"]})
