"""Proves `rolecall pull`, `check --live` and `simulate --live` on an account of moto's, behind a front that answers as AWS does.

    PYTHON tests/pull.py ROLECALL [--without ROLECALL] [TEST…]

PYTHON has the packages moto[server] and boto3; ROLECALL is a binary built with the feature `aws`, and the other one without it. Names of
tests, or parts of them, choose among them.
"""

import argparse
import functools
import json
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

# moto brings it along
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

# no cache of compiled files among the sources
sys.dont_write_bytecode = True

from aws.account import ACCOUNT, CLIENT, DIGITS, GITHUB, IDENTITY_POOL, ODD, OTHER_REGION, REGION, SMS_ID, TUTORIAL, TWITTER_SECRET
from aws.account import USER_POOL, Clients, allow, client_secrets, long_policy, make_oidc_provider, policy, set_up_rest, set_up_tutorial
from aws.answers import Paging
from aws.compare import comparable, exact, expected_files, member, of_cli, read_folder, same, same_folders, snapshot, untimed
from aws.front import Fault, Front
from aws.world import BOTH_REGIONS, CLIENT_SECRETS, SECRET_KEY, SESSION_TOKEN, Run, World, in_parallel, without_secrets

# the operations that need a permission, and for which others nothing is asked where they fail: what those say hangs on it
OPERATIONS: dict[str, tuple[str, ...]] = {
    "iam:ListRoles": (),
    "iam:GetAccountAuthorizationDetails": (),
    "iam:ListOpenIDConnectProviders": ("iam:GetOpenIDConnectProvider",),
    "iam:GetOpenIDConnectProvider": (),
    "iam:ListSAMLProviders": (),
    "cognito-idp:ListUserPools": (
        "cognito-idp:DescribeUserPool",
        "cognito-idp:ListGroups",
        "cognito-idp:ListUserPoolClients",
        "cognito-idp:DescribeUserPoolClient",
    ),
    "cognito-idp:DescribeUserPool": (),
    "cognito-idp:ListGroups": (),
    "cognito-idp:ListUserPoolClients": ("cognito-idp:DescribeUserPoolClient",),
    "cognito-idp:DescribeUserPoolClient": (),
    "cognito-identity:ListIdentityPools": (
        "cognito-identity:DescribeIdentityPool",
        "cognito-identity:GetIdentityPoolRoles",
        "cognito-identity:GetPrincipalTagAttributeMap",
    ),
    "cognito-identity:DescribeIdentityPool": ("cognito-identity:GetPrincipalTagAttributeMap",),
    "cognito-identity:GetIdentityPoolRoles": (),
    "cognito-identity:GetPrincipalTagAttributeMap": (),
}

ONE_BY_ONE = Paging(size=1, gaps=True)


# -- the account as it is


def front_pages_as_aws_does(world: World) -> None:
    """The front itself: pages of one item hold what one page holds, and no call of moto's comes in another shape than AWS's."""
    one_by_one = Clients(Front(world.aws, ONE_BY_ONE))
    user_pool = world.id(USER_POOL)
    for service, operation, members, arguments in (
        ("iam", "list_roles", ["Roles"], {}),
        ("iam", "get_account_authorization_details", ["RoleDetailList", "Policies"], {}),
        ("idp", "list_user_pools", ["UserPools"], {"PaginationConfig": {"PageSize": 60}}),
        ("idp", "list_groups", ["Groups"], {"UserPoolId": user_pool}),
        ("idp", "list_user_pool_clients", ["UserPoolClients"], {"UserPoolId": user_pool}),
        ("identity", "list_identity_pools", ["IdentityPools"], {"PaginationConfig": {"PageSize": 60}}),
    ):
        found = []
        for clients in (world.clients, one_by_one):
            pages = list(getattr(clients, service).get_paginator(operation).paginate(**arguments))
            assert clients is world.clients or all(sum(len(page.get(name, [])) for name in members) <= 1 for page in pages), operation
            found.append([[own for page in pages for own in page.get(name, [])] for name in members])
        assert found[0] == found[1] and found[0][0], operation


def tutorial_answers_as_the_fixture(world: World) -> None:
    """`check` and `simulate` say of the account what they say of the files of the fixture; with `--live` too."""
    with Front(world.aws) as front:
        folder = world.pull(front, "--region", REGION)
        expected_check, expected_everyone = checked(world, TUTORIAL), simulated(world, TUTORIAL)
        assert expected_check and len(expected_everyone) == 5, "the fixture is another one"
        for where in ([folder], ["--live", "--region", REGION]):
            same(fixed(world, checked(world, *where, front=front)), expected_check)
            same(fixed(world, simulated(world, *where, front=front)), expected_everyone)
        tokens = world.folder()
        tokens.mkdir()
        for claims in ("editor", "pool-token"):
            text = (TUTORIAL / "tokens" / f"{claims}.claims.json").read_text(encoding="utf-8")
            for own, name in world.ids.items():
                text = text.replace(name, own)
            (tokens / f"{claims}.claims.json").write_text(text, encoding="utf-8")
        for arguments in QUESTIONS:
            expected = simulated(world, TUTORIAL, *(own.replace("{tokens}", str(TUTORIAL / "tokens")) for own in arguments))
            asked = [own.replace("{tokens}", str(tokens)) for own in arguments]
            for where in ([folder], ["--live", "--region", REGION]):
                same(fixed(world, simulated(world, *where, *asked, front=front)), expected)


