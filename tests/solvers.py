#!/usr/bin/env python3
"""Asks solvers for a second opinion on what `rolecall diff` says.

    tests/solvers.py BINARY [--pairs 200] [--z3 20] [--seed N] [--keep FOLDER]

Makes pairs of policies, most of which differ by little, and has the binary say of each whether the second allows more than the first; before
them stand those of tests/pairs.json, of which each is hard in some way. The same question, as `--smt2` writes it, goes to cvc5, and for the first pairs to z3 too: `sat` is a request that only the second allows. Each
solver runs in a process of its own, which is stopped after five seconds.

It needs the packages cvc5 and z3-solver in the Python that runs it. A disagreement ends with 1; the two policies and the text of the question
then lie beside each other.
"""

import argparse
import collections
import concurrent.futures
import copy
import json
import multiprocessing
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

ACCOUNTS = ["111122223333", "444455556666"]
LIMIT = 5

# Words for what may stand in a statement. They are few, so that two statements often have to do with each other.
ACTIONS = [
    "s3:GetObject", "s3:PutObject", "s3:Get*", "s3:*", "s3:?etObject", "s3:*Object", "*", "S3:getobject", "s3:GetObjectTagging",
    "sqs:SendMessage", "sqs:*", "sqs:*Message", "s3:*Obj*", "s3:G*t*",
]
RESOURCES = [
    "*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x", "arn:aws:s3:::b/x*", "arn:aws:s3:::b", "arn:aws:s3:::*", "arn:aws:s3*", "arn:aws:s3:::?/x",
    "arn:aws:s3:::b/*/x", "arn:aws:sqs:*:*:q", "arn:aws:sqs:eu-west-1:111122223333:q", "arn:aws:sqs:eu-*:q", "arn:aws:sqs:e*1:*:q",
    "arn:*:b/x", "arn:aws:s3:::b/??", "arn:aws:sqs:eu-west-?:111122223333:*", "arn:aws:s3:::b/${*}", "arn:aws:*:b/*", "arn:aws:s3::*:b/*",
]
VARIABLES = [
    "arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/*${aws:username}",
    "arn:aws:s3:::b/${aws:PrincipalTag/team, 'x'}", "arn:aws:s3:::b/${aws:PrincipalTag/team}/${aws:username}",
    "arn:aws:sqs:*:*:${aws:username}", "arn:aws:s3:::b/?${aws:username}*",
]
TRUSTED_ACTIONS = ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:Assume*", "sts:*"]

