"""Proves the hooks of .pre-commit-hooks.yaml with the real pre-commit, on a scratch repository.

    PYTHON tests/precommit.py ROLECALL WHEEL

PYTHON has the package pre-commit; ROLECALL is the built binary, for the hook that takes the one that is installed, and WHEEL the wheel, for
the hook that is installed by pip. In the folder of WHEEL lies that of setuptools too, and nothing is fetched. The hook from source is built
by pre-commit, from the files of this working tree that git knows; a build folder named by CARGO_TARGET_DIR is used for it. The crates that
were built there for a release are taken as they are, and rolecall itself is not optimised: that takes minutes, and shows no more.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = "docs/pre-commit.md"
PRE_COMMIT = [sys.executable, "-m", "pre_commit"]

BAD = """\
{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": { "Federated": "cognito-identity.amazonaws.com" },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    "cognito-identity.amazonaws.com:aud": "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6"
                }
            }
        }
    ]
}
"""
GUESTS_KEPT_OUT = """\
                },
                "ForAnyValue:StringEquals": {
                    "cognito-identity.amazonaws.com:amr": "authenticated"
                }
"""
MENDED = BAD.replace("                }\n", GUESTS_KEPT_OUT, 1)
TORN = MENDED.replace('"Allow",', '"Allow"')
WITHOUT_VERSION = MENDED.replace('    "Version": "2012-10-17",\n', "")

READER = """\
{
    "Version": "2012-10-17",
    "Statement": { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::articles/*" }
}
"""
EXPECTATION = """\
[[request]]
name = "the app reads articles"
principal = "arn:aws:iam::111122223333:role/app"
action = "s3:GetObject"
resource = "arn:aws:s3:::articles/1"
resource-account = "111122223333"
policies = { identity = ["app.json"] }
expect = "allowed"
"""

ROLE = "roles/rbac users.json"

# cargo reads it where pre-commit builds, for that is below it
NOT_OPTIMISED = """\
[profile.release.package.rolecall]
opt-level = 0
codegen-units = 16
"""


def main():
    binary, wheel = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        environment = {**os.environ, **settings(scratch)}
        (scratch / ".cargo").mkdir()
        (scratch / ".cargo" / "config.toml").write_text(NOT_OPTIMISED, encoding="utf-8")
        revision = snapshot(scratch / "rolecall", environment)

        start = time.monotonic()
        repository = Repository(scratch / "built", environment)
        assert snippet("README.md") == snippet(PAGE), "the README shows another configuration than the page"
        repository.use(snippet(PAGE), scratch / "rolecall", revision)
        repository.pre_commit("install", "--install-hooks")
        print(f"pre-commit builds rolecall from source: {time.monotonic() - start:.0f} s")
        prove(repository)

        start = time.monotonic()
        repository = Repository(scratch / "wheel", {**environment, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheel.parent)})
        config = snippet(PAGE, 1)
        version = re.search(r"rolecall==([^]]*)", config).group(1)
        assert wheel.name.startswith(f"rolecall-{version}-"), f"{PAGE} names version {version}, the wheel is {wheel.name}"
        repository.take(config)
        repository.pre_commit("install", "--install-hooks")
        print(f"pre-commit installs the wheel: {time.monotonic() - start:.1f} s")
        prove(repository)
        prove_speed(repository)

        (scratch / "bin").mkdir()
        shutil.copy(binary, scratch / "bin" / "rolecall")
        environment["PATH"] = f"{scratch / 'bin'}{os.pathsep}{environment['PATH']}"
        repository = Repository(scratch / "installed", environment)
        config = snippet(PAGE).replace("id: rolecall", "id: rolecall-system")
        repository.use(config, scratch / "rolecall", revision)
        repository.pre_commit("install", "--install-hooks")
        prove(repository)
        prove_options(repository, config, scratch / "rolecall", revision)
        repository = Repository(scratch / "changes", environment)
        config = snippet("docs/diff.md").replace("id: rolecall-diff", "id: rolecall-diff-system")
        repository.use(config, scratch / "rolecall", revision)
        repository.pre_commit("install", "--install-hooks")
        prove_changes(repository)
        repository = Repository(scratch / "expected", environment)
        repository.use(snippet(PAGE).replace("id: rolecall", "id: rolecall-test-system"), scratch / "rolecall", revision)
        repository.pre_commit("install", "--install-hooks")
        prove_expectations(repository)
    print("pre-commit: the bad policy is refused, the mended one taken, other files pass in silence; from source, from the wheel, and installed")
    print("pre-commit: a commit that widens a policy is refused, one that narrows it is taken")
    print("pre-commit: a commit that breaks an expectation is refused")


def settings(scratch):
    """What git, pre-commit and cargo are told, by the environment of this run alone."""
    git = {
        "user.name": "Somebody",
        "user.email": "somebody@example.com",
        "commit.gpgSign": "false",
        "init.defaultBranch": "main",
        "protocol.file.allow": "always",
        "safe.directory": "*",
    }
    told = {"GIT_CONFIG_COUNT": str(len(git)), "PRE_COMMIT_HOME": str(scratch / "cache"), "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}
    for number, (key, value) in enumerate(git.items()):
        told[f"GIT_CONFIG_KEY_{number}"] = key
        told[f"GIT_CONFIG_VALUE_{number}"] = value
    return told


def snapshot(folder, environment):
    """Makes a repository of the files here that git knows, as they are now; gives its revision."""
    listed = run(["git", "ls-files", "-z"], ROOT, environment).stdout.split("\0")
    for name in filter(None, listed):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(folder, environment, "init", "--quiet")
    git(folder, environment, "add", "--force", "--all")
    git(folder, environment, "commit", "--quiet", "--message", "a snapshot")
    return git(folder, environment, "rev-parse", "HEAD").stdout.strip()


def snippet(page, number=0):
    """A block of YAML of a page, the first where nothing else is said."""
    return re.findall(r"^```yaml\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)[number]


class Repository:
    """A repository of a user."""

    def __init__(self, folder, environment):
        self.folder, self.environment = folder, environment
        folder.mkdir()
        self.git("init", "--quiet")

    def use(self, config, source, revision):
        """Takes a configuration of pre-commit, with the place and the revision of rolecall filled in."""
        config = re.sub(r"repo: .*", f"repo: {source}", config)
        config = re.sub(r"rev: .*", f"rev: {revision}", config)
        self.take(config)

    def take(self, config):
        """Takes a configuration of pre-commit as it is."""
        self.write(".pre-commit-config.yaml", config)
        self.git("add", ".pre-commit-config.yaml")
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", "--message", "the configuration", "--", ".pre-commit-config.yaml")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def commit(self, **files):
        """Commits files; gives whether it went through, and what was said."""
        for name, text in files.items():
            self.write(name, text)
        self.git("add", ".")
        before = self.git("rev-parse", "HEAD").stdout
        ended = run(["git", "commit", "--message", "a change"], self.folder, self.environment, check=False)
        through = ended.returncode == 0
        assert through == (before != self.git("rev-parse", "HEAD").stdout), ended
        return through, ended.stdout + ended.stderr

    def git(self, *arguments):
        return git(self.folder, self.environment, *arguments)

    def pre_commit(self, *arguments):
        return run([*PRE_COMMIT, *arguments], self.folder, self.environment)


def prove(repository):
    """A bad policy is refused with a frame that shows what is wrong, the mended one is taken, anything else passes in silence."""
    through, said = repository.commit(**{ROLE: BAD})
    assert not through, said
    expect(said, r"^high\[guest-can-assume\] statement 1 takes guests as well as signed-in users$")
    expect(said, r"^ *╭─\[" + re.escape(ROLE) + r":10:22\]$")
    expect(said, r'^ *10 │ +"cognito-identity\.amazonaws\.com:aud": "eu-west-1:.*\n +· {22}─+┬─+\n +· +╰── \w')
    expect(said, r"^ +help: add a condition `ForAnyValue:StringEquals` on `cognito-identity\.amazonaws\.com:amr`")
    expect(said, r"^1 high in 1 file;")

    # in a terminal pre-commit gives a terminal to the hook
    ended = run([*PRE_COMMIT, "run", "--color", "always"], repository.folder, repository.environment, check=False)
    assert ended.returncode == 1 and "\x1b[31;1mhigh" in ended.stdout, ended
    coloured = re.sub(r"\x1b\[[0-9;]*m", "", ended.stdout).replace("\r\n", "\n")
    assert frame(coloured) == frame(said), ended.stdout

    through, said = repository.commit(**{ROLE: TORN})
    assert not through, said
    expect(said, r"^error\[invalid-json\] ")
    expect(said, re.escape(f"[{ROLE}:5:30]"))
    expect(said, r"^1 error in 1 file;")

    through, said = repository.commit(**{ROLE: MENDED})
    assert through, said
    silent(said, "Passed")

    # what is no policy passes, also where it is not quite JSON
    others = {"package.json": '{ "name": "x", "version": "2.0.0" }\n', "tsconfig.json": "{\n    // strict\n}\n", "empty.json": ""}
    through, said = repository.commit(**others)
    assert through, said
    silent(said, "Passed")

    # policies in a text about them are examples
    through, said = repository.commit(**{"README.md": f"# Roles\n\n```json\n{BAD}```\n"})
    assert through, said
    silent(said, "Passed")

    # what is no text is not even passed
    (repository.folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    through, said = repository.commit()
    assert through, said
    silent(said, "Skipped")

    # what the configuration of rolecall leaves out is left out, though it is passed
    through, said = repository.commit(**{"rolecall.toml": '[check]\nexclude = ["examples"]\n', "examples/bad.json": BAD})
    assert through, said
    silent(said, "Passed")
    through, said = repository.commit(**{"examples/worse.json": BAD, "roles/worse.json": BAD})
    assert not through, said
    expect(said, re.escape("[roles/worse.json:10:22]"))
    assert "examples" not in said, said
    repository.git("reset", "--quiet", "--hard")


def prove_speed(repository):
    """A run over hundreds of files takes less than a second, as pre-commit measures it."""
    for number in range(300):
        repository.write(f"src/{number}/package.json", f'{{ "name": "x{number}", "version": "2.0.0" }}\n')
        repository.write(f"policies/{number}.json", MENDED)
    repository.git("add", ".")
    ended = run([*PRE_COMMIT, "run", "--verbose"], repository.folder, repository.environment)
    [took] = re.findall(r"^- duration: ([0-9.]+)s$", ended.stdout, re.MULTILINE)
    assert float(took) < 1, ended.stdout
    print(f"the hook looks at 600 files: {took} s")
    repository.git("reset", "--quiet", "--hard")


def prove_options(repository, config, source, revision):
    """What the page says can be written behind the id does what the page says."""
    page = (ROOT / PAGE).read_text(encoding="utf-8")

    def commit(options, **files):
        for option in options:
            assert f"`{option}`" in page, f"{PAGE}: `{option}` is missing"
        lines = "".join(rf"\n\1  {option}" for option in options)
        repository.use(re.sub(r"^( *)- (id: .*)$", rf"\1- \2{lines}", config, flags=re.MULTILINE), source, revision)
        return repository.commit(**files)

    through, said = commit([], **{ROLE: WITHOUT_VERSION})
    assert not through, said
    expect(said, r"^low\[missing-version\] ")
    for option in ["args: [--fail-on, high]", "args: [--ignore, missing-version]"]:
        repository.git("reset", "--quiet", "--hard")
        through, said = commit([option], **{ROLE: WITHOUT_VERSION + "\n" * len(option)})
        assert through, said
        silent(said, "Passed")
        through, said = repository.commit(**{ROLE: BAD})
        assert not through, said
        repository.git("reset", "--quiet", "--hard")

    # what was mended is refused once, and taken as it is then
    through, said = commit(["args: [--fix]"], **{ROLE: WITHOUT_VERSION})
    assert not through, said
    expect(said, r"files were modified by this hook")
    mended = (repository.folder / ROLE).read_text(encoding="utf-8")
    assert '"Version": "2012-10-17"' in mended, mended
    through, said = repository.commit(**{ROLE: mended})
    assert through, said
    silent(said, "Passed")
    repository.write(ROLE, WITHOUT_VERSION)
    repository.git("reset", "--quiet", "--hard")

    through, said = commit(["args: [--kind, scp]"], **{ROLE: BAD})
    assert not through, said
    expect(said, r"^error\[principal-not-allowed\] ")
    through, said = commit(["files: ^policies/"], **{ROLE: BAD})
    assert through, said
    silent(said, "Skipped")

    repository.use("repos: []\n", source, revision)
    through, said = repository.commit(**{"policies/app.json": BAD})
    assert through, said
    through, said = commit(["pass_filenames: false", "args: [policies]"], **{"other.json": "[]"})
    assert not through, said
    expect(said, re.escape("[policies/app.json:10:22]"))


def prove_changes(repository):
    """A commit that widens a policy is refused, one that narrows it is taken, and one of anything else passes in silence."""
    through, said = repository.commit(**{"package.json": '{ "name": "x" }\n'})
    assert through, said
    silent(said, "Passed")
    through, said = repository.commit(**{ROLE: MENDED})
    assert not through, said
    expect(said, r"^widened: trust of rbac users \(new\) ")
    repository.git("commit", "--quiet", "--no-verify", "--message", "a role")
    through, said = repository.commit(**{ROLE: BAD})
    assert not through, said
    expect(said, r"^widened: trust of rbac users \(")
    expect(said, r"^ +looser condition: ")
    repository.git("commit", "--quiet", "--no-verify", "--message", "guests may, too")
    through, said = repository.commit(**{ROLE: MENDED})
    assert through, said
    silent(said, "Passed")


def prove_expectations(repository):
    """Without expectations every commit passes; with them one that breaks one is refused, also where it changes only the policy."""
    through, said = repository.commit(**{"roles/app.json": READER})
    assert through, said
    silent(said, "Passed")
    through, said = repository.commit(**{"roles/app.rolecall.toml": EXPECTATION})
    assert through, said
    silent(said, "Passed")
    through, said = repository.commit(**{"roles/app.json": READER.replace("GetObject", "PutObject")})
    assert not through, said
    expect(said, r"the app reads articles")
    expect(said, r"roles/app\.rolecall\.toml:\d+:\d+")
    through, said = repository.commit(**{"roles/app.json": READER.replace("GetObject", "GetObject*")})
    assert through, said
    silent(said, "Passed")


def frame(said):
    """What is said from the first finding on."""
    return said[said.index("high[") :].rstrip()


def expect(said, pattern):
    assert re.search(pattern, said, re.MULTILINE), f"`{pattern}` is missing in:\n{said}"


def silent(said, word):
    """pre-commit says one line of its own, and git what it committed."""
    own = [line for line in said.splitlines() if line and not re.match(r"\[main [0-9a-f]+\] | \d+ files? changed| create mode ", line)]
    assert len(own) == 1 and re.fullmatch(rf"rolecall( diff| test)?\.+.*{word}", own[0]), said


def git(folder, environment, *arguments):
    return run(["git", *arguments], folder, environment)


def run(command, folder, environment, check=True):
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)
    if check and ended.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} exited with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    return ended


if __name__ == "__main__":
    main()