QUESTIONS = (
    ("--guest",),
    ("--no-group",),
    ("--group", "Editor"),
    ("--group", "Admin", "--group", "Editor"),
    ("--claims", "{tokens}/editor.claims.json"),
    ("--claims", "{tokens}/editor.claims.json", "--role", "rbac-users-admin-role"),
    ("--claims", "{tokens}/editor.claims.json", "--flow", "classic", "--role", "rbac-users-admin-role"),
    ("--claims", "{tokens}/pool-token.claims.json", "--role", "rbac-users-editor-role"),
    ("--group", "Editor", "--action", "s3:GetObject", "--resource", "arn:aws:s3:::articles-site/drafts/a.md"),
    ("--group", "Editor", "--action", "s3:DeleteObject", "--resource", "arn:aws:s3:::articles-site/published/a.md"),
)


def checked(world: World, *arguments: str | Path, front: Front | None = None) -> Any:
    ended = world.run(front or world.front, "check", "--no-config", "--format", "json", *arguments)
    assert ended.code in (0, 1), ended.err
    return sorted([own["rule"], own["severity"], own["message"]] for own in ended.json()["findings"])


def simulated(world: World, *arguments: str | Path, front: Front | None = None) -> Any:
    """Who gets which role and why, gate by gate, and what he may then do; without places and what was taken for granted."""
    ended = world.run(front or world.front, "simulate", "--format", "json", *arguments)
    assert ended.code in (0, 1), ended.err
    return [
        {
            "subject": own["subject"],
            "outcome": own["outcome"],
            "role": own["role"] and own["role"]["name"],
            "why": own["why"],
            "gates": [[gate["gate"], gate["state"], gate["text"]] for gate in own["gates"]],
            "permissions": [[then[name] for name in ("action", "resource", "outcome", "why")] for then in own["permissions"]],
        }
        for own in ended.json()["simulations"]
    ]


def fixed(world: World, told: Any) -> Any:
    """The same with the ids of the fixture in place of those of the account."""
    text = json.dumps(told)
    for own, name in world.ids.items():
        text = text.replace(own, name)
    return json.loads(text)


def unset_tag_maps(world: World) -> None:
    """A tag map that was never set is none, whichever of the two ways AWS has to say so, and the sign-ins are the same."""
    outcomes = []
    for empty in (False, True):
        world.aws.unset_tags_are_empty = empty
        try:
            with Front(world.aws) as front:
                folder = world.pull(front, "--region", REGION)
        finally:
            world.aws.unset_tags_are_empty = False
        entries = [
            own for own in snapshot(folder)["files"] if "get-principal-tag-attribute-map" in own["call"] and not own["file"].endswith("/")
        ]
        files = [name for name in read_folder(folder) if "/tags/" in name]
        assert len(entries) == 1, entries
        assert (entries[0]["state"], len(files)) == (("read", 1) if empty else ("none", 0)), (entries, files)
        outcomes.append(simulated(world, folder))
    same(outcomes[0], outcomes[1])


# -- the whole account


def everything_is_there(world: World) -> None:
    """The folder holds a file for everything that boto3 lists, and in each what boto3 is told."""
    folder = world.whole()
    files = read_folder(folder)
    expected = expected_files(world)
    same(sorted(files.keys() - {"snapshot.json"}), sorted(expected))
    for name, told in expected.items():
        same(comparable(json.loads(files[name])), comparable(told), name)
    told = snapshot(folder)
    assert (told["rolecall-snapshot"], told["account"], told["partition"]) == (1, ACCOUNT, "aws"), told
    same(sorted(told["regions"]), sorted([REGION, OTHER_REGION]))
    same(told["files"], sorted(told["files"], key=lambda own: (own["file"], own["call"])))
    same({own["file"] for own in told["files"] if own["state"] == "read" and not own["file"].endswith("/")}, set(expected))
    assert all(own["state"] in ("read", "none") for own in told["files"]), told
    for own in told["files"]:
        assert ("region" in own) == (not own["file"].startswith("iam/")), own
        assert {"file", "call", "time", "state"} <= own.keys() <= {"file", "call", "arguments", "region", "time", "state"}, own
    for call in ("list-user-pools", "list-identity-pools"):
        same([own["region"] for own in told["files"] if call in own["call"] and own["file"].endswith("/")], [REGION, OTHER_REGION])


def times_are_those_of_aws(world: World) -> None:
    """Whole seconds of IAM and milliseconds of Cognito, as the AWS CLI writes them: none is off by what a binary fraction loses."""
    texts = read_folder(world.whole()).values()
    times = [own.decode() for text in texts for own in re.findall(rb'"(?:CreationDate|CreateDate)": "([^"]*)"', text)]
    wrong = [own for own in times if not re.fullmatch(r"[-0-9]+T[:0-9]+(\.\d{3}000)?\+00:00", own)]
    assert times and not wrong, f"{len(wrong)} of {len(times)}: {wrong}"


