#!/usr/bin/env python3
"""Shows that make-services.py reads AWS's own service reference as the tool does with `--reference`.

    tests/reference.py

The files in fixtures/reference are those of the test of the tool: what was known of a service, what AWS says of it, and what is known then.
"""

import importlib.util
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures" / "reference"


def load():
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("make_services", ROOT / "src" / "reference" / "make-services.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def action(name, level, kinds, keys, about, needs=()):
    types = {kind: {"name": kind, "required": True, "keys": own} for kind, own in kinds.items()}
    return {"name": name, "level": level, "types": types, "keys": keys, "needs": list(needs), "unsure": False, "about": about}


def before():
    """The service as the packages would have told it."""
    actions = [
        action("DimLamp", "W", {"lamp": ["lantern:Wicks"]}, ["lantern:Colour"], "Grants permission to dim a lamp"),
        action("ForgetLamp", "W", {"lamp": []}, [], "Grants permission to throw a lamp away"),
        action("LightLamp", "W", {"lamp": ["lantern:Wicks", "lantern:LampTag/${TagKey}"]}, ["lantern:Colour"],
               "Grants permission to light a lamp", ["iam:PassRole"]),
        action("ReadGauge", "R", {}, [], ""),
    ]
    keys = [
        {"name": "lantern:Colour", "type": "String", "many": False, "about": "Filters access by the colour of the light"},
        {"name": "lantern:LampTag/${TagKey}", "type": "String", "many": False, "about": ""},
        {"name": "lantern:Wicks", "type": "String", "many": True, "about": "Filters access by the wicks that burn"},
    ]
    lamp = {"name": "lamp", "formats": ["arn:${Partition}:lantern:${Region}:${Account}:lamp/${LampId}"],
            "keys": ["aws:ResourceTag/${TagKey}"]}
    return {
        "title": "Example Lanterns", "page": "list_examplelanterns", "rcp": True, "types": {"lamp": lamp},
        "keys": {key["name"].lower(): key for key in keys}, "actions": {own["name"].lower(): own for own in actions},
    }


def expect(name, actual):
    expected = (FIXTURES / name).read_text(encoding="utf-8")
    if actual != expected:
        sys.exit(f"fixtures/reference/{name} is not what make-services.py writes:\n{actual}")
    print(f"fixtures/reference/{name}: as make-services.py writes it")


def main():
    make = load()
    services = {"lantern": before()}
    expect("before.txt", make.text_of("lantern", services["lantern"]))
    make.add_aws(services, FIXTURES / "lantern.json")
    expect("after.txt", make.text_of("lantern", services["lantern"]))


main()