STRING = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"]
ARN = ["ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals"]
NUMERIC = [
    "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
]
DATE = [operator.replace("Numeric", "Date") for operator in NUMERIC]
TEXTS = ["a", "b", "ab", "A", "a*", "*b", "?", "*", "a?b", "*a*", "${*}"]
NETWORKS = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", "10.0.0.0/9", "2001:db8::/32", "2001:db8::1", "::/0", "192.0.2.0/24"]
ARNS = [
    "arn:aws:s3:::b", "arn:aws:s3:::*", "arn:aws:sns:*:111122223333:t", "arn:aws:sns:eu-west-1:*:t*", "arn:aws:s*:*:*:*", "arn:aws:s3:::b*",
    "arn:aws:sns:eu-west-?:111122223333:t:1", "arn:aws:sns:*:*:*:1",
]
DATES = ["2026-01-01T00:00:00Z", "2026-06-01", "2025-12-31T23:59:59.5Z", "1767225600", "2026-06-01T02:00:00+02:00"]
# Of each key: its operators, its values, whether a request may hold several.
KEYS = {
    "aws:PrincipalTag/team": (STRING, [*TEXTS, "x", "${aws:username}"], False),
    "aws:username": (STRING, TEXTS, False),
    "aws:SourceArn": (ARN, ARNS, False),
    "aws:SourceIp": (["IpAddress", "NotIpAddress"], NETWORKS, False),
    "aws:SecureTransport": (["Bool"], ["true", "false"], False),
    "s3:max-keys": (NUMERIC, ["1", "10", "10.5", "-3", "10.50"], False),
    "aws:CurrentTime": (DATE, DATES, False),
    "aws:TagKeys": (STRING, TEXTS, True),
    "k:blob": (["BinaryEquals"], ["cm9sZWNhbGw=", "eA=="], False),
    "k:many": (STRING, TEXTS, True),
    "k:addresses": (["IpAddress", "NotIpAddress"], NETWORKS, True),
}
HOST = "cognito-identity.amazonaws.com"
TRUST_KEYS = {
    f"{HOST}:aud": (STRING, ["p:1", "p:2", "p:*", "P:1"], False),
    f"{HOST}:amr": (STRING, ["authenticated", "unauthenticated", "*authenticated", "a*"], True),
    f"{HOST}:sub": (STRING, ["p:1", "p:?", "*1"], False),
    "aws:PrincipalAccount": (STRING, [*ACCOUNTS, "1*", "7777*"], False),
    "sts:ExternalId": (STRING, TEXTS, False),
}
RESOURCE_KEYS = {
    "aws:PrincipalArn": (STRING[:4] + ARN, [
        "arn:aws:iam::111122223333:user/bob", "arn:aws:iam::111122223333:role/reader", "arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:*",
    ], False),
    "aws:PrincipalAccount": (STRING, [*ACCOUNTS, "1*", "777777777777"], False),
    "aws:PrincipalType": (STRING, ["User", "AssumedRole", "A*"], False),
    "aws:PrincipalIsAWSService": (["Bool"], ["true", "false"], False),
    "aws:SourceIp": KEYS["aws:SourceIp"],
    "aws:TagKeys": KEYS["aws:TagKeys"],
    "aws:username": (STRING, ["bob", "b*", "eve"], False),
}
PRINCIPALS = [
    ("AWS", "*"), ("AWS", ACCOUNTS[0]), ("AWS", f"arn:aws:iam::{ACCOUNTS[0]}:root"), ("AWS", f"arn:aws:iam::{ACCOUNTS[1]}:root"),
    ("AWS", f"arn:aws:iam::{ACCOUNTS[0]}:user/bob"), ("AWS", f"arn:aws:iam::{ACCOUNTS[0]}:role/app/reader"),
    ("AWS", f"arn:aws:sts::{ACCOUNTS[0]}:assumed-role/reader/s"), ("Service", "sns.amazonaws.com"), ("Service", "lambda.amazonaws.com"),
    ("CanonicalUser", "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"),
]
TRUSTED = [
    ("Federated", HOST), ("Federated", HOST), ("Federated", f"arn:aws:iam::{ACCOUNTS[0]}:oidc-provider/token.actions.githubusercontent.com"),
    ("AWS", ACCOUNTS[0]), ("AWS", f"arn:aws:iam::{ACCOUNTS[0]}:role/app/reader"), ("AWS", f"arn:aws:iam::{ACCOUNTS[1]}:root"),
    ("Service", "lambda.amazonaws.com"),
]
NEGATED = {"Equals": "NotEquals", "Like": "NotLike", "IpAddress": "NotIpAddress"}


