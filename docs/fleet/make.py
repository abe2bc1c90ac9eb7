#!/usr/bin/env python3
"""Makes up a fleet of accounts, each a folder with the output of `aws iam get-account-authorization-details`.

    make.py FLEET [--accounts N] [--roles N] [--seed N]

Most of it is right: applications, and a role in each account that the auditor of the first one takes. Some accounts have a fault that shows
only beside another account, and some look as if they had. What is to be found is written to FLEET/planted.json, one row of `fleet.py` each,
and the crossings that are meant to FLEET/intended.txt. The same numbers make the same fleet.
"""

import argparse
import json
import pathlib
import random
from typing import Any

Json = dict[str, Any]
ANY_ACCOUNT = "arn:aws:iam::*:role/audit-read"
# who is none of the fleet: no id of it starts so
STRANGER = "990000000001"


class Account:
    """One account, as it is made up."""

    def __init__(self, number: int, apps: int) -> None:
        self.id = str(110_000_000_000 + number * 7_919)
        self.roles: list[Json] = []
        self.policies: list[Json] = []
        for app in range(apps):
            bucket = f"arn:aws:s3:::app-{app}-{self.id}"
            reads = allow(["s3:GetObject", "s3:PutObject"], f"{bucket}/*")
            self.add(f"app-{app}", service("lambda.amazonaws.com"), reads, allow("s3:ListBucket", bucket))

    def arn(self, role: str) -> str:
        return f"arn:aws:iam::{self.id}:role/{role}"

    def add(self, name: str, trust: Json, *statements: Json, boundary: str | None = None) -> str:
        """A role with its trust policy and its permissions; gives its ARN."""
        role: Json = {
            "Path": "/",
            "RoleName": name,
            "RoleId": f"AROA{self.id[-9:]}{len(self.roles):08}",
            "Arn": self.arn(name),
            "CreateDate": "2026-01-02T03:04:05+00:00",
            "AssumeRolePolicyDocument": document(trust),
            "InstanceProfileList": [],
            "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document(*statements)}] if statements else [],
            "AttachedManagedPolicies": [],
            "Tags": [],
        }
        if boundary:
            role["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
        self.roles.append(role)
        return self.arn(name)

    def managed(self, name: str, *statements: Json) -> str:
        """A managed policy; gives its ARN."""
        arn = f"arn:aws:iam::{self.id}:policy/{name}"
        version = {"Document": document(*statements), "VersionId": "v1", "IsDefaultVersion": True}
        self.policies.append({"PolicyName": name, "Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": [version]})
        return arn

    def text(self) -> str:
        told = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": self.roles, "Policies": self.policies}
        return json.dumps(told, indent=4) + "\n"


def document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str | list[str], resource: str, effect: str = "Allow") -> Json:
    return {"Effect": effect, "Action": action, "Resource": resource}


def service(name: str) -> Json:
    return {"Effect": "Allow", "Principal": {"Service": name}, "Action": "sts:AssumeRole"}


def trust(principal: str, **condition: Json) -> Json:
    own = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return {**own, "Condition": condition} if condition else own


def root(account: Account) -> str:
    return f"arn:aws:iam::{account.id}:root"


def crossing(to: str, by: str, **given: str) -> Json:
    return {"kind": "crossing", "to": to, "from": by, "given": given}


# What may be wrong between the accounts `a` and `b`, or look so; each gives the rows that are to be found.


def wide_builder(a: Account, b: Account) -> list[Json]:
    to = a.add("deploy", trust(root(b)), allow("s3:PutObject", f"arn:aws:s3:::site-{a.id}/*"))
    return [crossing(to, b.add("builder", service("codebuild.amazonaws.com"), allow("sts:AssumeRole", "*")))]


def external_id(a: Account, b: Account) -> list[Json]:
    to = a.add("vendor", trust(root(b), StringEquals={"sts:ExternalId": f"id-{a.id}"}))
    by = b.add("collector", service("ec2.amazonaws.com"), allow("sts:Assume*", to))
    return [crossing(to, by, **{"sts:ExternalId": f"id-{a.id}"})]