def documents_are_not_changed(world: World) -> None:
    """Duplicate keys, a number of 25 digits, escapes, 20 kB: what AWS holds is in the file, key by key and digit by digit."""
    files = read_folder(world.whole())
    documents = {own: long_policy(int(own[-1])) for own in (f"part-{number}" for number in range(4))}
    assert sum(map(len, documents.values())) > 20_000
    for role, expected in (("odd", ODD | {"digits": DIGITS}), ("long", documents)):
        detail = member(exact(files[f"iam/roles/{role}.json"]), "RoleDetailList")[0]
        got = {member(own, "PolicyName"): member(own, "PolicyDocument") for own in member(detail, "RolePolicyList")}
        # what plain JSON cannot keep may stand there as the text that it is
        same(
            {name: exact(own.encode()) if isinstance(own, str) else own for name, own in got.items()},
            {name: exact(text.encode()) for name, text in expected.items()},
        )


def summary_tells_what_was_read(world: World) -> None:
    """What was read is summed up, for people and for programs, and nothing else is said where all went well."""
    ended = world.run(world.front, "pull", *BOTH_REGIONS, "--out", world.folder())
    assert "29 roles" in ended.out and not ended.err, ended
    ended = world.run(world.front, "pull", *BOTH_REGIONS, "--out", world.folder(), "--format", "json")
    assert ended.json()["read"]["roles"] == 29 and not ended.json()["notReadable"], ended


def over_tls(world: World) -> None:
    """What the system trusts is trusted, and nothing else is."""
    certificate, context = self_signed("localhost", world.folder())
    with Front(world.aws, tls=context) as front:
        folder = world.pull(front, environment={"SSL_CERT_FILE": str(certificate)})
        same(read_folder(folder).keys(), read_folder(world.whole()).keys())
        refused = world.run(front, "pull", *BOTH_REGIONS, "--out", world.folder(), environment={"AWS_MAX_ATTEMPTS": "1"})
        assert refused.code == 2 and "certificate" in refused.err.lower(), refused


def self_signed(host: str, folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate that vouches for itself, as a file, and a server that has it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False).sign(key, hashes.SHA256())
    folder.mkdir()
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    secret.write_bytes(key.private_bytes(*form))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    return certificate, context


def no_secret_is_written(world: World) -> None:
    """The secrets are in the answers, and in no file; `--live` has them in no output."""
    staff = world.id("the staff pool")
    assert world.clients.idp.describe_user_pool(UserPoolId=staff)["UserPool"]["SmsConfiguration"]["ExternalId"] == SMS_ID
    tagged = world.clients.identity.describe_identity_pool(IdentityPoolId=world.id("the tagged pool"))
    assert TWITTER_SECRET in tagged["SupportedLoginProviders"]["api.twitter.com"]
    assert len(CLIENT_SECRETS) == 3, "the front does not tell the secrets of the app clients"
    for name, text in read_folder(world.whole()).items():
        without_secrets(text.decode(), name)
    for command in ("check", "simulate"):
        for form in ("human", "json"):
            world.run(world.front, command, "--live", *BOTH_REGIONS, "-v", "--format", form)


def whole_account_by_live(world: World) -> None:
    """`--live` says of the whole account what the folder says."""
    same(checked(world, "--live", *BOTH_REGIONS), checked(world, world.whole()))
    for pool in (IDENTITY_POOL, "the tagged pool"):
        pool = world.id(pool)
        expected = simulated(world, world.whole(), "--pool", pool)
        assert any(own["outcome"] == "allowed" for own in expected), expected
        same(simulated(world, "--live", *BOTH_REGIONS, "--pool", pool), expected)


def printed_policy_is_what_is_asked(world: World) -> None:
    """`--print-policy` is a policy without a finding that allows exactly the actions that are asked for; it needs no credentials."""
    ended = world.run_bare("pull", "--print-policy")
    assert ended.code == 0, ended.err
    file = world.scratch / "printed-policy.json"
    file.write_text(ended.out, encoding="utf-8")
    found = world.run(world.front, "check", "--no-config", "--format", "json", file)
    assert found.code == 0 and not found.json()["findings"], found
    actions: list[str] = []
    for own in ended.json()["Statement"]:
        assert own["Effect"] == "Allow", own
        actions += own["Action"] if isinstance(own["Action"], list) else [own["Action"]]
    same(sorted(actions), sorted(OPERATIONS))
    with Front(world.aws, ONE_BY_ONE) as front:
        world.pull(front)
        same(sorted(front.actions()), sorted(actions))
    with Front(world.aws) as front:
        world.run(front, "check", "--live", *BOTH_REGIONS)
        assert front.actions() <= set(actions), front.actions()


def parts(world: World) -> None:
    """`--only` asks for that alone, and leaves what else is in the folder."""
    of_iam = {own for own in OPERATIONS if own.startswith("iam:")}
    providers = {own for own in of_iam if "Provider" in own}
    asked = {"roles": of_iam - providers, "providers": providers, "pools": set(OPERATIONS) - of_iam, "roles,providers": of_iam}
    whole = read_folder(world.whole())
    without_snapshot = {name: text for name, text in whole.items() if name != "snapshot.json"}
    for only, expected in asked.items():
        with Front(world.aws) as front:
            folder = world.pull(front, "--only", only)
            same(front.actions(), expected, only)
            files = read_folder(folder)
            assert len(files) > 1 and all(files[own] == whole[own] for own in files if own != "snapshot.json"), only
            folder = world.copy()
            world.pull(front, "--only", only, out=folder)
            same({name: text for name, text in read_folder(folder).items() if name != "snapshot.json"}, without_snapshot, only)
            same(untimed(snapshot(folder)["files"]), untimed(snapshot(world.whole())["files"]), only)
    with Front(world.aws) as front:
        folder = world.pull(front, "--region", OTHER_REGION, "--only", "pools")
        same(snapshot(folder)["regions"], [OTHER_REGION])
        same({call.region for call in front.log if call.service != "sts"}, {OTHER_REGION})


