"""What AWS answers: moto's answers, and what AWS's API reference tells otherwise.

moto has no roles and no tag maps of identity pools: they are kept here. Its lists come in pages here, whatever their operation. The other
differences are small, and stand in `mended_xml` and `mended_json`.
"""

import base64
import hashlib
import http.client
import json
import logging
import os
import re
import threading
import urllib.parse
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

# before moto is imported: it reads this when its first account is made
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.moto_server.threaded_moto_server import ThreadedMotoServer

IAM = "https://iam.amazonaws.com/doc/2010-05-08/"
ET.register_namespace("", IAM)
logging.getLogger("werkzeug").setLevel(logging.ERROR)


class Call(NamedTuple):
    """One request, whichever way its arguments came."""

    service: str
    operation: str
    region: str
    arguments: dict[str, Any]

    @property
    def action(self) -> str:
        return f"{self.service}:{self.operation}"

    def about(self, text: str) -> bool:
        """Whether an argument or the region holds this text."""
        return text in json.dumps([self.arguments, self.region])


class Answer(NamedTuple):
    status: int
    type: str
    body: bytes


@dataclass
class Paging:
    """How lists come: how many items in a page at most, with empty pages before the first item and where another kind of item begins,
    and in which order."""

    size: int | None = None
    gaps: bool = False
    backwards: bool = False


class Listing(NamedTuple):
    """How an operation lists: its lists, the arguments for the size of a page and for its start, and the bounds of the size."""

    members: tuple[str, ...]
    size: str
    start: str
    least: int
    most: int
    size_needed: bool = False


LISTINGS = {
    "iam:ListRoles": Listing(("Roles",), "MaxItems", "Marker", 1, 1000),
    "iam:GetAccountAuthorizationDetails": Listing(
        ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"), "MaxItems", "Marker", 1, 1000
    ),
    "cognito-idp:ListUserPools": Listing(("UserPools",), "MaxResults", "NextToken", 1, 60, size_needed=True),
    "cognito-idp:ListGroups": Listing(("Groups",), "Limit", "NextToken", 0, 60),
    "cognito-idp:ListUserPoolClients": Listing(("UserPoolClients",), "MaxResults", "NextToken", 1, 60),
    "cognito-identity:ListIdentityPools": Listing(("IdentityPools",), "MaxResults", "NextToken", 1, 60, size_needed=True),
}

# which of the lists of `GetAccountAuthorizationDetails` belongs to a word of its filter
FILTERS = {"UserDetailList": "User", "GroupDetailList": "Group", "RoleDetailList": "Role"}


