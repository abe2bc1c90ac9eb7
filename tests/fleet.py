#!/usr/bin/env python3
"""Runs the example of docs/scale.md on a fleet that is made up, and holds what it finds against what was planted.

    tests/fleet.py ROLECALL [--accounts N]

The engine that docs/fleet/requirements.txt names is installed into a scratch environment.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import venv

EXAMPLE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "fleet"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rolecall", type=pathlib.Path)
    parser.add_argument("--accounts", type=int, default=50)
    options = parser.parse_args()
    rolecall = options.rolecall.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        start = time.monotonic()
        venv.create(scratch / "venv", with_pip=True)
        python = scratch / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
        before = size(scratch / "venv")
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", EXAMPLE / "requirements.txt"]
        subprocess.run(install, check=True)
        installed = size(scratch / "venv") - before
        print(f"the engine is installed: {time.monotonic() - start:.1f} s, {installed / 1e6:.0f} MB")

        fleet = scratch / "fleet"
        subprocess.run([python, EXAMPLE / "make.py", fleet, "--accounts", str(options.accounts)], check=True)
        planted = json.loads((fleet / "planted.json").read_text(encoding="utf-8"))
        planted += break_more(fleet)

        def run(fleet, workers):
            start = time.monotonic()
            command = [python, EXAMPLE / "fleet.py", rolecall, fleet.name, "--intended", "fleet/intended.txt", "--workers", str(workers)]
            ended = subprocess.run(command, cwd=scratch, stdout=subprocess.PIPE, check=False)
            rows = [json.loads(line) for line in ended.stdout.splitlines()]
            print(f"{len(rows)} rows of {fleet.name} by {workers} at a time: {time.monotonic() - start:.1f} s")
            return ended.returncode, ended.stdout, rows

        code, told, rows = run(fleet, 1)
        assert run(fleet, 2)[:2] == (code, told), "two at a time tell something else than one"
        assert code == 1, code
        prove_found(rows, planted, options.accounts)

        # without the accounts in which something is planted there is nothing, though some look as if there were
        named = json.dumps(planted)
        (scratch / "sound").mkdir()
        for folder in fleet.iterdir():
            if folder.is_dir() and folder.name not in named:
                shutil.copytree(folder, scratch / "sound" / folder.name)
        code, told, rows = run(scratch / "sound", 2)
        assert code == 0 and rows[-1]["accounts"] > 8 and rows[-1]["faults"] == 0, told.decode()
    print(f"fleet: {len(planted)} planted faults are found and nothing else; the broken snapshots are told, and stop nothing")


def break_more(fleet):
    """Snapshots of which nothing can be read, with the rows that tell of them."""
    (fleet / "000000000001").mkdir()
    (fleet / "000000000002").mkdir()
    (fleet / "000000000002" / "account.json").write_bytes(b"\x00\xff\xfe\x80")
    (fleet / "000000000003").mkdir()
    (fleet / "000000000003" / "account.json").write_text("<html>503 Service Unavailable</html>\n", encoding="utf-8")
    return [{"kind": "broken", "account": f"00000000000{number}"} for number in (1, 2, 3)]


def prove_found(rows, planted, accounts):
    """Each row that was planted is there once, and nothing else is but the crossings that are meant."""
    *rows, summary = rows
    meant = [row for row in rows if row.get("intended")]
    faults = [row for row in rows if not row.get("intended")]
    for wanted in planted:
        wanted = {key: value for key, value in wanted.items() if value != {}}
        fitting = [row for row in faults if all(row.get(key) == value for key, value in wanted.items())]
        assert len(fitting) == 1, f"{wanted} is found {len(fitting)} times"
        faults.remove(fitting[0])
    assert not faults, f"nobody planted {json.dumps(faults, indent=4)}"
    assert all(("given" in row) == ("vendor" in row["to"]) for row in rows if row["kind"] == "crossing"), rows
    # the auditor comes to every other account, but for those of which nothing is known
    torn = sum(row["kind"] == "broken" for row in rows)
    assert len(meant) == accounts - 1 - (torn - 3), f"{len(meant)} crossings are meant"
    assert summary == {**summary, "kind": "summary", "accounts": accounts + 3, "faults": len(planted)}, summary


def size(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


if __name__ == "__main__":
    sys.exit(main())