# -- what goes wrong


def faults_lose_nothing(world: World) -> None:
    """Pages of one item, in another order, throttled, with an error and a cut connection now and then: the same folder byte for byte."""
    once = [Fault("fail" if number % 2 else "cut", action, times=1) for number, action in enumerate(OPERATIONS)]
    often = [Fault("cut", chance=0.1, seed=1), Fault("fail", chance=0.1, seed=2)]
    # after a single one the SDK lets some ten seconds pass
    throttled = [Fault("throttle", action, times=1, after=after) for after, action in ((3, "iam:ListRoles"), (0, "cognito-idp:ListGroups"))]
    at_random = [Fault("throttle", chance=0.2, seed=3, times=2)]

    def prove(how: tuple[Paging, list[Fault]]) -> None:
        manner, faults = how
        with Front(world.aws, manner, faults) as front:
            same_folders(read_folder(world.pull(front)), read_folder(world.whole()), f"{manner} {faults[:1]}")
            assert not faults or front.struck, "no fault struck"

    world.whole()
    backwards = Paging(backwards=True)
    in_parallel(prove, [(ONE_BY_ONE, own) for own in ([], once, often, throttled, at_random)] + [(backwards, [])])


def denied_is_not_empty(world: World) -> None:
    """Access is denied to each operation in turn."""
    of_whole(world, world.whole())
    in_parallel(lambda action: prove_failure(world, Fault("deny", action)), OPERATIONS)


def denied_for_one(world: World) -> None:
    """Access is denied to one pool, provider or region only."""
    cases = [(own, world.id(USER_POOL)) for own in ("DescribeUserPool", "ListGroups", "ListUserPoolClients", "DescribeUserPoolClient")]
    faults = [Fault("deny", f"cognito-idp:{action}", about) for action, about in cases]
    pool = world.id("the tagged pool")
    for action in ("DescribeIdentityPool", "GetIdentityPoolRoles", "GetPrincipalTagAttributeMap"):
        faults.append(Fault("deny", f"cognito-identity:{action}", pool))
    faults.append(Fault("deny", "iam:GetOpenIDConnectProvider", GITHUB))
    faults += [Fault("deny", "cognito-idp:ListUserPools", REGION), Fault("deny", "cognito-identity:ListIdentityPools", OTHER_REGION)]
    of_whole(world, world.whole())
    in_parallel(lambda fault: prove_failure(world, fault), faults)


def cut_for_ever_then_resumed(world: World) -> None:
    """The connection is cut in each answer of an operation: the same as a denial; `--resume` then makes the folder whole."""

    def prove(action: str) -> None:
        folder = prove_failure(world, Fault("cut", action))
        with Front(world.aws, ONE_BY_ONE) as front:
            world.pull(front, "--resume", out=folder)
            same_folders(read_folder(folder), read_folder(world.whole()), action)
            assert action in front.actions(), action
            needless = {own for own in front.actions() - missing_without(action) if own not in TELL_WHAT_THERE_IS}
            assert not needless, f"{action}: resumed by {needless}"

    of_whole(world, world.whole())
    in_parallel(prove, OPERATIONS)


def resumed_by_what_is_missing_alone(world: World) -> None:
    """`--resume` asks for what is missing, and for what tells what there is, and for nothing else."""
    for action in ("iam:ListSAMLProviders", "cognito-idp:ListGroups"):
        with Front(world.aws, faults=[Fault("deny", action)]) as front:
            folder = world.pull(front, expect=1)
        with Front(world.aws) as front:
            world.pull(front, "--resume", out=folder)
            same(front.actions(), {action, *TELL_WHAT_THERE_IS}, f"{action}: resumed by")


# the lists, and what tells of which providers a pool can have tag maps
TELL_WHAT_THERE_IS = {own for own, further in OPERATIONS.items() if further}


def missing_without(action: str) -> set[str]:
    """What is not known where an operation gave no answer. Roles come of two, so each of them may ask the other."""
    of_roles = {"iam:ListRoles", "iam:GetAccountAuthorizationDetails"}
    return {action, *OPERATIONS[action]} | (of_roles if action in of_roles else set())


def cut_off_in_the_middle(world: World) -> None:
    """A list ends after some of its pages, in a new folder and in that of an earlier run: it is not taken for whole."""
    for action in CUT_OFF:
        for out in (None, world.copy()):
            with Front(world.aws, ONE_BY_ONE, [Fault("deny", action, after=2)]) as front:
                folder = world.pull(front, out=out, expect=1)
            entries = [own for own in snapshot(folder)["files"] if own["call"] == of_cli(action)]
            lists = [own for own in entries if own["file"].endswith(("/", "/groups.json"))]
            assert any(own["state"] == "not readable" for own in lists), f"{action}: {lists}"


CUT_OFF = ("iam:GetAccountAuthorizationDetails", "iam:ListRoles", "cognito-idp:ListGroups", "cognito-identity:ListIdentityPools")


