//! What `terraform show -json` prints of a plan or a state, and a state as it is stored.
//!
//! <https://developer.hashicorp.com/terraform/internals/json-format>

use std::collections::{BTreeSet, HashMap};

use super::resources::{self, Given, Taking, Told};
use crate::arn::Arn;
use crate::inventory::stand_in::Made;
use crate::inventory::{Inventory, federated};
use crate::source::{Sources, Span};
use crate::syntax::{Kind, Node, Text, Weaver};

/// How deep modules may be nested in each other.
const DEEPEST: usize = 64;

/// Attributes that name another resource as a whole, so that what they refer to is what they are.
const LINKS: [&str; 9] = [
    "role",
    "role_name",
    "policy_arn",
    "role_arn",
    "user_pool_id",
    "identity_pool_id",
    "identity_provider_name",
    "user",
    "group",
];

/// What a document is, as people call it.
pub(super) fn form_of(root: Node<'_, '_>) -> Option<&'static str> {
    let has = |name: &str| root.get(name).is_some();
    if has("planned_values") && has("format_version") {
        return Some("Terraform plan");
    }
    if has("terraform_version") && root.get("values").is_some_and(|own| own.get("root_module").is_some()) {
        return Some("Terraform state");
    }
    let is_stored =
        has("lineage") && has("terraform_version") && root.get("resources").is_some_and(|own| own.kind() == Kind::List);
    is_stored.then_some("Terraform state")
}

/// A resource that is there, or that a plan makes.
struct Shown<'t, 's> {
    address: String,
    kind: String,
    place: Span,
    values: Node<'t, 's>,
}

/// Reads a plan or a state.
pub(super) fn read<'s>(inventory: &mut Inventory<'s>, sources: &'s Sources, document: usize, root: Node<'_, 's>) {
    let mut all = Vec::new();
    if let Some(planned) = root.get("planned_values") {
        modules(planned.get("root_module"), &mut all);
    } else if let Some(values) = root.get("values") {
        modules(values.get("root_module"), &mut all);
    } else {
        stored(root, &mut all);
    }
    all.retain(|own| resources::is_known(&own.kind));
    let links = links(root);
    let is_plan = root.get("planned_values").is_some();
    let scope = inventory.new_scope();
    inventory.tell_accounts(|_| accounts(&all, scope));
    let account = account(&all).unwrap_or_else(|| {
        let account = inventory.stand_in(scope, "data.aws_caller_identity.current.account_id", Made::Account);
        let partition = inventory.stand_in(scope, "data.aws_partition.current.partition", Made::Partition);
        format!("arn:{partition}:iam::{account}:")
    });
    // what is known only when the plan is applied, by the address and the attribute
    let mut made: HashMap<String, String> = HashMap::new();
    for own in &all {
        for attribute in ["id", "arn", "name", "endpoint"] {
            if let Some(value) = known(inventory, scope, &account, own, attribute) {
                made.insert(format!("{}.{attribute}", own.address), value);
            }
        }
    }
    let (mut faults, mut role_arns) = (Vec::new(), HashMap::new());
    all.sort_by_key(|own| own.kind != "aws_iam_role");
    for own in &all {
        let value =
            |attribute: &str| made.get(&format!("{}.{attribute}", own.address)).map(|value| Text::made(value.clone(), own.place));
        let given = Given {
            address: &own.address,
            kind: &own.kind,
            place: own.place,
            arn: value("arn"),
            id: value("id"),
            name: if own.kind.starts_with("aws_iam_") { value("name") } else { None },
            account: &account,
            told: if is_plan { Told::Plan } else { Told::State },
        };
        let mut taking = Taking { inventory: &mut *inventory, sources, faults: &mut faults, role_arns: &mut role_arns };
        let linked = linked(own, &links, &made);
        if linked.is_empty() {
            taking.take(&given, own.values);
        } else {
            let mut weaver = Weaver::new(own.values.mark().source);
            weaver.open_as(own.values);
            for entry in own.values.entries().filter(|entry| entry.value.kind() != Kind::Null) {
                weaver.copy(entry.key);
                weaver.copy_all(entry.value);
            }
            for (attribute, value) in linked {
                weaver.put_in(&attribute, own.place);
                weaver.put_in(&value, own.place);
            }
            weaver.close(own.values.span());
            let tree = weaver.finish();
            taking.take(&given, tree.root());
        }
    }
    if let Some(own) = inventory.documents.get_mut(document) {
        own.faults.extend(faults);
        own.faults.sort_by_key(|fault| fault.span);
    }
}

/// The resources of a module and of those that it calls.
fn modules<'t, 's>(root: Option<Node<'t, 's>>, all: &mut Vec<Shown<'t, 's>>) {
    let mut left: Vec<(Node<'t, 's>, usize)> = root.map(|root| (root, 0)).into_iter().collect();
    while let Some((module, depth)) = left.pop() {
        for own in module.get("resources").into_iter().flat_map(Node::items) {
            let is_managed = own.get("mode").is_none_or(|mode| mode.is("managed"));
            let text = |name: &str| own.get(name).and_then(Node::string).map(std::borrow::Cow::into_owned);
            if let (true, Some(values), Some(kind), Some(address)) =
                (is_managed, own.get("values"), text("type"), text("address"))
            {
                let place = own.get("address").map_or(own.mark(), Node::span);
                all.push(Shown { address, kind, place, values });
            }
        }
        if depth < DEEPEST {
            left.extend(module.get("child_modules").into_iter().flat_map(Node::items).map(|own| (own, depth + 1)));
        }
    }
}

