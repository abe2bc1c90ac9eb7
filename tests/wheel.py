"""Builds the wheel and the source distribution, installs the wheel into an empty environment, and runs what is then there.

    PYTHON tests/wheel.py FOLDER

PYTHON has the package maturin; the wheel is left in FOLDER. What cargo has built in the folder that CARGO_TARGET_DIR names is used.
"""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = "fixtures/scenarios/tutorial-missing-amr"


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    manifest = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.*)"$', manifest, re.MULTILINE).group(1)

    start = time.monotonic()
    maturin("build", "--release", "--out", folder)
    print(f"the wheel is built: {time.monotonic() - start:.0f} s")
    wheel = only(folder.glob("*.whl"))
    look_at_wheel(wheel, version)
    maturin("sdist", "--out", folder)
    look_at_sources(only(folder.glob("*.tar.gz")), version)

    with tempfile.TemporaryDirectory() as scratch:
        start = time.monotonic()
        venv.create(scratch, with_pip=True)
        programs = Path(scratch) / ("Scripts" if os.name == "nt" else "bin")
        made = time.monotonic()
        run([programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", wheel])
        print(f"the environment is made: {made - start:.1f} s; the wheel is installed: {time.monotonic() - made:.1f} s")
        tool = programs / "rolecall"
        said = run([tool, "--version"])
        assert said.startswith(f"rolecall {version} (service data of "), said
        said = run([tool, "check", SCENARIO], expected=1)
        assert "[guest-can-assume]" in said, said
        assert "--fail-on" in run([tool, "completions", "bash"])
    print(f"{wheel.name}, {wheel.stat().st_size / 1e6:.1f} MB: builds, installs, runs")


def look_at_wheel(wheel, version):
    """It holds the program and what is said of it, and nothing else."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        told = archive.read(f"rolecall-{version}.dist-info/METADATA").decode()
    others = [name for name in names if not name.startswith(f"rolecall-{version}.dist-info/")]
    assert len(others) == 1 and re.fullmatch(rf"rolecall-{re.escape(version)}\.data/scripts/rolecall(\.exe)?", others[0]), names
    licences = [name for name in names if "/licenses/LICENSE-" in name]
    assert len(licences) == 2, names
    for line in ["Name: rolecall", f"Version: {version}", "License-Expression: MIT OR Apache-2.0", "Requires-Python: >=3.8"]:
        assert f"\n{line}\n" in told, f"`{line}` is missing in:\n{told[:2000]}"
    # the program needs no Python, so one wheel serves all
    assert "-py3-none-" in wheel.name, wheel.name


def look_at_sources(archive, version):
    """The source distribution holds what the package of cargo holds."""
    with tarfile.open(archive) as opened:
        held = {name.removeprefix(f"rolecall-{version}/") for name in opened.getnames()}
    # what cargo makes itself
    made = {".cargo_vcs_info.json", "Cargo.toml.orig"}
    listed = run(["cargo", "package", "--list", "--allow-dirty", "--quiet"]).splitlines()
    missing = sorted(set(listed) - made - held)
    assert not missing, f"{archive.name} lacks {missing}"
    assert {"PKG-INFO", "pyproject.toml", "src/main.rs"} <= held


def maturin(*arguments):
    return run([sys.executable, "-m", "maturin", *arguments])


def only(found):
    found = sorted(found)
    assert len(found) == 1, found
    return found[0]


def run(command, expected=0):
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if ended.returncode != expected:
        sys.exit(f"{' '.join(map(str, command))} exited with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    return ended.stdout


if __name__ == "__main__":
    main()