def nothing_of_an_earlier_run_stays_unseen(world: World) -> None:
    """Of what a run asked for and did not get, no older file stays: all that lies in the folder is what the list calls read."""
    for action in CUT_OFF:
        folder = world.copy()
        with Front(world.aws, faults=[Fault("deny", action)]) as front:
            world.pull(front, out=folder, expect=1)
        listed = {own["file"] for own in snapshot(folder)["files"] if own["state"] == "read" and not own["file"].endswith("/")}
        same(read_folder(folder).keys() - {"snapshot.json"}, listed, f"{action}: the files and the list")
        assert listed < read_folder(world.whole()).keys(), action


def everything_denied(world: World) -> None:
    """Who may do nothing gets a partial pull that says so, and nobody is told that the account is empty."""
    with Front(world.aws, faults=[Fault("deny")]) as front:
        folder = world.pull(front, expect=1)
    entries = snapshot(folder)["files"]
    assert entries and all(own["state"] == "not readable" for own in entries), entries
    same(sorted(read_folder(folder)), ["snapshot.json"])
    found = world.run(world.front, "check", "--no-config", "--format", "json", folder)
    assert found.code in (0, 1, 3) and not found.json()["findings"], found
    assert "not readable" in found.err, f"check does not tell it: {found.err}"


def prove_failure(world: World, fault: Fault) -> Path:
    """With this fault a pull is partial: what it hits is not readable, nothing else is lost, and no command takes it for empty."""
    about = f"{fault.how} {fault.action} {fault.about}".strip()
    with Front(world.aws, faults=[fault]) as front:
        folder = world.pull(front, expect=1, environment={"AWS_MAX_ATTEMPTS": "2"})
        assert front.struck, f"{about}: the fault struck nothing"
    whole, files = read_folder(world.whole()), read_folder(folder)
    call = of_cli(fault.action)

    told = [own for own in snapshot(folder)["files"] if own["state"] == "not readable"]
    expected = hit(world, fault)
    same(sorted(map(identity, told)), sorted(map(identity, expected)), f"{about}: what is not readable")
    for own in told:
        assert own.get("error", "").strip(), f"{about}: no error in {own}"
        assert fault.how != "deny" or "AccessDenied" in own["error"], f"{about}: {own['error']}"

    gone = whole.keys() - files.keys()
    assert all(hangs_on(name, fault) for name in gone), f"{about}: lost {[own for own in gone if not hangs_on(own, fault)]}"
    assert not files.keys() - whole.keys(), f"{about}: more files: {files.keys() - whole.keys()}"
    of_roles = fault.action in ("iam:ListRoles", "iam:GetAccountAuthorizationDetails")
    changed = [
        own for own in files if files[own] != whole[own] and own != "snapshot.json" and not (of_roles and own.startswith("iam/roles/"))
    ]
    assert not changed, f"{about}: changed {changed}"
    if of_roles:
        assert not [own for own in gone if own.startswith("iam/roles/")], f"{about}: roles are lost"

    found = world.run(world.front, "check", "--no-config", "--format", "json", folder)
    assert found.code in (0, 1), f"{about}: {found.err}"
    assert call in found.err or fault.action in found.err, f"{about}: check does not tell it:\n{found.err}"
    known = of_whole(world, world.whole())
    new = [own for own in findings(found) if own not in known.findings]
    assert not new, f"{about}: findings that the whole account does not have: {new}"
    for pool in (IDENTITY_POOL, "the tagged pool"):
        pool = world.id(pool)
        ended = world.run(world.front, "simulate", "--format", "json", "--pool", pool, folder)
        assert call in ended.err or fault.action in ended.err, f"{about}: simulate does not tell it:\n{ended.err}"
        if ended.code == 2:
            continue
        for own in ended.json()["simulations"]:
            # where other pools are not known, it is not said of which pool the user is
            alike = {
                outcome
                for name, outcome in known.outcomes[pool].items()
                if name == own["subject"] or name.startswith(f"{own['subject']} of `")
            }
            assert own["outcome"] in alike | {"undecided"}, f"{about}: {own['subject']} is {own['outcome']}: {own['why']}"
    return folder


class Known(NamedTuple):
    """What is said of the whole account: the findings, and for each pool the outcome of each subject."""

    findings: list[list[str]]
    outcomes: dict[str, dict[str, str]]


@functools.cache
def of_whole(world: World, folder: Path) -> Known:
    """Asked once of each folder: those that are proven in parallel want it known before."""
    pools = [world.id(pool) for pool in (IDENTITY_POOL, "the tagged pool")]
    outcomes = {pool: {own["subject"]: own["outcome"] for own in simulated(world, folder, "--pool", pool)} for pool in pools}
    return Known(checked(world, folder), outcomes)


def hit(world: World, fault: Fault) -> list[dict[str, Any]]:
    """The entries of the whole snapshot that cannot be read with the fault: those of the list where the call lists, else of each file."""
    call = of_cli(fault.action)
    entries = [own for own in snapshot(world.whole())["files"] if own["call"] == call]
    if fault.action in ("iam:ListRoles", "iam:GetAccountAuthorizationDetails"):
        # what would be listed is not known then
        entries = [own for own in entries if own["file"].endswith("/")]
    if fault.action == "cognito-identity:DescribeIdentityPool":
        # of which providers a pool has tag maps is then not known
        entries += [own | {"file": own["file"].replace("identity-pool.json", "tags/")} for own in entries]
    return [own for own in entries if fault.about in json.dumps([own.get("arguments", {}), own.get("region", "")])]


