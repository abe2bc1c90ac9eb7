#!/usr/bin/env python3
"""Checks a fleet of snapshots, and tells who can cross from one account into another.

    fleet.py ROLECALL FLEET [--workers N] [--intended FILE]

FLEET holds a folder for each account, called by its id, with what `rolecall pull` writes or `aws iam get-account-authorization-details`
prints. Each line of FILE is a crossing that is meant: two patterns of ARNs, from whom and to what. Prints a JSON object a line, in the same
order whatever the workers; exits with 1 where there is anything but crossings that are meant.
"""

import argparse
import collections
import dataclasses
import fnmatch
import json
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import dask.bag

Row = dict[str, Any]
SECONDS = 600


class Failed(Exception):
    """The program gave no answer; the text tells why."""


@dataclasses.dataclass(frozen=True)
class Trust:
    """Somebody of another account whom the trust policy of a role lets in, with the condition keys that it asks for."""

    role: str
    account: str
    who: str
    given: dict[str, str]


@dataclasses.dataclass(frozen=True)
class Account:
    """What one snapshot told by itself."""

    id: str
    rows: list[Row]
    roles: list[str] = dataclasses.field(default_factory=list)
    trusts: list[Trust] = dataclasses.field(default_factory=list)
    broken: bool = False


@dataclasses.dataclass(frozen=True)
class Pair:
    """The roles of one account that trust another, and the roles of that."""

    folders: tuple[pathlib.Path, pathlib.Path]
    trusts: list[Trust]
    callers: list[str]


def ask(program: str, *arguments: str | pathlib.Path) -> list[str]:
    """The lines that a command prints; that something was found is no failure."""
    try:
        ended = subprocess.run([program, *arguments], capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Failed(f"no answer in {SECONDS} s") from None
    if ended.returncode not in (0, 1):
        said = ended.stderr.strip().splitlines()
        raise Failed(said[0] if said else f"it ended with {ended.returncode}")
    return ended.stdout.splitlines()


def look(program: str, folder: pathlib.Path) -> Account:
    """The map: one account, by itself."""
    try:
        *findings, summary = map(json.loads, ask(program, "check", "--no-config", "--format", "ndjson", folder))
        told = json.loads("\n".join(ask(program, "who", "*", folder, "--format", "json")))
    except Failed as failed:
        return Account(folder.name, [{"kind": "broken", "account": folder.name, "why": str(failed)}], broken=True)
    findings = [own for own in findings if "suppression" not in own]
    torn = next((own for own in findings if own["rule"] in ("invalid-json", "unreadable-input")), None)
    if torn:
        return Account(folder.name, [{"kind": "broken", "account": folder.name, "why": torn["message"]}], broken=True)
    rows: list[Row] = [
        {"kind": "finding", "account": folder.name, **{name: own[name] for name in ("severity", "rule", "message", "path", "line")}}
        for own in findings
        if own["severity"] in ("error", "high")
    ]
    rows += [{"kind": "not readable", "account": folder.name, "call": own["call"]} for own in summary["notReadable"]]
    trusts: list[Trust] = []
    for role in told["roles"]:
        rows += [{"kind": "undecided", "to": role["arn"], "from": own["who"], "why": [own["why"]]} for own in role["open"]]
        for taker in role["takers"]:
            caller = taker["witness"].get("principal", "").split(":")
            if taker["distance"] == "other-account" and len(caller) > 4:
                given = {own["key"]: own["value"] for own in taker["given"]}
                trusts.append(Trust(role["arn"], caller[4], taker["who"], given))
            elif taker["distance"] == "anyone":
                rows.append({"kind": "outsider", "to": role["arn"], "from": taker["who"]})
    return Account(folder.name, rows, [role["arn"] for role in told["roles"]], trusts)


def join(fleet: pathlib.Path, accounts: dict[str, Account]) -> tuple[list[Row], list[Pair]]:
    """Puts the trusts of each account beside the roles of the account that is trusted; what has no other side is a row."""
    rows: list[Row] = []
    pairs: dict[tuple[str, str], list[Trust]] = collections.defaultdict(list)
    for account in accounts.values():
        for trust in account.trusts:
            other = accounts.get(trust.account)
            if other is None:
                rows.append({"kind": "outsider", "to": trust.role, "from": trust.who})
            elif other.broken:
                rows.append({"kind": "undecided", "to": trust.role, "from": trust.who, "why": [f"the snapshot of {other.id} is broken"]})
            else:
                pairs[account.id, other.id].append(trust)
    return rows, [Pair((fleet / to, fleet / by), trusts, accounts[by].roles) for (to, by), trusts in pairs.items()]


def cross(program: str, pair: Pair) -> list[Row]:
    """The second map: which roles of the one account may take which of the other. All policies of both are weighed."""
    asked = [(caller, trust) for trust in pair.trusts for caller in pair.callers]
    requests = [
        {"name": str(number), "principal": caller, "action": "sts:AssumeRole", "resource": trust.role, "context": trust.given, "expect": "allowed"}
        for number, (caller, trust) in enumerate(asked)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        file = pathlib.Path(scratch, "fleet.rolecall.json")
        file.write_text(json.dumps({"inputs": [str(folder.resolve()) for folder in pair.folders], "request": requests}), encoding="utf-8")
        try:
            answers = list(map(json.loads, ask(program, "test", "--format", "ndjson", file)))
        except Failed as failed:
            return [{"kind": "undecided", "to": own.role, "from": own.who, "why": [str(failed)]} for own in pair.trusts]
    return list(told(asked, answers))


def told(asked: list[tuple[str, Trust]], answers: list[Row]) -> Iterator[Row]:
    for (caller, trust), answer in zip(asked, answers, strict=True):
        kind = {"allowed": "crossing", "denied": None}.get(answer["decision"], "undecided")
        if kind:
            row = {"kind": kind, "to": trust.role, "from": caller, "why": [own["text"] for own in answer["reasons"]]}
            yield {**row, "given": trust.given} if trust.given else row


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="ROLECALL")
    parser.add_argument("fleet", metavar="FLEET", type=pathlib.Path)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--intended", type=pathlib.Path)
    options = parser.parse_args()
    intended = [line.split() for line in options.intended.read_text(encoding="utf-8").splitlines()] if options.intended else []

    # threads are enough on one machine: the work is done by the program. A `dask.distributed.Client` takes the place of the scheduler.
    def spread(step: Any, items: list[Any]) -> list[Any]:
        if not items:
            return []
        bag = dask.bag.from_sequence(items, npartitions=min(len(items), 1000))  # type: ignore[no-untyped-call]
        return list(bag.map(lambda item: step(options.program, item)).compute(scheduler="threads", num_workers=options.workers))

    folders = sorted(folder for folder in options.fleet.iterdir() if folder.is_dir())
    accounts = {account.id: account for account in spread(look, folders)}
    rows, pairs = join(options.fleet, accounts)
    rows += [row for account in accounts.values() for row in account.rows]
    rows += [row for found in spread(cross, pairs) for row in found]

    faults = 0
    for row in sorted(rows, key=lambda row: json.dumps(row, sort_keys=True)):
        if row["kind"] == "crossing":
            row["intended"] = any(fnmatch.fnmatchcase(row["from"], by) and fnmatch.fnmatchcase(row["to"], to) for by, to in intended)
        faults += not row.get("intended", False)
        print(json.dumps(row, ensure_ascii=False))
    print(json.dumps({"kind": "summary", "accounts": len(accounts), "pairs": len(pairs), "faults": faults}))
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
