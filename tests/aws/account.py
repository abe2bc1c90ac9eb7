"""What is set up in the account: first the scenario `tutorial` alone, then all the rest."""

import json
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from aws.front import Front

TUTORIAL = Path(__file__).resolve().parents[2] / "fixtures" / "scenarios" / "tutorial"
ACCOUNT, REGION, OTHER_REGION = "111122223333", "eu-west-1", "us-east-1"

# the ids of the fixture, which AWS would choose
USER_POOL = "eu-west-1_Rb4cUsers"
CLIENT = "3n4example5web6client7rbac"
IDENTITY_POOL = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6"

# what may never be written or told
SMS_ID = "sms-external-id-5b1f0c"
TWITTER_SECRET = "twitter-secret-93ad71"
GITHUB = "token.actions.githubusercontent.com"

# documents that a careless reader changes: a key twice, escapes and bytes beyond ASCII, a number longer than any machine's
ODD = {
    "twice": '{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":"s3:GetObject",'
    '"Action":"s3:PutObject","Resource":"*"}]}',
    "characters": '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject",'
    '"Resource":"arn:aws:s3:::a/%7B+ \\u00e9é%"}}',
}
DIGITS = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*",'
    '"Condition":{"NumericLessThan":{"s3:max-keys":1234567890123456789012345}}}]}'
)

Ids = dict[str, str]


class Clients:
    """boto3's clients behind a front."""

    def __init__(self, front: Front, region: str = REGION) -> None:
        session = boto3.Session("AKIAEXAMPLE", "example", region_name=region)
        config = Config(retries={"total_max_attempts": 1})
        services = ("iam", "cognito-idp", "cognito-identity", "sts")
        self.front = front
        self.iam, self.idp, self.identity, self.sts = (session.client(own, endpoint_url=front.url, config=config) for own in services)


def set_up_tutorial(clients: Clients) -> Ids:
    """Makes what the fixture holds. Gives the ids of the fixture by those of the account."""
    pool = read("user-pool.json")["UserPool"]
    told = ("Id", "Name", "Arn", "SchemaAttributes", "CreationDate", "LastModifiedDate", "EstimatedNumberOfUsers")
    taken = {name: pool[name] for name in pool if name not in told}
    user_pool = clients.idp.create_user_pool(PoolName=pool["Name"], **taken)["UserPool"]["Id"]

    client = read("user-pool-client.json")["UserPoolClient"]
    taken = {name: client[name] for name in client if name not in ("UserPoolId", "ClientId", "CreationDate", "LastModifiedDate")}
    client_id = clients.idp.create_user_pool_client(UserPoolId=user_pool, **taken)["UserPoolClient"]["ClientId"]
    ids = {user_pool: USER_POOL, client_id: CLIENT}

    identity = renamed(read("identity-pool.json"), ids)
    identity.pop("IdentityPoolId")
    ids[clients.identity.create_identity_pool(**identity)["IdentityPoolId"]] = IDENTITY_POOL

    files = [renamed(read(f"roles/{file.name}"), ids) for file in sorted((TUTORIAL / "roles").glob("*.json"))]
    for told in (file["Role"] for file in files if "Role" in file):
        taken = {name: told[name] for name in ("RoleName", "Path", "Description", "MaxSessionDuration")}
        clients.iam.create_role(**taken, AssumeRolePolicyDocument=json.dumps(told["AssumeRolePolicyDocument"]))
    for told in (file for file in files if "Role" not in file):
        clients.iam.put_role_policy(**told | {"PolicyDocument": json.dumps(told["PolicyDocument"])})
    for group in read("user-pool-groups.json")["Groups"]:
        taken = {name: group[name] for name in ("GroupName", "Description", "RoleArn", "Precedence")}
        clients.idp.create_group(UserPoolId=user_pool, **taken)
    clients.identity.set_identity_pool_roles(**renamed(read("identity-pool-roles.json"), ids))
    return ids


def read(name: str) -> dict[str, Any]:
    return json.loads((TUTORIAL / name).read_text(encoding="utf-8"))


def renamed(told: Any, ids: Ids) -> Any:
    """The same with the ids of the account in place of those of the fixture."""
    text = json.dumps(told)
    for own, fixed in ids.items():
        text = text.replace(fixed, own)
    return json.loads(text)


