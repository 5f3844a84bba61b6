"""The names that a notebook imports are what they should be, whatever was imported before."""

from importlib import import_module
from pathlib import Path

import lodeway.resource as room


def test_no_module_hides_a_public_name():
    modules = {path.stem for path in Path(room.__file__).parent.glob("*.py")}
    assert modules.isdisjoint(room.__all__)
    for name in room.__all__:
        module = import_module(f"lodeway.resource.{room._PUBLIC[name]}")
        assert getattr(room, name) is getattr(module, name)
