"""What a folder holds, and what it is compared with."""

import difflib
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from aws.account import OTHER_REGION, REGION
from aws.world import World, without_secrets


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files by their names; none may tell a secret."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and ".git" not in path.parts]
    files = {str(path.relative_to(folder)): path.read_bytes() for path in paths}
    for name, text in files.items():
        without_secrets(text.decode(), name)
    return files


def snapshot(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "snapshot.json").read_text(encoding="utf-8"))


def untimed(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: own for name, own in entry.items() if name != "time"} for entry in entries]


def same(got: Any, expected: Any, about: str = "") -> None:
    """Fails where two things are not the same, and shows where they differ."""
    if got != expected:
        lines = list(difflib.unified_diff(shown(expected), shown(got), "expected", "got", n=2, lineterm=""))
        raise AssertionError("\n".join([about or "not the same", *lines[:40]]))


def shown(told: Any) -> list[str]:
    def plain(own: Any) -> Any:
        return sorted(own) if isinstance(own, set) else str(own)

    return (told if isinstance(told, str) else json.dumps(told, indent=1, default=plain, ensure_ascii=False)).splitlines()


def same_folders(one: dict[str, bytes], other: dict[str, bytes], about: str) -> None:
    """The same files byte for byte, but for the times of snapshot.json."""
    same(sorted(one), sorted(other), about)
    for name in one:
        texts = [re.sub(rb'"time": "[^"]*"', b'"time": ""', own[name]) if name == "snapshot.json" else own[name] for own in (one, other)]
        same(texts[0].decode(), texts[1].decode(), f"{about}: {name}")


def expected_files(world: World) -> dict[str, Any]:
    """What each file holds, by boto3."""
    iam, files = world.clients.iam, dict[str, Any]()
    described = {own["RoleName"]: own for own in iam.get_paginator("list_roles").paginate().search("Roles")}
    details = iam.get_account_authorization_details()
    for role in details["RoleDetailList"]:
        listed = described[role["RoleName"]]
        more = {name: listed[name] for name in ("MaxSessionDuration", "Description") if name in listed}
        files[f"iam/roles/{role['RoleName']}.json"] = {"RoleDetailList": [role | more]}
    for own in details["Policies"]:
        kind = "aws-policies" if ":iam::aws:" in own["Arn"] else "policies"
        versions = [version for version in own["PolicyVersionList"] if version["IsDefaultVersion"]]
        files[f"iam/{kind}/{own['PolicyName']}.json"] = {"Policies": [own | {"PolicyVersionList": versions}]}
    files["iam/open-id-connect-providers.json"] = without_metadata(iam.list_open_id_connect_providers())
    for own in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        name = file_name(own["Arn"].split(":oidc-provider/")[1])
        told = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=own["Arn"])
        files[f"iam/open-id-connect-providers/{name}.json"] = without_metadata(told)
    files["iam/saml-providers.json"] = without_metadata(iam.list_saml_providers())
    for region, clients in ((REGION, world.clients), (OTHER_REGION, world.others)):
        for pool in clients.idp.list_user_pools(MaxResults=60)["UserPools"]:
            where, pool = f"cognito-idp/{region}/{pool['Id']}", {"UserPoolId": pool["Id"]}
            files[f"{where}/user-pool.json"] = without_metadata(clients.idp.describe_user_pool(**pool))
            files[f"{where}/groups.json"] = without_metadata(clients.idp.list_groups(**pool))
            for own in clients.idp.list_user_pool_clients(**pool, MaxResults=60)["UserPoolClients"]:
                told = clients.idp.describe_user_pool_client(**pool, ClientId=own["ClientId"])
                files[f"{where}/clients/{own['ClientId']}.json"] = without_metadata(told)
        for own in clients.identity.list_identity_pools(MaxResults=60)["IdentityPools"]:
            pool = {"IdentityPoolId": own["IdentityPoolId"]}
            where = f"cognito-identity/{region}/{own['IdentityPoolId'].split(':')[1]}"
            files[f"{where}/identity-pool.json"] = without_metadata(clients.identity.describe_identity_pool(**pool))
            files[f"{where}/roles.json"] = without_metadata(clients.identity.get_identity_pool_roles(**pool))
            for provider in files[f"{where}/identity-pool.json"].get("CognitoIdentityProviders", []):
                try:
                    told = clients.identity.get_principal_tag_attribute_map(**pool, IdentityProviderName=provider["ProviderName"])
                except clients.identity.exceptions.ResourceNotFoundException:
                    continue
                files[f"{where}/tags/{file_name(provider['ProviderName'])}.json"] = without_metadata(told)
    return files


def without_metadata(told: dict[str, Any]) -> dict[str, Any]:
    return {name: own for name, own in told.items() if name not in ("ResponseMetadata", "IsTruncated")}


def file_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._\-+=,@]", "_", text)


SECRET = ("ClientSecret", "ExternalId", "api.twitter.com")
# what the folder leaves out: what changes by itself, and what no sign-in and no policy hangs on
LEFT_OUT = """
    AttachmentCount EstimatedNumberOfUsers LastModifiedDate PermissionsBoundaryUsageCount RoleLastUsed UpdateDate
    AuthSessionValidity EmailConfiguration EmailVerificationMessage EmailVerificationSubject EnablePropagateAdditionalUserContextData
    InstanceProfileList InviteMessageTemplate IsAttachable NumberAttributeConstraints SignInPolicy SmsConfiguration
    SmsVerificationMessage StringAttributeConstraints UnusedAccountValidityDays VerificationMessageTemplate
""".split()


def comparable(told: Any) -> Any:
    """Without what is secret, is empty, or changes by itself; times, documents and the order of lists in one form."""
    if isinstance(told, datetime):
        return round(told.timestamp(), 3)
    if isinstance(told, list):
        return sorted((comparable(own) for own in told), key=json.dumps)
    if not isinstance(told, dict):
        return told
    made = {}
    for name, own in told.items():
        if name.endswith(("Date", "Until")) and isinstance(own, str):
            own = datetime.fromisoformat(own)
        if name.endswith("Document") and isinstance(own, str):
            own = json.loads(own)
        if name not in (*SECRET, *LEFT_OUT) and own not in ({}, [], None):
            made[name] = comparable(own)
    return {name: own for name, own in made.items() if own not in ({}, [])}


def exact(text: bytes) -> Any:
    """JSON with its keys as often as they stand there, and its numbers as they are written."""
    return json.loads(text, object_pairs_hook=list, parse_int=lambda own: ("number", own), parse_float=lambda own: ("number", own))


def member(pairs: Any, name: str) -> Any:
    return next(own for key, own in pairs if key == name)


def of_cli(action: str) -> str:
    """`iam list-roles` for `iam:ListRoles`, as boto3 and the AWS CLI spell it."""
    service, operation = action.split(":")
    name = {
        "iam:ListOpenIDConnectProviders": "list-open-id-connect-providers",
        "iam:GetOpenIDConnectProvider": "get-open-id-connect-provider",
    }
    name |= {"iam:ListSAMLProviders": "list-saml-providers"}
    return f"{service} {name.get(action) or re.sub(r'(?<!^)(?=[A-Z])', '-', operation).lower()}"