def set_up_rest(clients: Clients, others: Clients, ids: Ids) -> None:
    """Makes one of everything else that `pull` reads, and 25 roles of every kind."""
    set_up_roles(clients)
    client = next(own for own, fixed in ids.items() if fixed == CLIENT)
    user_pool = next(own for own, fixed in ids.items() if fixed == USER_POOL)
    provider = f"cognito-idp.{REGION}.amazonaws.com/{user_pool}"

    # whose trust asks for a tag that only the tag map of the pool makes
    pool = clients.identity.create_identity_pool(
        IdentityPoolName="tagged",
        AllowUnauthenticatedIdentities=False,
        CognitoIdentityProviders=[{"ProviderName": provider, "ClientId": client, "ServerSideTokenCheck": True}],
        SupportedLoginProviders={"api.twitter.com": f"twitter-key;{TWITTER_SECRET}"},
        IdentityPoolTags={"team": "articles"},
    )["IdentityPoolId"]
    ids[pool] = "the tagged pool"
    condition = {
        "StringEquals": {"cognito-identity.amazonaws.com:aud": pool, "aws:RequestTag/client": client},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
    }
    actions = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]
    trust = statement({"Federated": "cognito-identity.amazonaws.com"}, condition, actions)
    clients.iam.create_role(RoleName="tagged-role", AssumeRolePolicyDocument=policy(trust))
    clients.identity.set_identity_pool_roles(IdentityPoolId=pool, Roles={"authenticated": role_arn("tagged-role")})
    clients.identity.set_principal_tag_attribute_map(
        IdentityPoolId=pool, IdentityProviderName=provider, UseDefaults=False, PrincipalTags={"client": "aud", "user": "sub"}
    )

    lambda_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:groups"
    staff = clients.idp.create_user_pool(
        PoolName="staff",
        LambdaConfig={"PreTokenGeneration": lambda_arn, "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": lambda_arn}},
        SmsConfiguration={"SnsCallerArn": role_arn("job-01"), "ExternalId": SMS_ID, "SnsRegion": REGION},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
    )["UserPool"]["Id"]
    ids[staff] = "the staff pool"
    for number in range(3):
        clients.idp.create_user_pool_client(UserPoolId=staff, ClientName=f"staff-{number}", GenerateSecret=True)
    clients.idp.create_group(UserPoolId=staff, GroupName="night shift/ü", Precedence=0)
    others.identity.create_identity_pool(IdentityPoolName="elsewhere", AllowUnauthenticatedIdentities=True)


def client_secrets(clients: Clients) -> list[str]:
    """The secrets of all app clients, as `DescribeUserPoolClient` tells them."""
    secrets = []
    for pool in clients.idp.list_user_pools(MaxResults=60)["UserPools"]:
        for own in clients.idp.list_user_pool_clients(UserPoolId=pool["Id"], MaxResults=60)["UserPoolClients"]:
            told = clients.idp.describe_user_pool_client(UserPoolId=pool["Id"], ClientId=own["ClientId"])["UserPoolClient"]
            secrets += [told["ClientSecret"]] if "ClientSecret" in told else []
    return secrets


def set_up_roles(clients: Clients) -> None:
    iam = clients.iam
    make_oidc_provider(clients, GITHUB, "sts.amazonaws.com")
    make_oidc_provider(clients, "login.example.com/a/b", "web")
    iam.create_saml_provider(Name="staff", SAMLMetadataDocument=f"<EntityDescriptor>{'x' * 1000}</EntityDescriptor>")
    audit = iam.create_policy(PolicyName="articles-audit", Path="/audit/", PolicyDocument=policy(allow("s3:ListBucket")))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=audit, PolicyDocument=policy(allow("s3:GetBucketPolicy")), SetAsDefault=True)
    limit = iam.create_policy(PolicyName="at-most-s3", PolicyDocument=policy(allow("s3:Get*")), Description="A boundary")["Policy"]["Arn"]

    for number in range(1, 22):
        account = f"{number:012}"
        iam.create_role(RoleName=f"job-{number:02}", AssumeRolePolicyDocument=policy(statement({"AWS": account}, {}, "sts:AssumeRole")))
        iam.put_role_policy(RoleName=f"job-{number:02}", PolicyName="read", PolicyDocument=policy(allow("s3:GetObject")))
    subject = {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": "repo:example-org/articles:environment:production"}}
    trust = statement({"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"}, subject, "sts:AssumeRoleWithWebIdentity")
    tags = [{"Key": "team", "Value": "articles"}]
    iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=policy(trust), Tags=tags, MaxSessionDuration=7200)
    iam.attach_role_policy(RoleName="deploy", PolicyArn=audit)
    iam.attach_role_policy(RoleName="deploy", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    iam.put_role_permissions_boundary(RoleName="deploy", PermissionsBoundary="arn:aws:iam::aws:policy/PowerUserAccess")
    iam.put_role_permissions_boundary(RoleName="job-02", PermissionsBoundary=limit)
    local = policy(statement({"AWS": ACCOUNT}, {}, "sts:AssumeRole"))
    iam.create_role(RoleName="on-a-path", Path="/a/b/", AssumeRolePolicyDocument=local, Description='Älter & "<stranger>"')
    iam.create_role(RoleName="long", AssumeRolePolicyDocument=local)
    for number in range(4):
        iam.put_role_policy(RoleName="long", PolicyName=f"part-{number}", PolicyDocument=long_policy(number))
    iam.create_role(RoleName="odd", AssumeRolePolicyDocument=local)
    for name, document in ODD.items():
        iam.put_role_policy(RoleName="odd", PolicyName=name, PolicyDocument=document)
    # which moto refuses: the front gives it in place of another
    clients.front.aws.documents[policy(allow("s3:ListBucket", sid="Digits"))] = DIGITS
    iam.put_role_policy(RoleName="odd", PolicyName="digits", PolicyDocument=policy(allow("s3:ListBucket", sid="Digits")))


def make_oidc_provider(clients: Clients, url: str, audience: str) -> None:
    clients.iam.create_open_id_connect_provider(Url=f"https://{url}", ClientIDList=[audience], ThumbprintList=["0" * 40])


def statement(principal: dict[str, str], condition: dict[str, Any], action: str | list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action} | ({"Condition": condition} if condition else {})


def allow(action: str, sid: str = "Site") -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": ["arn:aws:s3:::articles-site", "arn:aws:s3:::articles-site/*"]}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def long_policy(number: int) -> str:
    """6 kB, most of it white space, which does not count for IAM."""
    many = [allow("s3:GetObject", sid=f"Part{number}n{sid}") for sid in range(16)]
    return json.dumps({"Version": "2012-10-17", "Statement": many}, indent=8)


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"