class Maker:
    """Makes policies of one kind."""

    def __init__(self, dice, kind):
        self.dice = dice
        self.kind = kind
        self.keys = {"trust": TRUST_KEYS, "resource": RESOURCE_KEYS}.get(kind, KEYS)
        self.actions = TRUSTED_ACTIONS if kind == "trust" else ACTIONS
        # of a few keys only, so that conditions meet
        self.few = dice.sample(sorted(self.keys), 3)
        self.resources = RESOURCES + (VARIABLES * 2 if kind != "trust" and dice.random() < 0.15 else [])
        self.open = dice.random() < 0.04

    def chance(self, share):
        return self.dice.random() < share

    def several(self, words, most=3):
        count = min(self.dice.choice([1, 1, 1, 2, 2, most]), len(words))
        return self.dice.sample(words, count)

    def policy(self):
        statements = [self.statement(at > 0 and self.chance(0.4)) for at in range(self.dice.choice([1, 1, 2, 2, 3]))]
        return {"Version": "2012-10-17", "Statement": statements}

    def statement(self, deny):
        statement = {"Effect": "Deny" if deny else "Allow"}
        if self.kind != "identity":
            negated = deny and self.kind == "resource" and self.chance(0.3)
            statement["NotPrincipal" if negated else "Principal"] = self.principal()
        not_action = self.kind != "trust" and self.chance(0.1)
        words = [*self.actions, "*:GetObject"] if self.open else self.actions
        statement["NotAction" if not_action else "Action"] = self.several(words)
        if self.kind != "trust":
            statement["NotResource" if self.chance(0.1) else "Resource"] = self.several(self.resources)
        for _ in range(self.dice.choice([0, 0, 1, 1, 2])):
            self.add_condition(statement)
        return statement

    def principal(self):
        if self.kind == "resource" and self.chance(0.3):
            return "*"
        kinds = {}
        for kind, name in self.several(TRUSTED if self.kind == "trust" else PRINCIPALS):
            if name not in kinds.setdefault(kind, []):
                kinds[kind].append(name)
        return kinds

    def add_condition(self, statement):
        key = self.dice.choice(self.few)
        operators, values, many = self.keys[key]
        operator = self.dice.choice(operators)
        values = self.several(values)
        if self.chance(0.12):
            operator, values = "Null", [self.dice.choice(["true", "false"])]
        else:
            sets = not self.open if many else self.chance(0.06)
            if self.chance(0.15) and not sets:
                operator += "IfExists"
            if sets:
                operator = self.dice.choice(["ForAllValues:", "ForAnyValue:"]) + operator
        block = statement.setdefault("Condition", {})
        if key not in block.setdefault(operator, {}):
            block[operator][key] = values

    def changed(self, policy):
        """The policy with a few small changes, of which many make it no wider."""
        policy = copy.deepcopy(policy)
        for _ in range(self.dice.choice([1, 1, 2, 3])):
            self.dice.choice([self.change_list, self.change_list, self.change_condition, self.change_condition, self.change_statements])(policy)
        return policy

    def change_list(self, policy):
        statement = self.dice.choice(policy["Statement"])
        element = self.dice.choice([name for name in ["Action", "NotAction", "Resource", "NotResource"] if name in statement])
        words, own = self.resources if "Resource" in element else self.actions, statement[element]
        if len(own) > 1 and self.chance(0.5):
            own.pop(self.dice.randrange(len(own)))
        elif self.chance(0.5):
            own[self.dice.randrange(len(own))] = self.dice.choice(words)
        else:
            own.append(self.dice.choice(words))

    def change_condition(self, policy):
        statement = self.dice.choice(policy["Statement"])
        lines = [(operator, key) for operator, block in statement.get("Condition", {}).items() for key in block]
        if not lines or self.chance(0.4):
            self.add_condition(statement)
            return
        operator, key = self.dice.choice(lines)
        values = statement["Condition"][operator].pop(key)
        if self.chance(0.2):
            return
        if operator != "Null" and self.chance(0.6):
            values = [*values, self.dice.choice(self.keys[key][1])] if self.chance(0.5) or len(values) == 1 else values[1:]
        elif operator != "Null" and self.keys[key][2] is False and ":" not in operator and self.chance(0.5):
            operator = operator.removesuffix("IfExists") if operator.endswith("IfExists") else operator + "IfExists"
        elif self.chance(0.5):
            prefix, _, base = operator.rpartition(":")
            operator = ":".join(part for part in [prefix, self.negated(base)] if part)
        statement["Condition"].setdefault(operator, {})[key] = values

    @staticmethod
    def negated(operator):
        base, exists = operator.removesuffix("IfExists"), "IfExists" if operator.endswith("IfExists") else ""
        for plain, negated in NEGATED.items():
            if negated in base:
                return base.replace(negated, plain) + exists
        if base.startswith("String") or base.startswith("Arn") or base.endswith(("cEquals", "eEquals", "IpAddress")):
            for plain, negated in NEGATED.items():
                if plain in base:
                    return base.replace(plain, negated) + exists
        return operator

    def change_statements(self, policy):
        statements = policy["Statement"]
        at = self.dice.randrange(len(statements))
        match self.dice.randrange(5):
            case 0 if len(statements) > 1:
                statements.pop(at)
            case 1:
                # in two, which is the same
                element = self.dice.choice([name for name in ["Action", "Resource"] if name in statements[at]] or [None])
                if element:
                    own = statements[at][element]
                    other = copy.deepcopy(statements[at])
                    statements[at][element], other[element] = own[:1], own[1:] or own[:1]
                    statements.append(other)
            case 2:
                statements.append(self.statement(True))
            case 3:
                self.dice.shuffle(statements)
            case _:
                statements.append(self.statement(self.chance(0.5)))


def pair(dice):
    """A kind, and two policies of it."""
    kind = dice.choices(["identity", "resource", "trust"], [6, 2, 2])[0]
    maker = Maker(dice, kind)
    old = maker.policy()
    new = maker.changed(old) if dice.random() < 0.85 else maker.policy()
    return kind, old, new


def asked(path):
    """The questions of a text, each by itself: there may be several, one behind the other."""
    text = path.read_text(encoding="utf-8")
    blocks = text.split("(push 1)\n")
    return [blocks[0] + block.rpartition("(pop 1)")[0] for block in blocks[1:]] or [text]


def answer(pipe, solver, text):
    """Sends what a solver says, or why it cannot read the text. This runs in a process of its own."""
    try:
        pipe.send((said(solver, text), ""))
    except Exception as error:
        pipe.send(("", repr(error)))


def said(solver, text):
    if solver == "z3":
        import z3

        own = z3.Solver()
        own.from_string(text)
        return str(own.check())
    import cvc5

    own = cvc5.Solver()
    own.setOption("strings-exp", "true")
    own.setOption("strings-fmf", "true")
    parser = cvc5.InputParser(own)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    last = ""
    while not (command := parser.nextCommand()).isNull():
        last = str(command.invoke(own, parser.getSymbolManager())).strip() or last
    return last