class Refused(Exception):
    """A request that AWS refuses."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class Aws:
    """The account: moto's server, and what it lacks."""

    def __init__(self) -> None:
        self.number = "111122223333"
        # what stands in a policy document for a text that moto refuses and AWS does not
        self.documents: dict[str, str] = {}
        # a tag map that was never set: AWS does not tell whether there is none or an empty one
        self.unset_tags_are_empty = False
        self._roles: dict[str, dict[str, Any]] = {}
        self._tags: dict[tuple[str, str], dict[str, Any]] = {}
        self._lists: dict[tuple[str, str, str, str], Any] = {}
        self._lock = threading.Lock()
        self._moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._moto.start()
        self._port = self._moto.get_host_and_port()[1]

    def stop(self) -> None:
        self._moto.stop()

    def answer(self, call: Call, paging: Paging) -> Answer:
        own = {
            "cognito-identity:SetIdentityPoolRoles": self._set_roles,
            "cognito-identity:GetIdentityPoolRoles": self._get_roles,
            "cognito-identity:SetPrincipalTagAttributeMap": self._set_tags,
            "cognito-identity:GetPrincipalTagAttributeMap": self._get_tags,
        }.get(call.action)
        try:
            if own:
                self._pool(call)
                return written(200, own(call.arguments))
            if call.action in LISTINGS:
                return self._page(call, LISTINGS[call.action], paging)
            if not call.operation.startswith(("Get", "List", "Describe")):
                with self._lock:
                    self._lists.clear()
            return mended(call, self._ask(call), self.documents)
        except Refused as refused:
            return error(call, refused.status, refused.code, refused.message)

    def _ask(self, call: Call) -> Answer:
        """What moto answers."""
        headers = {
            "Authorization": f"AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/{call.region}/{call.service}/aws4_request, Signature=x",
            "x-moto-account-id": self.number,
        }
        if is_query(call.service):
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
            body = urllib.parse.urlencode({"Action": call.operation, "Version": "2010-05-08", **call.arguments})
        else:
            headers["Content-Type"] = "application/x-amz-json-1.1"
            prefix = {"cognito-idp": "AWSCognitoIdentityProviderService", "cognito-identity": "AWSCognitoIdentityService"}
            headers["X-Amz-Target"] = f"{prefix[call.service]}.{call.operation}"
            body = json.dumps(call.arguments)
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        try:
            connection.request("POST", "/", body.encode(), headers)
            got = connection.getresponse()
            return Answer(got.status, got.headers.get("Content-Type", ""), got.read())
        finally:
            connection.close()

    def _page(self, call: Call, listing: Listing, paging: Paging) -> Answer:
        arguments = dict(call.arguments)
        token = arguments.pop(listing.start, None)
        size = arguments.pop(listing.size, None)
        bad = "ValidationError" if is_query(call.service) else "InvalidParameterException"
        if size is None and listing.size_needed or size is not None and not listing.least <= int(size) <= listing.most:
            raise Refused(400, bad, f"{listing.size} must be from {listing.least} to {listing.most}")
        size = int(size or listing.most)
        whole = call._replace(arguments=arguments)
        tree, items = self._list(whole, listing)
        if paging.backwards:
            items = [item for member in listing.members for item in reversed(items) if item[0] == member]
        if paging.gaps:
            items = with_gaps(items)
        # the same list of the same account, or AWS does not know the token
        mark = hashlib.sha256(json.dumps([self.number, whole]).encode()).hexdigest()[:16]
        start = 0
        if token is not None:
            try:
                told, start = json.loads(base64.b64decode(token, validate=True))
            except ValueError:
                told = None
            if told != mark:
                raise Refused(400, bad, f"{listing.start} is none of this list")
        end = start + min(size, paging.size or size)
        following = base64.b64encode(json.dumps([mark, end]).encode()).decode() if end < len(items) else None
        page = [item for item in items[start:end] if item]
        if is_query(call.service):
            return xml_page(call, tree, listing, page, following)
        told = {member: [item for of, item in page if of == member] for member in listing.members}
        return written(200, told | ({"NextToken": following} if following else {}))

    def _list(self, call: Call, listing: Listing) -> tuple[Any, list[tuple[str, Any] | None]]:
        """All items of a list, each with the list it is of; asked of moto only where something changed."""
        key = (self.number, call.action, call.region, json.dumps(call.arguments))
        with self._lock:
            if key not in self._lists:
                self._lists[key] = self._whole(call, listing)
            return self._lists[key]

    def _whole(self, call: Call, listing: Listing) -> tuple[Any, list[tuple[str, Any] | None]]:
        asked = call
        if call.operation == "GetAccountAuthorizationDetails":
            kinds = ["User", "Group", "Role", "LocalManagedPolicy"]
            asked = call._replace(arguments={f"Filter.member.{n}": kind for n, kind in enumerate(kinds, 1)})
        else:
            asked = call._replace(arguments={**call.arguments, listing.size: listing.most})
        answer = self._ask(asked)
        if answer.status != 200:
            raise refusal(call, answer)
        if not is_query(call.service):
            got = json.loads(mended(call, answer, self.documents).body)
            assert "NextToken" not in got, f"moto pages {call.action}"
            return None, [(member, item) for member in listing.members for item in got.get(member, [])]
        tree = ET.fromstring(answer.body)
        if call.operation == "GetAccountAuthorizationDetails":
            self._account_details(call, tree)
        mend_xml(tree, self.documents)
        assert tree.findtext(f".//{{{IAM}}}IsTruncated") != "true", f"moto pages {call.action}"
        return tree, [(member, item) for member in listing.members for item in tree.findall(f".//{{{IAM}}}{member}/{{{IAM}}}member")]

    def _account_details(self, call: Call, tree: ET.Element) -> None:
        """Leaves what the filter asks for, with the policies of AWS that something has: moto gives all or none."""
        asked = set(call.arguments.values())
        policies = find(tree, "Policies")
        if asked and "LocalManagedPolicy" not in asked:
            policies[:] = []
        if not asked or "AWSManagedPolicy" in asked:
            tags = (f"{{{IAM}}}PolicyArn", f"{{{IAM}}}PermissionsBoundaryArn")
            used = {own.text or "" for tag in tags for own in tree.iter(tag)}
            for arn in sorted(own for own in used if ":iam::aws:" in own):
                policies.append(self._policy_of_aws(call, arn))
        for member, word in FILTERS.items():
            if asked and word not in asked:
                find(tree, member)[:] = []

    def _policy_of_aws(self, call: Call, arn: str) -> ET.Element:
        got = self._ask(call._replace(operation="GetPolicy", arguments={"PolicyArn": arn}))
        policy = find(ET.fromstring(got.body), "Policy")
        policy.tag = f"{{{IAM}}}member"
        version = policy.findtext(f"{{{IAM}}}DefaultVersionId") or ""
        got = self._ask(call._replace(operation="GetPolicyVersion", arguments={"PolicyArn": arn, "VersionId": version}))
        document = find(ET.fromstring(got.body), "PolicyVersion")
        document.tag = f"{{{IAM}}}member"
        ET.SubElement(policy, f"{{{IAM}}}PolicyVersionList").append(document)
        return policy

    def _pool(self, call: Call) -> None:
        """Refuses an identity pool that there is not."""
        got = self._ask(call._replace(operation="DescribeIdentityPool", arguments={"IdentityPoolId": call.arguments["IdentityPoolId"]}))
        if got.status != 200:
            raise Refused(400, "ResourceNotFoundException", f"IdentityPool '{call.arguments['IdentityPoolId']}' not found.")

    def _set_roles(self, told: dict[str, Any]) -> dict[str, Any]:
        self._roles[told["IdentityPoolId"]] = told
        return {}

    def _get_roles(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self._roles.get(asked["IdentityPoolId"], asked)

    def _set_tags(self, told: dict[str, Any]) -> dict[str, Any]:
        self._tags[told["IdentityPoolId"], told["IdentityProviderName"]] = told
        return told

    def _get_tags(self, asked: dict[str, Any]) -> dict[str, Any]:
        told = self._tags.get((asked["IdentityPoolId"], asked["IdentityProviderName"]))
        if told is None and not self.unset_tags_are_empty:
            raise Refused(400, "ResourceNotFoundException", "No principal tags are set for this provider.")
        return told or {**asked, "UseDefaults": False, "PrincipalTags": {}}


def is_query(service: str) -> bool:
    """Whether a service takes forms and answers XML; the others take and give JSON."""
    return service in ("iam", "sts")


def error(call: Call, status: int, code: str, message: str) -> Answer:
    if not is_query(call.service):
        return Answer(status, "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message}).encode())
    kind = "Sender" if status < 500 else "Receiver"
    root = ET.Element(f"{{{IAM}}}ErrorResponse")
    told = ET.SubElement(root, f"{{{IAM}}}Error")
    for name, text in (("Type", kind), ("Code", code), ("Message", message)):
        ET.SubElement(told, f"{{{IAM}}}{name}").text = text
    ET.SubElement(root, f"{{{IAM}}}RequestId").text = "6c3e0a53-5b9d-4a3c-9a0e-1d1c9a3c7f10"
    return Answer(status, "text/xml", ET.tostring(root, "unicode").encode())


def written(status: int, told: dict[str, Any]) -> Answer:
    return Answer(status, "application/x-amz-json-1.1", mended_json(told).encode())


def mended(call: Call, answer: Answer, documents: dict[str, str]) -> Answer:
    """An answer of moto as AWS gives it."""
    if answer.status != 200 or not answer.body:
        return answer
    if call.service == "iam":
        tree = ET.fromstring(answer.body)
        mend_xml(tree, documents)
        return answer._replace(body=ET.tostring(tree, "unicode").encode())
    if call.service == "sts":
        return answer
    told = json.loads(answer.body)
    if call.operation == "ListIdentityPools":
        # AWS tells two members; moto tells all, Twitter's secret too
        pools = told["IdentityPools"]
        told["IdentityPools"] = [{name: pool[name] for name in ("IdentityPoolId", "IdentityPoolName")} for pool in pools]
    return written(200, told)


def mended_json(told: dict[str, Any]) -> str:
    """As AWS writes it: what is not there is left out, and times are numbers of Java."""
    text = json.dumps(without_nothing(told), ensure_ascii=False)
    return re.sub(r'(?<=Date": )[0-9.]+', lambda number: of_java(number[0]), text)


def mend_xml(tree: ET.Element, documents: dict[str, str]) -> None:
    for own in list(tree.iter()):
        name = own.tag.removeprefix(f"{{{IAM}}}")
        if name in ("AssumeRolePolicyDocument", "PolicyDocument", "Document"):
            # moto writes some of them raw
            text = own.text or ""
            text = urllib.parse.unquote(text) if text.startswith("%7B") else text
            own.text = urllib.parse.quote(documents.get(text, text), safe="")
        elif name in ("CreateDate", "UpdateDate", "ValidUntil"):
            # AWS tells whole seconds
            own.text = re.sub(r"\.\d+Z$", "Z", own.text or "")
        elif name == "PermissionsBoundaryType":
            # what AWS tells, although its reference has the longer word
            own.text = "Policy"
        elif name == "member" and own.find(f"{{{IAM}}}PolicyVersionList") is not None:
            mend_policy(own)
        for empty in own.findall(f"{{{IAM}}}Description"):
            if not empty.text:
                own.remove(empty)


def mend_policy(policy: ET.Element) -> None:
    """moto forgets the name and the id of a policy in `GetAccountAuthorizationDetails`."""
    arn = policy.findtext(f"{{{IAM}}}Arn") or ""
    identifier = "ANPA" + base64.b32encode(hashlib.sha256(arn.encode()).digest()).decode()[:17]
    for name, text in (("PolicyId", identifier), ("PolicyName", arn.rsplit("/")[-1])):
        if policy.find(f"{{{IAM}}}{name}") is None:
            own = ET.Element(f"{{{IAM}}}{name}")
            own.text = text
            policy.insert(0, own)


def without_nothing(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: without_nothing(own) for key, own in told.items() if own is not None and (key, own) != ("Description", "")}
    return [without_nothing(own) for own in told] if isinstance(told, list) else told


def of_java(number: str) -> str:
    """1.594889658976E9, as the JSON of Cognito has its times."""
    digits = "".join(map(str, Decimal(number).as_tuple().digits)).rstrip("0")
    return f"{digits[:1]}.{digits[1:] or '0'}E{Decimal(number).adjusted()}"


def with_gaps(items: list[tuple[str, Any] | None]) -> list[tuple[str, Any] | None]:
    """An empty page stands before the first item, and before the first of each further list."""
    spread: list[tuple[str, Any] | None] = []
    before = None
    for item in items:
        if item and item[0] != before:
            spread.append(None)
            before = item[0]
        spread.append(item)
    return spread


def xml_page(call: Call, whole: ET.Element, listing: Listing, page: list[Any], following: str | None) -> Answer:
    root = ET.Element(whole.tag)
    result = ET.SubElement(root, f"{{{IAM}}}{call.operation}Result")
    for member in listing.members:
        ET.SubElement(result, f"{{{IAM}}}{member}").extend(item for of, item in page if of == member)
    ET.SubElement(result, f"{{{IAM}}}IsTruncated").text = "true" if following else "false"
    if following:
        ET.SubElement(result, f"{{{IAM}}}Marker").text = following
    return Answer(200, "text/xml", ET.tostring(root, "unicode").encode())


def refusal(call: Call, answer: Answer) -> Refused:
    if is_query(call.service):
        told = find(ET.fromstring(answer.body), "Error")
        return Refused(answer.status, told.findtext(f"{{{IAM}}}Code") or "", told.findtext(f"{{{IAM}}}Message") or "")
    told = json.loads(answer.body)
    return Refused(answer.status, told["__type"], told["message"])


def find(tree: ET.Element, name: str) -> ET.Element:
    found = tree.find(f".//{{{IAM}}}{name}")
    assert found is not None, f"moto's answer has no {name}"
    return found
