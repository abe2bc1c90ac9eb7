"""Holds the schema of rolecall.toml to what the tool itself takes and refuses.

    PYTHON tests/validate-config.py ROLECALL

PYTHON is 3.11 or newer and has the package jsonschema; ROLECALL is the built binary.
"""

import datetime
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "docs/schema/rolecall.schema.json"
PAGE = ROOT / "docs/configuration.md"

# what neither the tool nor the schema takes
WRONG = [
    "[chek]",
    "[check]\nselct = []",
    "[check]\nselect = 'trust'",
    "[check]\nselect = ['gramar']",
    "[check]\nfail-on = 'hih'",
    "[check]\npedantic = 'yes'",
    "[check]\nbaseline = 1",
    "[check.severity]\ntrust = 'low'",
    "[check.severity]\nmissing-version = 'lower'",
    "[trust]\npartners = ['12']",
    "[ignore]\npath = 'a'",
    "[[ignore]]\npath = 'a'\nrule = 'missing-version'",
    "[[ignore]]\npath = 'a'\nreason = 'x'",
    "[[ignore]]\nrule = 'missing-version'\nreason = 'x'",
    "[[ignore]]\npath = 'a'\nrule = 'trust'\nreason = 'x'",
    "[[ignore]]\npath = 'a'\nrule = []\nreason = 'x'",
    "[[ignore]]\npath = 'a'\nrule = 'missing-version'\nreason = 'x'\nuntil = '2027'",
    "[[ignore]]\npath = 'a'\nrule = 'missing-version'\nreason = 'x'\npointer = 'Statement'",
    "[[assert]]\nname = 'x'",
    "[[forbid]]\nname = 'x'",
    "[[forbid]]\naction = 's3:PutObject'\nunless = { vpce = '*' }",
]


def main():
    tool = Path(sys.argv[1]).resolve()
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    def told(text):
        """What the schema and the tool have to say of a configuration."""
        value = json.loads(json.dumps(tomllib.loads(text), default=day))
        by_schema = [error.message for error in validator.iter_errors(value)]
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "rolecall.toml").write_text(text, encoding="utf-8")
            ended = subprocess.run([tool, "config", "show"], cwd=folder, capture_output=True, encoding="utf-8", check=False)
        return by_schema, ended.stderr

    right = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([tool, "init"], cwd=folder, capture_output=True, check=True)
        text = (Path(folder) / "rolecall.toml").read_text(encoding="utf-8")
    filled = re.sub(r"^# (?=\[\[|[a-z-]+ = )", "", text, flags=re.MULTILINE)
    # one of two ways to say what must not be reached
    right += [text, re.sub(r"^to = .*\n", "", filled, flags=re.MULTILINE)]
    assert filled.count("\n[[") == 3, filled
    for text in right:
        by_schema, by_tool = told(text)
        assert not by_schema and not by_tool, (text, by_schema, by_tool)
    for text in WRONG:
        by_schema, by_tool = told(text)
        assert by_schema and by_tool, (text, by_schema, by_tool)
    print(f"schema of rolecall.toml: takes {len(right)} and refuses {len(WRONG)} files as the tool does")


def day(value):
    assert isinstance(value, datetime.date), value
    return value.isoformat()


if __name__ == "__main__":
    main()