def identity(entry: dict[str, Any]) -> tuple[str, str, str, str]:
    return entry["file"], entry["call"], entry.get("region", ""), json.dumps(entry.get("arguments", {}), sort_keys=True)


def hangs_on(name: str, fault: Fault) -> bool:
    """Whether a file can be missing with a fault."""
    pattern = {
        "iam:ListRoles": r"$^",
        "iam:GetAccountAuthorizationDetails": r"iam/(aws-)?policies/",
        "iam:ListOpenIDConnectProviders": r"iam/open-id-connect-providers[./]",
        "iam:GetOpenIDConnectProvider": r"iam/open-id-connect-providers/",
        "iam:ListSAMLProviders": r"iam/saml-providers\.json",
        "cognito-idp:ListUserPools": r"cognito-idp/",
        "cognito-idp:DescribeUserPool": r"cognito-idp/.*/user-pool\.json",
        "cognito-idp:ListGroups": r"cognito-idp/.*/groups\.json",
        "cognito-idp:ListUserPoolClients": r"cognito-idp/.*/clients/",
        "cognito-idp:DescribeUserPoolClient": r"cognito-idp/.*/clients/",
        "cognito-identity:ListIdentityPools": r"cognito-identity/",
        "cognito-identity:DescribeIdentityPool": r"cognito-identity/.*/(identity-pool\.json|tags/)",
        "cognito-identity:GetIdentityPoolRoles": r"cognito-identity/.*/roles\.json",
        "cognito-identity:GetPrincipalTagAttributeMap": r"cognito-identity/.*/tags/",
    }[fault.action]
    return re.match(pattern, name) is not None and fault.about.split(":")[-1] in name


def what_is_missing_is_undecided(world: World) -> None:
    """Sign-ins and permissions that hang on what is not readable are undecided, not denied or allowed because there is none."""
    editor = ("--pool", world.id(IDENTITY_POOL), "--group", "Editor")
    tagged = ("--pool", world.id("the tagged pool"), "--no-group", "--client", world.id(CLIENT))
    reads = ("--action", "s3:GetObject", "--resource", "arn:aws:s3:::articles-site/drafts/a.md")
    roles = ("iam:GetAccountAuthorizationDetails", "iam:ListRoles")
    for denied, arguments, answer in (
        (("cognito-identity:GetIdentityPoolRoles",), editor, "undecided"),
        (("cognito-identity:GetPrincipalTagAttributeMap",), tagged, "undecided"),
        (("cognito-identity:DescribeIdentityPool",), tagged, "undecided"),
        (("cognito-idp:ListGroups",), editor, "list-groups"),
        (roles, editor, "undecided"),
        (roles[:1], (*editor, *reads), "undecided"),
    ):
        good = world.run(world.front, "simulate", world.whole(), *arguments, "--expect", "allowed")
        assert good.code == 0, f"{arguments}: {good}"
        with Front(world.aws, faults=[Fault("deny", action) for action in denied]) as front:
            folder = world.pull(front, expect=1)
            for where in ([folder], ["--live", *BOTH_REGIONS]):
                ended = world.run(front, "simulate", *where, *arguments, "--expect", "undecided")
                about = f"{denied} {where[0]}: exit {ended.code}:\n{ended.out}{ended.err}"
                # of a group that is not known nothing can be told but why
                assert ended.code == 0 if answer == "undecided" else ended.code == 2 and answer in ended.err, about


def killed_while_it_waits(world: World) -> None:
    """Killed while an answer is held back: every file is whole, none looks read that is not, and `--resume` makes the folder whole."""
    world.whole()
    early = [("iam:GetAccountAuthorizationDetails", 20), ("iam:GetOpenIDConnectProvider", 0)]
    late = [("cognito-idp:ListGroups", 1), ("cognito-idp:DescribeUserPoolClient", 2), ("cognito-identity:GetIdentityPoolRoles", 1)]

    def prove_waiting(moment: tuple[str, int]) -> None:
        action, after = moment
        # what was read is written where that takes long
        slow = [Fault("hold", own, times=1, seconds=1.2) for own in ("iam:ListOpenIDConnectProviders", "cognito-idp:ListUserPools")]
        with Front(world.aws, ONE_BY_ONE, [*slow, Fault("hold", action, times=1, after=after)]) as front:
            folder = world.folder()
            process = world.start(front, "pull", *BOTH_REGIONS, "--out", folder)
            assert front.held.wait(30), f"{action} was not asked for"
            kill(process)
            asked = prove_resumed(world, folder, action)
        if moment in late:
            assert "iam:GetAccountAuthorizationDetails" not in asked, f"{action}: the roles were read again"

    in_parallel(prove_waiting, early + late)


