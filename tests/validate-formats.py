"""Holds the reports of `rolecall check` to what their readers say of them.

    PYTHON tests/validate-formats.py ROLECALL JUNIT.xsd RDFORMAT-VALIDATOR PATH...

PYTHON has the packages jsonschema, junitparser and xmlschema. ROLECALL is the built binary; JUNIT.xsd is the schema of Jenkins's plugin xunit;
RDFORMAT-VALIDATOR is the program of the npm package @umbrelladocs/rdformat-validator. Each PATH is checked by itself.

No registry of packages was found to have a schema of the reports of Checkstyle or of GitLab's code quality: these are held to what is written
here after their documentation, and so are the commands of GitHub.
"""

import json
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import jsonschema
import junitparser
import xmlschema

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = json.loads((ROOT / "docs" / "schema" / "check.schema.json").read_text(encoding="utf-8"))

# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
PLACE = {
    "type": "object",
    "required": ["line"],
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
    "additionalProperties": False,
}
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "positions"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./)."},
                    "positions": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": PLACE, "end": PLACE},
                        "additionalProperties": False,
                    },
                },
                "additionalProperties": False,
            },
        },
        "additionalProperties": False,
    },
}

# what GitLab and others read of a case beside what the schema knows
BESIDE = {"testcase": {"file", "line"}}


def main():
    binary, xsd, rdformat, *paths = sys.argv[1:]
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    whole = jsonschema.Draft202012Validator(SCHEMA)
    line = jsonschema.Draft202012Validator({**SCHEMA["$defs"]["line"], "$defs": SCHEMA["$defs"]})
    gitlab = jsonschema.Draft202012Validator(GITLAB)
    junit = xmlschema.XMLSchema(xsd)
    total = hidden = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:

            def report(form):
                own = ROOT / path / "rolecall.toml"
                config = ["--config", str(own)] if own.exists() else ["--no-config"]
                command = [binary, "check", *config, "--format", form, path]
                ended = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
                assert ended.returncode in (0, 1, 2) and "\nerror: " not in f"\n{ended.stderr}", ended
                return ended.stdout

            told = json.loads(report("json"))
            whole.validate(told)
            findings, suppressed = told["findings"], told["suppressed"]
            total += len(findings)
            hidden += len(suppressed)
            lines = [json.loads(text) for text in report("ndjson").splitlines()]
            assert len(lines) == len(findings) + len(suppressed) + 1, path
            for own in lines:
                line.validate(own)
            issues = json.loads(report("gitlab"))
            gitlab.validate(issues)
            assert len({issue["fingerprint"] for issue in issues}) == len(issues) == len(findings), path
            look_at_junit(report("junit"), junit, findings, suppressed)
            look_at_checkstyle(report("checkstyle"), findings, suppressed)
            look_at_commands(report("github"), findings)
            file = Path(folder) / "report.json"
            file.write_text(report("rdjson"), encoding="utf-8")
            command = [rdformat, "--strict", "--no-extra-fields", "--silent", str(file)]
            ended = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
            assert ended.returncode == 0, ended.stdout + ended.stderr
            assert len(json.loads(file.read_text(encoding="utf-8"))["diagnostics"]) == len(findings), path
    assert hidden, "nothing is suppressed"
    print(f"{total} findings and {hidden} that are suppressed, in {len(paths)} reports of each format")
    print("json, ndjson: docs/schema/check.schema.json, by jsonschema; rdjson: rdformat-validator; junit: the schema of Jenkins, and junitparser")
    print("github, gitlab, checkstyle: what their documentation says, for no registry has a schema")


def look_at_junit(text, schema, findings, suppressed):
    root = ElementTree.fromstring(text)
    for element in root.iter():
        for name in BESIDE.get(element.tag, ()):
            element.attrib.pop(name, None)
    schema.validate(root)
    read = junitparser.JUnitXml.fromstring(text.encode())
    cases = [case for suite in read for case in suite]
    failures = [case for case in cases if any(isinstance(result, junitparser.Failure) for result in case.result)]
    assert len(failures) == len(findings), text
    assert sum(case.is_skipped for case in cases) == len(suppressed), text
    assert (read.tests, read.failures) == (len(cases), len(failures)), text
    for suite in read:
        own = list(suite)
        assert suite.tests == len(own) and suite.errors == 0, suite.name
        assert suite.skipped == sum(case.is_skipped for case in own), suite.name


def look_at_checkstyle(text, findings, suppressed):
    """https://checkstyle.org: files with errors, each with line, column, severity, message and source."""
    root = ElementTree.fromstring(text)
    assert root.tag == "checkstyle" and set(root.attrib) == {"version"}, root.attrib
    count = ignored = 0
    for file in root:
        assert file.tag == "file" and set(file.attrib) == {"name"}, file.attrib
        for error in file:
            assert error.tag == "error" and not list(error) and set(error.attrib) == {"line", "column", "severity", "message", "source"}, error.attrib
            assert error.get("severity") in {"ignore", "info", "warning", "error"}, error.attrib
            assert int(error.get("line")) >= 1 and int(error.get("column")) >= 1, error.attrib
            count += error.get("severity") != "ignore"
            ignored += error.get("severity") == "ignore"
    assert (count, ignored) == (len(findings), len(suppressed)), text


def look_at_commands(text, findings):
    """https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands"""
    *commands, last = text.split("\n")[:-1]
    assert not re.search(r"^\s*::|##\[", last), last
    assert len(commands) == len(findings), text
    for command, finding in zip(commands, findings):
        found = re.fullmatch(r"::(error|warning|notice) ([^:]*)::([^\r\n]*)", command)
        assert found, command
        properties = dict(part.split("=", 1) for part in found.group(2).split(","))
        assert set(properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}, command
        assert undone(properties["file"]) == finding["path"].removeprefix("./"), command
        if "line" in properties:
            assert (int(properties["line"]), int(properties["endLine"])) == (finding["line"], finding["endLine"]), command
        if "col" in properties:
            assert properties["line"] == properties["endLine"], command
            assert (int(properties["col"]), int(properties["endColumn"])) == (finding["column"], finding["endColumn"]), command
        assert not re.search(r"%(?!25|0A|0D)", found.group(3)), command


def undone(text):
    return re.sub(r"%(25|0A|0D|3A|2C)", lambda own: chr(int(own.group(1), 16)), text)


if __name__ == "__main__":
    main()
