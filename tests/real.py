#!/usr/bin/env python3
"""Checks policies of open-source projects, and compares what is found with fixtures/real/judged.md.

    tests/real.py BINARY [--write DIR]

fixtures/real/policies.tsv tells where each lies: in an archive that `npm pack` or `pip download` fetches, in a file of it, at a JSON pointer of that
file, as a value or as a string that holds one. Each is checked by itself. Fails where a policy has another number of findings of a rule
than judged.md tells. With `--write` the policies are left in DIR, a file each.
"""

import collections
import concurrent.futures
import csv
import datetime
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
POLICIES = ROOT / "fixtures" / "real" / "policies.tsv"
JUDGED = ROOT / "fixtures" / "real" / "judged.md"
# `OLD_AFTER` of src/reference.rs: how long an unknown name keeps its severity, but for a day or two
FRESH = datetime.timedelta(days=178)
DOWNLOAD = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]


def judged(text):
    """The number of findings by policy, rule and severity."""
    counts = collections.Counter()
    for line in text.partition("\n| --- |")[2].splitlines()[1:]:
        if not line.startswith("|"):
            break
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|", 4)]
        if len(cells) != 5 or not cells[3].isdigit():
            sys.exit(f"{JUDGED.name}: no row of five cells, or no count: {line}")
        counts[cells[0], cells[1], cells[2]] += int(cells[3])
    return counts


def fetch(registry, package, version, folder):
    """The archive of the package."""
    folder.mkdir(parents=True)
    command = {
        "npm": ["npm", "pack", "--silent", f"{package}@{version}"],
        "pypi": [*DOWNLOAD, "--only-binary", ":all:", f"{package}=={version}"],
        "pypi-source": [*DOWNLOAD, "--no-binary", package, f"{package}=={version}"],
    }[registry]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (archive,) = folder.iterdir()
    return archive


def read(archive, file, pointer):
    """The document at a JSON pointer of a file in the archive."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as members:
            value = json.loads(members.read(file))
    else:
        with tarfile.open(archive) as members:
            value = json.load(members.extractfile(file))
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        value = value[int(step)] if isinstance(value, list) else value[step]
    return json.loads(value) if isinstance(value, str) else value


def check(binary, path, kind):
    """The findings, and the day of the service data; the tool exits with 1 where there are any."""
    told = [] if kind == "-" else ["--kind", kind]
    run = subprocess.run([binary, "check", "--no-config", "--format", "json", *told, str(path)], stdout=subprocess.PIPE, check=False)
    if run.returncode not in (0, 1):
        sys.exit(f"{binary} ends with {run.returncode} on {path.name}")
    report = json.loads(run.stdout)
    return report["findings"], datetime.date.fromisoformat(report["reference"]["date"])


def whatever_severity(counts):
    """The same numbers, whatever the severity."""
    rules = collections.Counter()
    for (policy, rule, _), count in counts.items():
        rules[policy, rule, "all"] += count
    return rules


def main():
    if len(sys.argv) not in (2, 4) or sys.argv[2:3] not in ([], ["--write"]):
        sys.exit(__doc__)
    expected = judged(JUDGED.read_text(encoding="utf-8"))
    with POLICIES.open(encoding="utf-8", newline="") as table:
        policies = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = collections.Counter()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        folder = pathlib.Path(sys.argv[3]) if len(sys.argv) == 4 else scratch / "policies"
        folder.mkdir(parents=True, exist_ok=True)
        packages = sorted({(own["registry"], own["package"], own["version"]) for own in policies})
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            fetched = pool.map(lambda numbered: fetch(*numbered[1], scratch / str(numbered[0])), enumerate(packages))
            archives = dict(zip(packages, fetched, strict=True))
        for own in policies:
            path = folder / f"{own['name']}.json"
            document = read(archives[own["registry"], own["package"], own["version"]], own["file"], own["pointer"])
            path.write_text(json.dumps(document, indent=4, ensure_ascii=False) + "\n", encoding="utf-8")
            findings, day = check(sys.argv[1], path, own["kind"])
            found.update((own["name"], finding["rule"], finding["severity"]) for finding in findings)
    print(f"{len(policies)} policies of {len(packages)} packages, {found.total()} findings")
    if datetime.date.today() - day > FRESH:
        # what is not known counts for less by now
        expected, found = whatever_severity(expected), whatever_severity(found)
    differing = [key for key in sorted(expected.keys() | found.keys()) if expected[key] != found[key]]
    for key in differing:
        print(f"{', '.join(key)}: {found[key]} findings, {expected[key]} in {JUDGED.relative_to(ROOT)}")
    sys.exit(bool(differing))


main()