def by_name(a: Account, b: Account) -> list[Json]:
    by = b.add("release", service("codebuild.amazonaws.com"), allow("sts:AssumeRole", f"arn:aws:iam::{a.id}:role/rel*"))
    return [crossing(a.add("release-target", trust(by)), by)]


def stranger(a: Account, _: Account) -> list[Json]:
    return [{"kind": "outsider", "to": a.add("partner", trust(f"arn:aws:iam::{STRANGER}:root"))}]


def anyone(a: Account, _: Account) -> list[Json]:
    to = a.add("open", trust("*"), allow("s3:GetObject", f"arn:aws:s3:::open-{a.id}/*"))
    return [{"kind": "outsider", "to": to}, {"kind": "finding", "account": a.id, "rule": "anyone-can-assume"}]


def trusts_the_broken(a: Account, b: Account) -> list[Json]:
    to = a.add("restore", trust(root(b)))
    b.add("builder", service("codebuild.amazonaws.com"), allow("sts:AssumeRole", "*"))
    return [{"kind": "broken", "account": b.id}, {"kind": "undecided", "to": to}]


def nobody_may(a: Account, b: Account) -> list[Json]:
    a.add("deploy", trust(root(b)))
    return []


def denied(a: Account, b: Account) -> list[Json]:
    a.add("deploy", trust(root(b)))
    kept_out = allow("sts:*", f"arn:aws:iam::{a.id}:role/*", "Deny")
    b.add("builder", service("codebuild.amazonaws.com"), allow("sts:AssumeRole", "arn:aws:iam::*:role/deploy"), kept_out)
    return []


def bounded(a: Account, b: Account) -> list[Json]:
    a.add("deploy", trust(root(b)))
    bound = b.managed("bound", allow("s3:*", f"arn:aws:s3:::cache-{b.id}/*"))
    b.add("builder", service("codebuild.amazonaws.com"), allow("sts:AssumeRole", "*"), boundary=bound)
    return []


def another_is_named(a: Account, b: Account) -> list[Json]:
    a.add("deploy", trust(b.add("operator", service("ec2.amazonaws.com"), allow("s3:GetObject", f"arn:aws:s3:::runbook-{b.id}/*"))))
    b.add("builder", service("codebuild.amazonaws.com"), allow("sts:AssumeRole", a.arn("deploy")))
    return []


FAULTS = [wide_builder, external_id, by_name, stranger, anyone, trusts_the_broken]
HARMLESS = [nobody_may, denied, bounded, another_is_named]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fleet", metavar="FLEET", type=pathlib.Path)
    parser.add_argument("--accounts", type=int, default=50)
    parser.add_argument("--roles", type=int, default=20, help="of applications, in each account")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.accounts < 1 + 2 * len(FAULTS + HARMLESS):
        parser.error(f"a fleet has {1 + 2 * len(FAULTS + HARMLESS)} accounts or more, so that there is one pair for each kind of fault")

    accounts = [Account(number, options.roles) for number in range(options.accounts)]
    auditor = accounts[0].add("audit", service("ec2.amazonaws.com"), allow("sts:AssumeRole", ANY_ACCOUNT))
    for account in accounts[1:]:
        account.add("audit-read", trust(auditor), allow("iam:GetAccountAuthorizationDetails", "*"))

    # each account is in one pair at most, so that no fault makes another
    others = accounts[1:]
    random.Random(options.seed).shuffle(others)
    kinds = FAULTS + HARMLESS
    pairs = [(others[at], others[at + 1]) for at in range(0, len(others) - 1, 2)][: max(len(kinds), options.accounts // 5)]
    planted = [row for at, (a, b) in enumerate(pairs) for row in kinds[at % len(kinds)](a, b)]

    broken = {row["account"] for row in planted if row["kind"] == "broken"}
    for account in accounts:
        folder = options.fleet / account.id
        folder.mkdir(parents=True)
        text = account.text()
        (folder / "account.json").write_text(text[: len(text) // 2] if account.id in broken else text, encoding="utf-8")
    (options.fleet / "planted.json").write_text(json.dumps(planted, indent=4) + "\n", encoding="utf-8")
    (options.fleet / "intended.txt").write_text(f"{auditor} {ANY_ACCOUNT}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
