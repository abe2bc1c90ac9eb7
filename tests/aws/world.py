"""The account, the binaries that are tried on it, and what a run of one is held to whatever it is asked for."""

import concurrent.futures
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from aws.account import OTHER_REGION, REGION, SMS_ID, TWITTER_SECRET, Clients, Ids
from aws.answers import Aws
from aws.front import Front

SECRET_KEY, SESSION_TOKEN = "secret-access-key-0f3e", "session-token-77aa"
BOTH_REGIONS = ("--region", REGION, "--region", OTHER_REGION)
# the secrets of the app clients, which moto makes
CLIENT_SECRETS: list[str] = []

Environment = dict[str, str]


class Run(NamedTuple):
    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


class World:
    """The account, the binaries, and a folder for whatever a test writes."""

    def __init__(self, binary: Path, without: Path | None, scratch: Path) -> None:
        self.binary, self.without, self.scratch = binary, without, scratch
        self.aws = Aws()
        self.front = Front(self.aws)
        self.clients, self.others = Clients(self.front), Clients(self.front, OTHER_REGION)
        self.ids: Ids = {}
        self._whole: Path | None = None
        self._folders = 0

    def folder(self) -> Path:
        """A new name of a folder."""
        self._folders += 1
        return self.scratch / f"folder-{self._folders}"

    def id(self, fixed: str) -> str:
        """The id in the account of what the fixture calls so."""
        return next(own for own, name in self.ids.items() if name == fixed)

    def run(self, front: Front, *arguments: str | Path, environment: Environment | None = None) -> Run:
        """Runs the binary with credentials for what is behind the front."""
        return finished(self.start(front, *arguments, environment=environment))

    def start(self, front: Front, *arguments: str | Path, environment: Environment | None = None) -> subprocess.Popen[str]:
        return self._start(self.binary, arguments, {**self.bare(), **credentials(front), **(environment or {})})

    def run_bare(self, *arguments: str | Path, environment: Environment | None = None, binary: Path | None = None) -> Run:
        """Runs a binary without credentials."""
        return finished(self._start(binary or self.binary, arguments, {**self.bare(), **(environment or {})}))

    def bare(self) -> Environment:
        """An environment without a word on AWS, in which nothing of the machine's is found."""
        return {"HOME": str(self.scratch), "PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true", "NO_COLOR": "1"}

    def pull(
        self, front: Front, *arguments: str | Path, expect: int = 0, out: Path | None = None, environment: Environment | None = None
    ) -> Path:
        """Pulls both regions into a folder; gives it."""
        out = out or self.folder()
        regions = () if "--region" in arguments else BOTH_REGIONS
        ended = self.run(front, "pull", *regions, "--out", out, *arguments, environment=environment)
        assert ended.code == expect, f"exit {ended.code}, not {expect}: {ended.err}"
        return out

    def whole(self) -> Path:
        """The folder of the account as it is, pulled without any fault. Only to be read."""
        if self._whole is None:
            with Front(self.aws) as front:
                self._whole = self.pull(front)
        return self._whole

    def copy(self) -> Path:
        return Path(shutil.copytree(self.whole(), self.folder()))

    def changed(self) -> None:
        """The account is no longer as it was."""
        self._whole = None

    def _start(self, binary: Path, arguments: Iterable[str | Path], environment: Environment) -> subprocess.Popen[str]:
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        command = [binary, *arguments]
        return subprocess.Popen(command, cwd=self.scratch, env=environment, stdin=nothing, stdout=pipe, stderr=pipe, encoding="utf-8")


def credentials(front: Front) -> Environment:
    return {
        "AWS_ENDPOINT_URL": front.url,
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_SESSION_TOKEN": SESSION_TOKEN,
    }


def finished(process: subprocess.Popen[str], within: float = 60) -> Run:
    try:
        out, err = process.communicate(timeout=within)
    except subprocess.TimeoutExpired:
        process.kill()
        raise AssertionError(f"still running after {within:.0f} s: {process.args!r}\n{process.communicate()[1]}") from None
    without_secrets(out, "standard output")
    without_secrets(err, "standard error")
    assert "panicked" not in err, err
    return Run(process.returncode, out, err)


def without_secrets(text: str, where: str) -> None:
    for secret in (SMS_ID, TWITTER_SECRET, SECRET_KEY, SESSION_TOKEN, *CLIENT_SECRETS):
        assert secret not in text, f"{where} tells a secret: {secret}"


def in_parallel(prove: Callable[[Any], object], cases: Iterable[Any]) -> None:
    """Proves all cases, and tells every one that fails. What takes time is waiting: for answers, and before a call is made again."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=14) as pool:
        proofs = [pool.submit(prove, case) for case in cases]
    failed = [shortened(str(error) or repr(error)) for error in (own.exception() for own in proofs) if error]
    assert not failed, "\n".join(failed)


def shortened(text: str) -> str:
    lines = text.strip().splitlines()
    return "\n".join(lines[:12] + [f"… and {len(lines) - 12} lines"] * (len(lines) > 12))
