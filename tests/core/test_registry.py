"""Plugins by name."""

from __future__ import annotations

import pytest

from governance.core.errors import ConfigurationError, NotFound
from governance.core.registry import Registry


class Shape:
    pass


class Circle(Shape):
    pass


HERE = "tests.core.test_registry"


def registry() -> Registry[Shape]:
    return Registry(Shape, {"circle": f"{HERE}.Circle", "broken": "no_such_driver.Thing", "wrong": f"{HERE}.HERE"}, group="governance.no_such_group")


def test_a_plugin_is_found_by_its_name() -> None:
    assert registry().get("circle") is Circle


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(NotFound, match="circle"):
        registry().get("square")


def test_a_missing_driver_makes_one_plugin_unavailable_and_says_what_to_install() -> None:
    plugins = registry()
    assert "pip install no_such_driver" in plugins.available("broken").reason
    assert plugins.available("circle").is_available


def test_something_that_is_no_plugin_of_this_kind_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not a Shape"):
        registry().get("wrong")


def test_a_room_above_can_add_one() -> None:
    plugins = registry()
    plugins.add("round", f"{HERE}.Circle")
    assert "round" in plugins and plugins.get("round") is Circle
