#!/usr/bin/env python3
"""Checks the policies that AWS manages, and compares what is found with docs/judged.md.

    tests/managed.py BINARY [--write DIR]

The package and its version stand in docs/judged.md; `npm pack` fetches it. The newest version of each policy is checked. Fails where a
rule has another number of findings than judged.md tells, and on any finding of the level `error`. With `--write` the policies are left
in DIR, a file each.
"""

import collections
import datetime
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
JUDGED = ROOT / "docs" / "judged.md"
# `OLD_AFTER` of src/reference.rs: how long an unknown name keeps its severity, but for a day or two
FRESH = datetime.timedelta(days=178)


def judged(text):
    """The package and its version, and the number of findings by rule and severity."""
    package = re.search(r"npm package `([^`]+)`, version (\d+\.\d+\.\d+)", text)
    rows = re.findall(r"^\| `([a-z-]+)` \| ([a-z]+) \| (\d+) \| \d+ \|$", text, re.MULTILINE)
    if not package or not rows:
        sys.exit(f"{JUDGED.name} names no package, or has no table of rules")
    return package.groups(), collections.Counter({(rule, severity): int(count) for rule, severity, count in rows})


def fetch(package, version, folder):
    """The policies of the package by their names."""
    packed = subprocess.run(["npm", "pack", "--silent", f"{package}@{version}"], cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    with tarfile.open(folder / packed.stdout.strip()) as archive:
        return json.load(archive.extractfile("package/dist/managedPolicies.json"))


def write(policies, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, policy in policies.items():
        document = policy["versions"][policy["latestVersionId"]]["document"]
        (folder / f"{name}.json").write_text(json.dumps(document, indent=4), encoding="utf-8")


def check(binary, folder):
    """The findings, and the day of the service data; the tool exits with 1 where there are any."""
    run = subprocess.run([binary, "check", "--no-config", "--format", "json", str(folder)], stdout=subprocess.PIPE, check=False)
    if run.returncode not in (0, 1):
        sys.exit(f"{binary} ends with {run.returncode}")
    report = json.loads(run.stdout)
    return report["findings"], datetime.date.fromisoformat(report["reference"]["date"])


def by_rule(counts):
    """The same numbers, whatever the severity."""
    rules = collections.Counter()
    for (rule, _), count in counts.items():
        rules[rule, "all"] += count
    return rules


def main():
    if len(sys.argv) not in (2, 4) or sys.argv[2:3] not in ([], ["--write"]):
        sys.exit(__doc__)
    (package, version), expected = judged(JUDGED.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        policies = fetch(package, version, scratch)
        folder = pathlib.Path(sys.argv[3]) if len(sys.argv) == 4 else scratch / "policies"
        write(policies, folder)
        findings, day = check(sys.argv[1], folder)
    found = collections.Counter((own["rule"], own["severity"]) for own in findings)
    if datetime.date.today() - day > FRESH:
        # what is not known counts for less by now
        expected, found = by_rule(expected), by_rule(found)
    print(f"{len(policies)} policies of {package} {version}, {len(findings)} findings")
    failed = False
    for rule, severity in sorted(expected.keys() | found.keys()):
        told, actual = expected[rule, severity], found[rule, severity]
        if told != actual:
            failed = True
            print(f"{rule}, {severity}: {actual} findings, {told} in docs/judged.md")
    for own in findings:
        if own["severity"] == "error":
            failed = True
            print(f"{own['path']}:{own['line']}: error[{own['rule']}] {own['message']}")
    sys.exit(failed)


main()
