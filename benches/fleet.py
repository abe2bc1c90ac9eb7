#!/usr/bin/env python3
"""What an account of a fleet costs: seconds of the processor and the peak of memory, for each thing that docs/fleet/fleet.py asks.

    python3 benches/fleet.py ROLECALL [--accounts N] [--roles N …] [--at-most SECONDS]

Fleets are made up by docs/fleet/make.py, with that many roles in each account. Every account is checked, asked who can take its roles, and
put beside the first one, whose auditor each trusts. Told are medians over the accounts, and the most memory. Exits with 1 where an account
of 20 roles takes more than SECONDS in all.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Runs a command and tells what it took. Linux counts the memory of whoever starts a program as the program's own, so that one is to be small.
TELLER = """
import os, sys
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rolecall", type=pathlib.Path)
    parser.add_argument("--accounts", type=int, default=50)
    parser.add_argument("--roles", type=int, nargs="+", default=[20, 100, 500])
    parser.add_argument("--at-most", type=float, default=float("inf"))
    options = parser.parse_args()
    rolecall = options.rolecall.resolve()
    print(f"medians of {options.accounts} accounts; s: seconds of the processor, MB: the most memory of any")
    dear = False
    for roles in options.roles:
        with tempfile.TemporaryDirectory() as scratch:
            fleet = pathlib.Path(scratch, "fleet")
            make = ROOT / "docs" / "fleet" / "make.py"
            subprocess.run([sys.executable, make, fleet, "--accounts", str(options.accounts), "--roles", str(roles)], check=True)
            folders = sorted(folder for folder in fleet.iterdir() if folder.is_dir())
            size = statistics.median((folder / "account.json").stat().st_size for folder in folders)
            print(f"{roles} roles, {size / 1e3:.0f} kB")
            total = 0.0
            for name, commands in asked(rolecall, folders, pathlib.Path(scratch)).items():
                costs = [cost(command) for command in commands]
                seconds = statistics.median(own[0] for own in costs)
                total += seconds
                print(f"    {name:<44} {seconds:7.4f} s  {max(own[1] for own in costs):6.1f} MB")
            print(f"    {'in all':<44} {total:7.4f} s  {1e4 * total:5.0f} s for 10,000 accounts")
            dear |= roles == 20 and total > options.at_most
    return int(dear)


def asked(rolecall, folders, scratch):
    """The commands for each account, by what they ask."""
    told = subprocess.run([rolecall, "who", "*", folders[0], "--format", "json"], stdout=subprocess.PIPE, check=True)
    callers = [role["arn"] for role in json.loads(told.stdout)["roles"]]
    pairs = []
    for folder in folders[1:]:
        request = {"action": "sts:AssumeRole", "resource": f"arn:aws:iam::{folder.name}:role/audit-read", "expect": "allowed"}
        requests = [{"name": caller, "principal": caller, **request} for caller in callers]
        pairs.append(scratch / f"{folder.name}.rolecall.json")
        pairs[-1].write_text(json.dumps({"inputs": [str(folders[0]), str(folder)], "request": requests}), encoding="utf-8")
    return {
        "check --format ndjson": [[rolecall, "check", "--no-config", "--format", "ndjson", folder] for folder in folders],
        "who '*' --format json": [[rolecall, "who", "*", folder, "--format", "json"] for folder in folders],
        f"a pair: test with {len(callers)} requests, two accounts": [[rolecall, "test", "--format", "ndjson", file] for file in pairs],
    }


def cost(command):
    """Seconds of the processor, and megabytes."""
    ended = subprocess.run([sys.executable, "-I", "-S", "-c", TELLER, *command], stdout=subprocess.PIPE, text=True, check=True)
    code, seconds, kilobytes = ended.stdout.split()
    if int(code) not in (0, 1):
        # a snapshot that is broken on purpose
        assert int(code) == 2 and command[1] in ("test", "who"), (command, code)
    return float(seconds), int(kilobytes) * 1024 / 1e6


if __name__ == "__main__":
    sys.exit(main())