def killed_while_it_writes(world: World) -> None:
    """Killed when so many files are there: the same."""
    for count in (1, 2, 3, 10, 30, 50):
        with Front(world.aws) as front:
            folder = world.folder()
            process = world.start(front, "pull", *BOTH_REGIONS, "--out", folder)
            while process.poll() is None and sum(path.is_file() for path in folder.rglob("*")) < count:
                time.sleep(0.0002)
            kill(process)
        prove_resumed(world, folder, f"{count} files")


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def prove_resumed(world: World, folder: Path, about: str) -> set[str]:
    """What a killed run left is whole and told as unfinished, and another run finishes it. Gives what that asked."""
    whole, left = read_folder(world.whole()), read_folder(folder)
    for name, text in left.items():
        assert name in whole or not name.endswith(".json"), f"{about}: {name} is none of the files"
        if name == "snapshot.json":
            json.loads(text)
        elif name in whole:
            assert text == whole[name], f"{about}: {name} is not whole"
    if left.keys() & whole.keys() and left.get("snapshot.json") != whole["snapshot.json"]:
        assert any(own["state"] == "not readable" for own in snapshot(folder)["files"]) or len(left) == len(whole), f"{about}: looks whole"
        found = world.run(world.front, "check", "--no-config", folder)
        assert "cut off" in found.err or len(left) == len(whole), f"{about}: check takes it for whole: {found.err}"
    with Front(world.aws, ONE_BY_ONE) as front:
        ended = world.run(front, "pull", *BOTH_REGIONS, "--out", folder, "--resume")
    assert ended.code == 0, f"{about}: resumed with exit {ended.code}: {ended.err}"
    same_folders(read_folder(folder), whole, f"killed, {about}")
    return front.actions()


# -- again and again


def twice_is_the_same(world: World) -> None:
    """A second pull changes nothing but the times in snapshot.json, and does not touch what is the user's own."""
    folder = world.copy()
    (folder / "README.md").write_text("whose account this is\n", encoding="utf-8")
    before = read_folder(folder)
    time.sleep(1.1)
    with Front(world.aws) as front:
        world.pull(front, out=folder)
    after = read_folder(folder)
    same({name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}, {"snapshot.json"})
    lines = zip(before["snapshot.json"].decode().splitlines(), after["snapshot.json"].decode().splitlines(), strict=True)
    changed = [line for line, other in lines if line != other]
    assert changed and all(re.fullmatch(r' *"time": "[^"]+",?', line) for line in changed), changed


def changes_read_well(world: World) -> None:
    """Of a role that is gone and one that changed, `git diff` tells the two files and snapshot.json."""
    folder = world.copy()
    git = ["git", "-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgSign=false", "-C", str(folder)]

    def told(*arguments: str) -> str:
        return subprocess.run([*git, *arguments], env=world.bare(), check=True, capture_output=True, encoding="utf-8").stdout

    told("init", "--quiet")
    told("add", "--all")
    told("commit", "--quiet", "--message", "as it was")
    iam = world.clients.iam
    iam.delete_role_policy(RoleName="job-07", PolicyName="read")
    iam.delete_role(RoleName="job-07")
    iam.put_role_policy(RoleName="job-08", PolicyName="read", PolicyDocument=policy(allow("s3:DeleteObject")))
    make_oidc_provider(world.clients, "login.example.com/a_b", "web")
    world.changed()
    with Front(world.aws) as front:
        world.pull(front, out=folder)
    told("add", "--all")
    lines = told("diff", "--cached", "--name-status").splitlines()
    stat = {name: how for how, name in (line.split("\t") for line in lines)}
    assert {name: how for name, how in stat.items() if "roles" in name} == {"iam/roles/job-07.json": "D", "iam/roles/job-08.json": "M"}, (
        stat
    )
    assert {name for name in stat if "roles" not in name and "open-id" not in name} == {"snapshot.json"}, stat
    lines = told("diff", "--cached", "--unified=0", "--", "iam/roles/job-08.json").splitlines()
    changed = [line for line in lines if re.match(r"[+-] ", line)]
    assert len(changed) == 2 and all("s3:" in line for line in changed), changed


def names_that_look_alike(world: World) -> None:
    """Two providers whose file names would be the same, `a/b` and `a_b`: both are kept."""
    files = read_folder(world.whole())
    urls = sorted(json.loads(text)["Url"] for name, text in files.items() if name.startswith("iam/open-id-connect-providers/"))
    same(urls, sorted([GITHUB, "login.example.com/a/b", "login.example.com/a_b"]))


def another_account_is_refused(world: World) -> None:
    folder = world.copy()
    before = read_folder(folder)
    world.aws.number = "444455556666"
    try:
        for more in ((), ("--resume",)):
            with Front(world.aws) as front:
                ended = world.run(front, "pull", *BOTH_REGIONS, "--out", folder, *more)
                assert ended.code == 2 and ACCOUNT in ended.err, ended
                same(front.actions(), set())
                same(read_folder(folder), before)
        with Front(world.aws) as front:
            named = world.run(front, "pull", "--region", REGION)
            assert named.code == 0 and snapshot(world.scratch / "aws-444455556666")["account"] == "444455556666", named
    finally:
        world.aws.number = ACCOUNT


