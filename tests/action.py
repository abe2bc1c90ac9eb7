"""Holds action.yml and the snippets of docs/ci.md to the schemas of what reads them, and runs the shell steps of the action as a runner does.

    PYTHON tests/action.py ROLECALL WHEEL

PYTHON has the packages check-jsonschema and PyYAML; ROLECALL is the built binary, WHEEL the wheel. Steps that use another action are not run:
what they are given is looked at.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

# what is imported from here leaves no file behind
sys.dont_write_bytecode = True
from precommit import BAD, MENDED  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
UPLOAD = "github/codeql-action/upload-sarif@v4"
ROLE = "roles/rbac users.json"


def main():
    binary, wheel = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        schemas(scratch)
        for step in action["runs"]["steps"]:
            assert "${{" not in step.get("run", ""), f"{step['name']}: what a user writes must come by the environment"
        (scratch / "bin").mkdir()
        shutil.copy(binary, scratch / "bin" / "rolecall")
        prove(Runner(action, scratch, scratch / "bin"), wheel)
    print("action.yml: fits the schema; refuses the bad policy, takes the mended one, uploads SARIF, installs the wheel; nothing is injected")


def schemas(scratch):
    validate("github-actions", ROOT / "action.yml")
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    snippets = re.findall(r"^```yaml (\S+)\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    known = {".github/workflows/policies.yml": "github-workflows", ".gitlab-ci.yml": "gitlab-ci"}
    assert {name for name, _ in snippets} == set(known), snippets
    for number, (name, text) in enumerate(snippets):
        file = scratch / f"{number}.yml"
        file.write_text(text, encoding="utf-8")
        validate(known[name], file)
    print(f"{len(snippets)} snippets of docs/ci.md fit the schemas")


def validate(schema, file):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(file)]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


class Runner:
    """As much of a runner as the action needs."""

    def __init__(self, action, scratch, programs):
        self.action, self.scratch, self.programs, self.count = action, scratch, programs, 0

    def run(self, files, programs=None, **inputs):
        """Runs the action; gives whether the job goes on, what was printed, and what other actions were given."""
        self.count += 1
        folder, temp = self.scratch / f"work {self.count}", self.scratch / f"temp {self.count}"
        folder.mkdir()
        temp.mkdir()
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        given = {name: value.get("default", "") for name, value in self.action["inputs"].items()}
        assert set(inputs) <= {name.replace("-", "_") for name in given}, inputs
        given.update({name.replace("_", "-"): value for name, value in inputs.items()})
        environment = {**os.environ, "RUNNER_TEMP": str(temp), "GITHUB_OUTPUT": str(temp / "output"), "GITHUB_PATH": str(temp / "path")}
        environment["PATH"] = os.pathsep.join([str(programs or self.programs), "/usr/bin", "/bin"])
        outputs, printed, used = {}, "", []
        for step in self.action["runs"]["steps"]:
            if not self.wanted(step.get("if"), outputs):
                continue
            if "uses" in step:
                used.append((step["uses"], {key: self.fill(value, given, outputs) for key, value in step["with"].items()}))
                continue
            script = temp / "script.sh"
            script.write_text(step["run"], encoding="utf-8")
            (temp / "output").write_text("")
            (temp / "path").write_text("")
            own = {key: self.fill(value, given, outputs) for key, value in step.get("env", {}).items()}
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
            ended = subprocess.run(command, cwd=folder, env={**environment, **own}, capture_output=True, encoding="utf-8", check=False)
            printed += ended.stdout + ended.stderr
            if step.get("id") == "check":
                outputs = dict(line.split("=", 1) for line in (temp / "output").read_text().splitlines())
            for line in (temp / "path").read_text().splitlines():
                environment["PATH"] = line + os.pathsep + environment["PATH"]
            if ended.returncode:
                return False, printed, used
        return True, printed, used

    @staticmethod
    def wanted(condition, outputs):
        if condition is None:
            return True
        assert condition == "steps.check.outputs.sarif-file != ''", condition
        return outputs.get("sarif-file", "") != ""

    @staticmethod
    def fill(value, inputs, outputs):
        def of(match):
            kind, name = re.fullmatch(r"(inputs|steps\.check\.outputs)\.([a-z-]+)", match.group(1).strip()).groups()
            return inputs[name] if kind == "inputs" else outputs.get(name, "")

        return re.sub(r"\$\{\{(.*?)\}\}", of, value)


def prove(runner, wheel):
    through, said, used = runner.run({ROLE: BAD})
    assert not through and not used, said
    assert re.search(r"^::error file=roles/rbac users\.json,line=10,endLine=10,col=\d+,endColumn=\d+,title=guest-can-assume \(high\)::", said, re.M), said
    through, said, _ = runner.run({ROLE: MENDED})
    assert through and "no findings in 1 file" in said, said
    through, said, _ = runner.run({ROLE: BAD, "others/a.json": MENDED}, paths="others\n\n")
    assert through, said
    through, said, _ = runner.run({ROLE: BAD}, args="--ignore\nguest-can-assume")
    assert through, said
    through, said, _ = runner.run({ROLE: BAD}, fail_on="error")
    assert through and "::error file=" in said, said
    through, said, _ = runner.run({"a.txt": "nothing"})
    assert not through and "nothing to check" in said, said

    through, said, used = runner.run({ROLE: BAD}, format="sarif")
    assert through and "high[guest-can-assume]" in said, said
    [(action, given)] = used
    assert action == UPLOAD and given["category"] == "rolecall", used
    report = json.loads(Path(given["sarif_file"]).read_text(encoding="utf-8"))
    assert report["runs"][0]["results"][0]["ruleId"] == "guest-can-assume", report
    through, said, used = runner.run({ROLE: BAD}, format="sarif", fail_on="low")
    assert not through and len(used) == 1, said
    through, said, used = runner.run({ROLE: BAD}, format="xml")
    assert not through and not used and "annotations or sarif" in said, said

    # nothing that is given is read as a command
    for evil in ["$(touch pwned)", "`touch pwned`", '"; touch pwned; "', "'; touch pwned; '", "a\n; touch pwned"]:
        for name in runner.action["inputs"]:
            through, said, _ = runner.run({ROLE: BAD}, **{name.replace("-", "_"): evil})
            assert not through, (name, evil, said)
            assert not list(runner.scratch.rglob("pwned")), (name, evil)

    empty = runner.scratch / "empty"
    empty.mkdir()
    through, said, _ = runner.run({ROLE: MENDED}, programs=empty)
    assert not through and "no rolecall is on the PATH" in said, said
    version = wheel.name.split("-")[1]
    (empty / "python3").symlink_to(sys.executable)
    os.environ.update({"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheel.parent)})
    through, said, _ = runner.run({ROLE: MENDED}, programs=empty, version=version)
    assert through and "no findings in 1 file" in said, said


if __name__ == "__main__":
    main()