/// The resources of a state as it is stored.
fn stored<'t, 's>(root: Node<'t, 's>, all: &mut Vec<Shown<'t, 's>>) {
    for own in root.get("resources").into_iter().flat_map(Node::items) {
        let text = |name: &str| own.get(name).and_then(Node::string).map(std::borrow::Cow::into_owned);
        let (Some(kind), Some(name), true) = (text("type"), text("name"), own.get("mode").is_none_or(|mode| mode.is("managed")))
        else {
            continue;
        };
        let module = text("module").map(|own| format!("{own}.")).unwrap_or_default();
        for instance in own.get("instances").into_iter().flat_map(Node::items) {
            let Some(values) = instance.get("attributes") else { continue };
            let key = match instance.get("index_key") {
                Some(key) if key.kind() == Kind::String => format!("[\"{}\"]", key.written()),
                Some(key) if key.kind() == Kind::Number => format!("[{}]", key.written()),
                _ => String::new(),
            };
            let place = own.get("name").map_or(own.mark(), Node::span);
            all.push(Shown { address: format!("{module}{kind}.{name}{key}"), kind: kind.clone(), place, values });
        }
    }
}

/// What the ARNs in IAM start with, as far as one is known: as what is there already tells.
fn account(all: &[Shown<'_, '_>]) -> Option<String> {
    let arns = all.iter().filter_map(|own| own.values.get("arn")?.string());
    arns.into_iter().find_map(|arn| {
        let arn =
            Arn::parse(&arn).filter(|arn| !arn.account.is_empty() && arn.account.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some(format!("arn:{}:iam::{}:", arn.partition, arn.account))
    })
}

/// The accounts that a plan tells it is for.
fn accounts(all: &[Shown<'_, '_>], scope: usize) -> BTreeSet<(usize, String)> {
    let texts = all.iter().flat_map(|own| own.values.within()).filter(|own| own.kind() == Kind::String);
    let texts = texts.filter(|own| federated::may_tell_account(own.written())).filter_map(Node::string);
    texts.flat_map(|text| federated::accounts_in(&text).map(|own| (scope, own.to_owned())).collect::<Vec<_>>()).collect()
}

/// An attribute of a resource: as it is, or what stands for it until the plan is applied.
fn known(inventory: &mut Inventory<'_>, scope: usize, account: &str, own: &Shown<'_, '_>, attribute: &str) -> Option<String> {
    let value = own.values.get(attribute).and_then(Node::string).filter(|value| !value.is_empty());
    if let Some(value) = value {
        return Some(value.into_owned());
    }
    let mut stand_in = |made| inventory.stand_in(scope, &format!("{}.id", own.address), made);
    let name = own.values.get("name").and_then(Node::string).map(std::borrow::Cow::into_owned);
    match (&*own.kind, attribute) {
        ("aws_cognito_user_pool", "id") => Some(stand_in(Made::UserPool)),
        ("aws_cognito_user_pool", "endpoint") => {
            let id = stand_in(Made::UserPool);
            let region = id.split_once('_')?.0.to_owned();
            Some(format!("cognito-idp.{region}.amazonaws.com/{id}"))
        }
        ("aws_cognito_user_pool_client", "id") => Some(stand_in(Made::Client)),
        ("aws_cognito_identity_pool", "id") => Some(stand_in(Made::IdentityPool)),
        ("aws_iam_role", "id") => name,
        ("aws_iam_role" | "aws_iam_policy" | "aws_iam_user" | "aws_iam_group", "arn") => {
            let path = own.values.get("path").and_then(Node::string).filter(|own| !own.is_empty()).unwrap_or("/".into());
            Some(format!("{account}{}{path}{}", own.kind.trim_start_matches("aws_iam_"), name?))
        }
        ("aws_iam_openid_connect_provider", "arn") => {
            let url = own.values.get("url").and_then(Node::string)?;
            Some(format!("{account}oidc-provider/{}", url.strip_prefix("https://").unwrap_or(&url)))
        }
        _ => None,
    }
}

/// What attributes refer to that are known only when the plan is applied, by the address without a key and the attribute.
fn links(root: Node<'_, '_>) -> HashMap<String, String> {
    let mut links = HashMap::new();
    let configuration = root.get("configuration").and_then(|own| own.get("root_module"));
    for own in configuration.and_then(|own| own.get("resources")).into_iter().flat_map(Node::items) {
        let Some(address) = own.get("address").and_then(Node::string) else { continue };
        for entry in own.get("expressions").into_iter().flat_map(Node::entries) {
            let Some(name) = entry.key.string().filter(|name| LINKS.contains(&name.as_ref())) else { continue };
            let first = entry.value.get("references").and_then(|list| list.items().next()).and_then(Node::string);
            links.extend(first.map(|first| (format!("{address}.{name}"), first.into_owned())));
        }
    }
    links
}

/// The attributes of a resource that are known by what they refer to.
fn linked(own: &Shown<'_, '_>, links: &HashMap<String, String>, made: &HashMap<String, String>) -> Vec<(String, String)> {
    let is_missing = |name: &&&str| own.values.get(name).is_none_or(|value| value.kind() == Kind::Null);
    let address = own.address.split('[').next().unwrap_or(&own.address);
    let find = |name: &&str| Some(((*name).to_owned(), made.get(links.get(&format!("{address}.{name}"))?)?.clone()));
    LINKS.iter().filter(is_missing).filter_map(find).collect()
}