def ways_to_be_told(world: World) -> None:
    """A profile with its own region, endpoint and keys; a region from the environment; no credentials, a refused one, no region."""
    with Front(world.aws) as front:
        profile = world.scratch / "profile"
        profile.write_text(
            f"[profile auditor]\nregion = {REGION}\nendpoint_url = {front.url}\naws_access_key_id = AKIAEXAMPLE\n"
            f"aws_secret_access_key = {SECRET_KEY}\naws_session_token = {SESSION_TOKEN}\n",
            encoding="utf-8",
        )
        named = {"AWS_CONFIG_FILE": str(profile)}
        for command in (
            ["pull", "--out", str(world.folder())],
            ["check", "--live"],
            ["simulate", "--live", "--pool", world.id(IDENTITY_POOL)],
        ):
            ended = world.run_bare(*command, "--profile", "auditor", environment=named)
            assert ended.code in (0, 1 if command[0] == "check" else 0), ended
        same({call.region for call in front.log if call.service.startswith("cognito")}, {REGION})
        world.pull(front, "--region", OTHER_REGION)
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            folder = world.folder()
            ended = world.run(front, "pull", "--out", folder, environment={name: OTHER_REGION})
            assert ended.code == 0 and snapshot(folder)["regions"] == [OTHER_REGION], (name, ended)

    with Front(world.aws) as front:
        no_keys = {"AWS_ENDPOINT_URL": front.url, "AWS_REGION": REGION}
        start = time.monotonic()
        for command in (["pull", "--out", "none"], ["check", "--live"], ["simulate", "--live"]):
            ended = world.run_bare(*command, environment=no_keys)
            assert ended.code == 2 and "credentials" in ended.err and len(ended.err) < 1500, ended
        assert time.monotonic() - start < 10 and not front.log and not (world.scratch / "none").exists()
        ended = world.run_bare("pull", "--profile", "nobody", "--out", "none", environment=no_keys)
        assert ended.code == 2 and "credentials" in ended.err, ended
        ended = world.run(front, "pull", "--out", "none")
        assert ended.code == 2 and "region" in ended.err, ended
        ended = world.run(front, "pull", "--out", "none", "--region", "eu-nowhere 1")
        assert ended.code == 2 and "region" in ended.err, ended
        ended = world.run(front, "pull", "--out", "none", "--region", REGION, "--only", "buckets")
        assert ended.code == 2 and "buckets" in ended.err, ended
    with Front(world.aws, faults=[Fault("deny", "sts:GetCallerIdentity")]) as front:
        ended = world.run(front, "pull", "--out", "none", "--region", REGION)
        assert ended.code == 2 and "AccessDenied" in ended.err, ended
    nobody = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "2"}
    start = time.monotonic()
    ended = world.run(world.front, "pull", "--out", "none", "--region", REGION, environment=nobody)
    assert ended.code == 2 and ended.err.strip() and time.monotonic() - start < 30, ended
    assert not (world.scratch / "none").exists(), "a folder was made although nothing could be read"


def an_unknown_profile_is_named(world: World) -> None:
    ended = world.run_bare("pull", "--region", REGION, "--profile", "nobody", "--out", "none")
    assert ended.code == 2 and "nobody" in ended.err, ended


def a_build_without_the_feature(world: World) -> None:
    """It has the commands, and tells how to get a build that does them."""
    for command in (["pull"], ["check", "--live"], ["simulate", "--live"]):
        ended = world.run_bare(*command, binary=world.without)
        assert ended.code == 2 and "--features aws" in ended.err, ended
    ended = world.run_bare("pull", "--help", binary=world.without)
    assert ended.code == 0 and "--region" in ended.out, ended


def findings(ended: Run) -> list[list[str]]:
    return [[own["rule"], own["severity"], own["message"]] for own in ended.json()["findings"]]


PLAIN = (front_pages_as_aws_does, tutorial_answers_as_the_fixture, unset_tag_maps)
REST = (
    everything_is_there,
    times_are_those_of_aws,
    documents_are_not_changed,
    summary_tells_what_was_read,
    over_tls,
    no_secret_is_written,
    whole_account_by_live,
    printed_policy_is_what_is_asked,
    parts,
    faults_lose_nothing,
    denied_is_not_empty,
    denied_for_one,
    cut_for_ever_then_resumed,
    resumed_by_what_is_missing_alone,
    nothing_of_an_earlier_run_stays_unseen,
    cut_off_in_the_middle,
    everything_denied,
    what_is_missing_is_undecided,
    killed_while_it_waits,
    killed_while_it_writes,
    twice_is_the_same,
    another_account_is_refused,
    ways_to_be_told,
    an_unknown_profile_is_named,
    a_build_without_the_feature,
    changes_read_well,
    names_that_look_alike,
)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("binary", type=Path)
    reader.add_argument("--without", type=Path)
    reader.add_argument("tests", nargs="*")
    told = reader.parse_intermixed_args()
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        world = World(told.binary.resolve(), told.without and told.without.resolve(), Path(scratch))
        world.ids |= set_up_tutorial(world.clients)
        for test in (*PLAIN, None, *REST):
            if test is None:
                set_up_rest(world.clients, world.others, world.ids)
                CLIENT_SECRETS.extend(client_secrets(world.clients))
            elif test is a_build_without_the_feature and not told.without:
                print(f"left out: {test.__name__}")
            elif not told.tests or any(part in test.__name__ for part in told.tests):
                failed += not passed(test, world)
        world.aws.stop()
    print(f"pull: {failed} failed" if failed else "pull: all passed")
    sys.exit(failed > 0)


def passed(test: Callable[[World], None], world: World) -> bool:
    start = time.monotonic()
    try:
        test(world)
        problem = ""
    except AssertionError as error:
        problem = str(error) or traceback.format_exc()
    except Exception:
        problem = traceback.format_exc()
    print(f"{'FAILED' if problem else 'ok':6} {time.monotonic() - start:5.1f} s  {test.__name__}", flush=True)
    if problem:
        print(re.sub(r"^", "    ", problem, flags=re.MULTILINE), flush=True)
    return not problem


if __name__ == "__main__":
    main()