# a process is forked off one that has read the solvers, for reading them takes longer than most answers
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["argparse", "concurrent.futures", "cvc5", "tempfile", "z3"])


def ask(solver, text):
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=answer, args=(theirs, solver, text), daemon=True)
    process.start()
    theirs.close()
    try:
        told, problem = ours.recv() if ours.poll(LIMIT) else ("unknown", "")
    except EOFError:
        told, problem = "", "it ended without a word"
    process.kill()
    process.join()
    ours.close()
    if told.strip() not in ("sat", "unsat", "unknown"):
        sys.exit(f"{solver} cannot read a text that `rolecall diff --smt2` wrote: {told} {problem}\n{text}")
    return told.strip()


def ask_all(solver, texts):
    """Whether one of several questions has a request."""
    known = "unsat"
    for text in texts:
        match ask(solver, text):
            case "sat":
                return "sat"
            case "unknown":
                known = "unknown"
    return known


class Case:
    """A pair of policies in a folder of its own, and what the tool says of it."""

    def __init__(self, folder, kind, old, new):
        self.folder, self.kind = folder, kind
        folder.mkdir()
        for name, policy in [("old", old), ("new", new)]:
            (folder / f"{name}.json").write_text(json.dumps(policy, indent=2) + "\n", encoding="utf-8")

    def run(self, binary):
        command = [binary, "diff", "old.json", "new.json", "--kind", self.kind, "--format", "json", "--smt2", "question.smt2"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=60)
        if done.returncode not in (0, 1):
            sys.exit(f"{self.folder}: {' '.join(map(str, command))} ends with {done.returncode}\n{done.stderr}")
        [policy] = json.loads(done.stdout)["policies"]
        widened = policy["widened"]
        self.verdict = "widened" if widened["requests"] else "undecided" if widened["undecided"] else "not widened"
        self.texts = asked(self.folder / "question.smt2")
        self.open = any("\n; open:" in text for text in self.texts)


def main():
    words = argparse.ArgumentParser(description="Asks solvers for a second opinion on what `rolecall diff` says.")
    words.add_argument("binary", type=pathlib.Path)
    words.add_argument("--pairs", type=int, default=200, help="how many pairs of policies")
    words.add_argument("--z3", type=int, default=20, help="of how many of them z3 is asked too")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--keep", type=pathlib.Path, help="the folder for pairs of which the answers differ")
    args = words.parse_args()
    binary = args.binary.resolve()
    dice = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        made = [Case(pathlib.Path(scratch) / f"{args.seed}-{number}", *pair(dice)) for number in range(args.pairs)]
        hard = json.loads(pathlib.Path(__file__).with_name("pairs.json").read_text(encoding="utf-8"))
        hard = [Case(pathlib.Path(scratch) / own["name"].replace(" ", "-"), own["kind"], own["old"], own["new"]) for own in hard]
        cases = hard + made
        list(pool.map(lambda case: case.run(binary), cases))
        wrong = compare(pool, "cvc5", cases) + compare(pool, "z3", hard + made[: args.z3])
        cases = made
        undecided = sum(case.verdict == "undecided" for case in cases)
        if wrong:
            keep(wrong, args.keep or pathlib.Path(tempfile.mkdtemp(prefix="solvers-")))
    if cases and undecided * 20 >= len(cases):
        sys.exit(f"{undecided} of {len(cases)} pairs are undecided, which is not under 5 %")
    sys.exit(1 if wrong else 0)


def compare(pool, solver, cases):
    """The cases of which a solver says something else, with what it says."""
    wrong = []
    counts = collections.Counter()
    for case, said in zip(cases, pool.map(lambda case: ask_all(solver, case.texts), cases), strict=True):
        counts[case.verdict, said] += 1
        if (case.verdict, said) in [("widened", "unsat"), ("not widened", "sat")]:
            wrong.append((case, f"{solver} says {said}"))
    told = ", ".join(f"{count} {verdict}: {said}" for (verdict, said), count in sorted(counts.items()))
    print(f"{solver} on {len(cases)} pairs: {told}", flush=True)
    silent = sum(count for (_, said), count in counts.items() if said == "unknown")
    if silent * 2 > len(cases):
        sys.exit(f"{solver} has no answer to {silent} of {len(cases)} pairs, so that the others say little; is the machine busy?")
    return wrong


def keep(wrong, folder):
    for case, said in wrong:
        place = folder / case.folder.name
        shutil.copytree(case.folder, place, dirs_exist_ok=True)
        note = ", though something is open" if case.open and said.endswith(" sat") else ""
        print(f"{place}: {case.kind} policies, {case.verdict}, but {said}{note}", file=sys.stderr)


if __name__ == "__main__":
    main()
