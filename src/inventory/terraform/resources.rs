//! What the resources of the AWS provider are.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::document;
use super::permissions;
use super::shape::{self, blocks, shaped};
use crate::arn::Arn;
use crate::finding::Fault;
use crate::identity::{Attribute, OidcProvider, Setting};
use crate::inventory::aws_cli::{flag, items, number, text};
use crate::inventory::reader::{Reader, RoleParts};
use crate::inventory::{Inventory, NamedPolicy, Role, cloudformation};
use crate::policy::{Policy, PolicyKind};
use crate::source::{Sources, Span};
use crate::syntax::{Entry, Kind, Node, SyntaxFault, Text};

/// A resource, and what is known of it beside its values.
pub(super) struct Given<'n, 's> {
    /// `aws_iam_role.r["x"]`.
    pub(super) address: &'n str,
    pub(super) kind: &'n str,
    /// Where its name stands.
    pub(super) place: Span,
    pub(super) arn: Option<Text<'s>>,
    pub(super) id: Option<Text<'s>>,
    /// Its name in IAM.
    pub(super) name: Option<Text<'s>>,
    /// What the ARNs in IAM of its account start with.
    pub(super) account: &'n str,
    /// What tells of it.
    pub(super) told: Told,
}

/// What resources are told by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    /// A module.
    Module,
    /// A module in which something else is declared again, so that this is looked at once more.
    Again,
    /// A plan, in which a value that is missing may be known only when it is applied.
    Plan,
    /// A state.
    State,
}

impl Told {
    fn is_plan(self) -> bool {
        self == Self::Plan
    }

    /// Whether it is what the resource is made of.
    fn is_source(self) -> bool {
        matches!(self, Self::Module | Self::Again)
    }
}

/// What documents came to, and where all of it stands, as a number.
pub(super) type Seen = HashSet<(String, u64)>;

/// Takes in resources one by one.
pub(super) struct Taking<'a, 's> {
    pub(super) inventory: &'a mut Inventory<'s>,
    pub(super) sources: &'s Sources,
    pub(super) faults: &'a mut Vec<Fault<SyntaxFault>>,
    /// The ARNs of the roles of the account, by their names.
    pub(super) role_arns: &'a mut HashMap<String, String>,
}

/// The block of a user pool that says who may sign up.
const SIGN_UP: &str = "admin_create_user_config";

/// Resources that hold one policy: their type, the attribute, and of what kind it is.
const HOLDERS: [(&str, &str, PolicyKind); 56] = [
    ("aws_acmpca_policy", "policy", PolicyKind::Resource),
    ("aws_api_gateway_rest_api", "policy", PolicyKind::Resource),
    ("aws_api_gateway_rest_api_policy", "policy", PolicyKind::Resource),
    ("aws_backup_vault_policy", "policy", PolicyKind::Resource),
    ("aws_cloudwatch_event_bus_policy", "policy", PolicyKind::Resource),
    ("aws_cloudwatch_log_destination_policy", "access_policy", PolicyKind::Resource),
    ("aws_cloudwatch_log_resource_policy", "policy_document", PolicyKind::Resource),
    ("aws_codeartifact_domain_permissions_policy", "policy_document", PolicyKind::Resource),
    ("aws_codeartifact_repository_permissions_policy", "policy_document", PolicyKind::Resource),
    ("aws_dynamodb_resource_policy", "policy", PolicyKind::Resource),
    ("aws_ecr_registry_policy", "policy", PolicyKind::Resource),
    ("aws_ecr_repository_policy", "policy", PolicyKind::Resource),
    ("aws_ecrpublic_repository_policy", "policy", PolicyKind::Resource),
    ("aws_efs_file_system_policy", "policy", PolicyKind::Resource),
    ("aws_elasticsearch_domain", "access_policies", PolicyKind::Resource),
    ("aws_elasticsearch_domain_policy", "access_policies", PolicyKind::Resource),
    ("aws_glacier_vault", "access_policy", PolicyKind::Resource),
    ("aws_glue_resource_policy", "policy", PolicyKind::Resource),
    ("aws_iam_group_policy", "policy", PolicyKind::Identity),
    ("aws_iam_user_policy", "policy", PolicyKind::Identity),
    ("aws_kinesis_resource_policy", "policy", PolicyKind::Resource),
    ("aws_kms_external_key", "policy", PolicyKind::Resource),
    ("aws_kms_key", "policy", PolicyKind::Resource),
    ("aws_kms_key_policy", "policy", PolicyKind::Resource),
    ("aws_kms_replica_external_key", "policy", PolicyKind::Resource),
    ("aws_kms_replica_key", "policy", PolicyKind::Resource),
    ("aws_media_store_container_policy", "policy", PolicyKind::Resource),
    ("aws_opensearch_domain", "access_policies", PolicyKind::Resource),
    ("aws_opensearch_domain_policy", "access_policies", PolicyKind::Resource),
    ("aws_organizations_resource_policy", "content", PolicyKind::Resource),
    ("aws_s3_access_point", "policy", PolicyKind::Resource),
    ("aws_s3_bucket", "policy", PolicyKind::Resource),
    ("aws_s3_bucket_policy", "policy", PolicyKind::Resource),
    ("aws_s3control_access_point_policy", "policy", PolicyKind::Resource),
    ("aws_s3control_bucket_policy", "policy", PolicyKind::Resource),
    ("aws_s3control_object_lambda_access_point_policy", "policy", PolicyKind::Resource),
    ("aws_s3tables_table_bucket_policy", "resource_policy", PolicyKind::Resource),
    ("aws_s3tables_table_policy", "resource_policy", PolicyKind::Resource),
    ("aws_schemas_registry_policy", "policy", PolicyKind::Resource),
    ("aws_secretsmanager_secret", "policy", PolicyKind::Resource),
    ("aws_secretsmanager_secret_policy", "policy", PolicyKind::Resource),
    ("aws_ses_identity_policy", "policy", PolicyKind::Resource),
    ("aws_sesv2_email_identity_policy", "policy", PolicyKind::Resource),
    ("aws_sns_topic", "policy", PolicyKind::Resource),
    ("aws_sns_topic_policy", "policy", PolicyKind::Resource),
    ("aws_sqs_queue", "policy", PolicyKind::Resource),
    ("aws_sqs_queue_policy", "policy", PolicyKind::Resource),
    ("aws_ssm_resource_policy", "policy", PolicyKind::Resource),
    ("aws_ssoadmin_permission_set_inline_policy", "inline_policy", PolicyKind::Identity),
    ("aws_transfer_access", "policy", PolicyKind::Session),
    ("aws_transfer_user", "policy", PolicyKind::Session),
    ("aws_vpc_endpoint", "policy", PolicyKind::Endpoint),
    ("aws_vpc_endpoint_policy", "policy", PolicyKind::Endpoint),
    ("aws_vpclattice_auth_policy", "policy", PolicyKind::Resource),
    ("aws_vpclattice_resource_policy", "policy", PolicyKind::Resource),
    ("aws_rekognition_project_policy", "policy_document", PolicyKind::Resource),
];

/// Whether anything is read of a resource of a type.
pub(super) fn is_known(kind: &str) -> bool {
    let others = ["aws_iam_", "aws_cognito_", "aws_organizations_policy"];
    others.iter().any(|own| kind.starts_with(own))
        || permissions::KINDS.contains(&kind)
        || HOLDERS.iter().any(|own| own.0 == kind)
}

/// Whether a resource is one of those by which an account tells who gets in and what he may do, which go together.
pub(super) fn is_of_account(kind: &str) -> bool {
    let is_it = kind.starts_with("aws_iam_") || kind.starts_with("aws_cognito_");
    is_it && kind != document::KIND && !HOLDERS.iter().any(|own| own.0 == kind)
}

impl<'s> Taking<'_, 's> {
    fn reader(&mut self) -> Reader<'_, 's> {
        Reader { inventory: &mut *self.inventory, sources: self.sources, faults: &mut *self.faults }
    }

    /// Takes in a resource; gives what its documents came to, and where.
    pub(super) fn take(&mut self, given: &Given<'_, 's>, root: Node<'_, 's>) -> Seen {
        match given.kind {
            "aws_iam_role" => self.role(given, root),
            "aws_iam_role_policy" => self.role_policy(given, root),
            "aws_iam_policy" => self.managed_policy(given, root),
            "aws_iam_role_policy_attachment" => self.attach(given, root.get("role"), root.get("policy_arn")),
            "aws_iam_policy_attachment" => {
                for role in items(root, "roles") {
                    self.attach(given, Some(role), root.get("policy_arn"));
                }
            }
            "aws_iam_role_policy_attachments_exclusive" => {
                for policy in items(root, "policy_arns") {
                    self.attach(given, root.get("role_name"), Some(policy));
                }
            }
            "aws_iam_openid_connect_provider" => {
                if let Some(url) = text(root, "url") {
                    let clients = items(root, "client_id_list").filter_map(Node::text).collect();
                    let arn = given.arn.clone();
                    self.inventory.oidc_providers.push(OidcProvider { arn, url, clients, mark: root.mark() });
                }
            }
            "aws_cognito_user_group" => {
                let tree = shaped(root, shape::GROUP, given.told.is_plan());
                self.reader().group(tree.root());
                self.expect(given, root, &["user_pool_id"]);
            }
            "aws_cognito_user_pool" => self.user_pool(given, root),
            "aws_cognito_user_pool_client" => {
                let tree = shaped(root, shape::CLIENT, given.told.is_plan());
                if let Some(id) = given.id.clone() {
                    self.reader().client(tree.root(), id);
                }
                self.expect(given, root, &["user_pool_id"]);
            }
            "aws_cognito_identity_pool" => self.identity_pool(given, root),
            "aws_cognito_identity_pool_roles_attachment" => {
                let tree = shape::role_map(root, given.told.is_plan());
                self.reader().role_map(tree.root());
                self.expect(given, root, &["identity_pool_id", "roles"]);
            }
            "aws_cognito_identity_pool_provider_principal_tag" => {
                let tree = shaped(root, shape::TAG_MAP, given.told.is_plan());
                self.reader().tag_map(tree.root());
                self.expect(given, root, &["identity_pool_id"]);
            }
            _ => {
                if let Some(made) = permissions::policy(given, root) {
                    self.loose(given, PolicyKind::Resource, made.root(), None);
                }
                for (kind, node) in documents(given, root) {
                    self.loose(given, kind, node, holder(given, root));
                }
            }
        }
        written(given, root)
    }

    /// Takes in the documents of a resource that come to something else in the other branch, or where something else is meant by a name.
    /// `otherwise`: whether it is the other branch.
    pub(super) fn take_other(&mut self, given: &Given<'_, 's>, root: Node<'_, 's>, otherwise: bool, seen: &mut Seen) {
        let before = self.inventory.policies.len();
        for (kind, node) in documents(given, root) {
            // where all that hangs on conditions is absent, nothing is left to be looked at, and so where it is up to whoever calls the module
            if node.kind() == Kind::Hole || has_no_statement(node) || !seen.insert(what_and_where(node)) {
                continue;
            }
            if kind != PolicyKind::Trust {
                self.loose(given, kind, node, holder(given, root));
            } else if let (Some(mut policy), Some(name)) = (self.reader().document(node, kind), given.name.clone()) {
                policy.otherwise = otherwise;
                self.reader().join(name, given.arn.clone(), |role| role.other_trusts.push(policy));
            }
        }
        self.inventory.policies.iter_mut().skip(before).for_each(|own| own.policy.otherwise |= otherwise);
    }

    /// A document of a resource; one that is not known is told.
    fn document(&mut self, given: &Given<'_, 's>, node: Node<'_, 's>, kind: PolicyKind) -> Option<Policy<'s>> {
        let policy = self.reader().document(node, kind);
        self.known(given, node, policy)
    }

    /// What a node holds, where that is a policy; else it is told.
    fn known(&mut self, given: &Given<'_, 's>, node: Node<'_, 's>, policy: Option<Policy<'s>>) -> Option<Policy<'s>> {
        if policy.is_none() && node.kind() != Kind::Null && !node.is("") {
            self.tell(given, node.span(), format!("the policy of `{}` is not known", given.address));
        }
        policy
    }

    /// Tells what is not known, once.
    fn tell(&mut self, given: &Given<'_, 's>, span: Span, message: String) {
        if given.told != Told::Again {
            self.inventory.unresolved(span, message);
        }
    }

    /// Tells of attributes that a resource must have and that are known only later.
    fn expect(&mut self, given: &Given<'_, 's>, root: Node<'_, 's>, attributes: &[&str]) {
        for attribute in attributes.iter().filter(|own| root.get(own).is_none_or(|own| own.kind() == Kind::Null)) {
            let when = if given.told.is_plan() { ", for it is known only when the plan is applied" } else { "" };
            self.tell(given, given.place, format!("`{}` has no `{attribute}`{when}", given.address));
        }
    }

    fn loose(&mut self, given: &Given<'_, 's>, kind: PolicyKind, node: Node<'_, 's>, name: Option<Text<'s>>) {
        let name = name.or_else(|| Some(Text::made(given.address.to_owned(), given.place)));
        let policy = self.reader().document_alone(node, kind);
        if self.known(given, node, policy).is_some() {
            self.reader().loose(node, kind, name);
        }
    }

    fn role(&mut self, given: &Given<'_, 's>, root: Node<'_, 's>) {
        let Some(name) = given.name.clone() else { return };
        // where it is written, its name is underlined
        let written = text(root, "name").filter(|own| own.known() == name.known());
        self.expect(given, root, &["assume_role_policy"]);
        let trust = root.get("assume_role_policy").and_then(|own| self.document(given, own, PolicyKind::Trust));
        let mut permissions = Vec::new();
        for inline in blocks(root, "inline_policy") {
            let Some(node) = inline.get("policy") else { continue };
            let name = text(inline, "name").unwrap_or_else(|| Text::made(given.address.to_owned(), inline.mark()));
            permissions.extend(self.document(given, node, PolicyKind::Identity).map(|policy| NamedPolicy {
                name,
                policy,
                inline: true,
            }));
        }
        let tags = root.get("tags").into_iter().flat_map(Node::entries);
        let parts = RoleParts {
            trust,
            permissions,
            unread: items(root, "managed_policy_arns").filter_map(Node::text).collect(),
            complete: true,
            boundary: text(root, "permissions_boundary").filter(|own| own.known() != Some("")),
            tags: Some(tags.filter_map(|own| Some((own.key.text()?, own.value.text()?))).collect()),
            max_session: number(root, "max_session_duration"),
            is_source: given.told.is_source(),
        };
        if let (Some(name), Some(arn)) = (name.known(), given.arn.as_ref().and_then(Text::known)) {
            self.role_arns.insert(name.to_owned(), arn.to_owned());
        }
        self.reader().take_role(written.unwrap_or(name), given.arn.clone(), parts);
    }

    fn role_policy(&mut self, given: &Given<'_, 's>, root: Node<'_, 's>) {
        self.expect(given, root, &["policy", "role"]);
        let Some(policy) = root.get("policy").and_then(|own| self.document(given, own, PolicyKind::Identity)) else { return };
        let name = text(root, "name").unwrap_or_else(|| Text::made(given.address.to_owned(), given.place));
        match root.get("role") {
            Some(role) if role.kind() != Kind::Null => {
                self.give(given, role, |own| {
                    // a state tells it with the role, too
                    let is_own = |named: &NamedPolicy<'_>| {
                        let is_name = named.name.known().is_some() && named.name.known() == name.known();
                        !given.told.is_source() && named.inline && is_name
                    };
                    if !own.permissions.iter().any(is_own) {
                        own.permissions.push(NamedPolicy { name, policy, inline: true });
                    }
                });
            }
            _ => {
                let node = root.get("policy");
                node.map(|node| self.loose(given, PolicyKind::Identity, node, None)).unwrap_or_default();
            }
        }
    }

    fn managed_policy(&mut self, given: &Given<'_, 's>, root: Node<'_, 's>) {
        self.expect(given, root, &["policy"]);
        let Some(policy) = root.get("policy").and_then(|own| self.document(given, own, PolicyKind::Identity)) else { return };
        let name = text(root, "name").or_else(|| given.name.clone());
        let name = name.unwrap_or_else(|| Text::made(given.address.to_owned(), given.place));
        let arn = given.arn.clone().unwrap_or_else(|| name.clone());
        self.inventory.add_managed(&arn, name, policy);
    }

    fn attach(&mut self, given: &Given<'_, 's>, role: Option<Node<'_, 's>>, policy: Option<Node<'_, 's>>) {
        match (role, policy.and_then(Node::text)) {
            (Some(role), Some(arn)) => self.give(given, role, |own| {
                if !own.unread.iter().any(|other| other.known().is_some() && other.known() == arn.known()) {
                    own.unread.push(arn);
                }
            }),
            _ => self.tell(given, given.place, format!("what `{}` attaches is not known", given.address)),
        }
    }

    /// Looks for a role by its name and gives it something; one that is not known is told.
    fn give(&mut self, given: &Given<'_, 's>, role: Node<'_, 's>, fill: impl FnOnce(&mut Role<'s>)) {
        let Some(role) = role.text() else { return };
        let Some(name) = role.known() else {
            let message = format!("the role `{}`, which `{}` is for, is not known", role.shown(), given.address);
            return self.tell(given, role.span(), message);
        };
        // a role may be named by its ARN, too
        let name = Arn::parse(name).and_then(Arn::role_name).unwrap_or(name).to_owned();
        let known = self.role_arns.get(&name).cloned();
        if known.is_none() && given.told == Told::Again {
            return;
        }
        if known.is_none() {
            let message = format!("the role `{name}`, which `{}` is for, is not in the module", given.address);
            self.tell(given, role.span(), message);
        }
        let arn = known.unwrap_or_else(|| format!("{}role/{name}", given.account));
        let (name, arn) = (Text::made(name, role.span()), Text::made(arn, role.span()));
        self.reader().join(name, Some(arn), fill);
    }

    fn user_pool(&mut self, given: &Given<'_, 's>, root: Node<'_, 's>) {
        let Some(id) = given.id.clone() else { return };
        let tree = shaped(root, shape::USER_POOL, given.told.is_plan());
        let sources = self.sources;
        let mut reader = self.reader();
        reader.made_user_pool(tree.root(), id, given.place);
        let Some(pool) = reader.inventory.user_pools.last_mut() else { return };
        // blocks that hang on something unknown may say who signs up
        let is_open = |own: &Entry<'_, '_>| own.value.kind() == Kind::Hole && sources.slice(own.key.span()).contains(SIGN_UP);
        if root.entries().any(|own| is_open(&own)) {
            pool.admin_only = None;
        }
        for schema in blocks(root, "schema") {
            let Some(name) = text(schema, "name") else { continue };
            let is_custom = name.known().is_some_and(|own| !cloudformation::STANDARD.contains(&own) && !own.contains(':'));
            let name = if is_custom { Text::made(format!("custom:{}", name.shown()), name.span()) } else { name };
            pool.attributes.push(Attribute { name, mutable: flag(schema, "mutable") });
        }
    }

    fn identity_pool(&mut self, given: &Given<'_, 's>, root: Node<'_, 's>) {
        let Some(id) = given.id.clone() else { return };
        let tree = shaped(root, shape::IDENTITY_POOL, given.told.is_plan());
        let mut reader = self.reader();
        reader.identity_pool(tree.root(), id);
        // the provider always says, and `false` where the module does not
        if let Some(pool) = reader.inventory.identity_pools.last_mut()
            && !pool.has_open_classic
        {
            pool.classic.get_or_insert(Setting { value: false, span: given.place });
        }
    }
}

/// Whether a resource has a policy with no statement in it.
pub(super) fn lacks_statements(given: &Given<'_, '_>, root: Node<'_, '_>) -> bool {
    documents(given, root).into_iter().any(|own| has_no_statement(own.1))
}

fn has_no_statement(policy: Node<'_, '_>) -> bool {
    policy.get("Statement").is_some_and(|own| own.kind() == Kind::List && own.items().next().is_none())
}

/// What the documents of a resource are, and where they stand.
pub(super) fn written(given: &Given<'_, '_>, root: Node<'_, '_>) -> Seen {
    documents(given, root).into_iter().map(|own| what_and_where(own.1)).collect()
}

pub(super) fn what_and_where(node: Node<'_, '_>) -> (String, u64) {
    let mut hasher = DefaultHasher::new();
    node.within().for_each(|own| own.span().hash(&mut hasher));
    (node.written().to_owned(), hasher.finish())
}

/// What a policy goes by that belongs to a user or a group.
fn holder<'s>(given: &Given<'_, 's>, root: Node<'_, 's>) -> Option<Text<'s>> {
    let holder = text(root, "user").or_else(|| text(root, "group")).filter(|_| given.kind.starts_with("aws_iam_"))?;
    let name = text(root, "name").or_else(|| given.name.clone())?;
    Some(Text::made(format!("{}/{}", holder.shown(), name.shown()), name.span()))
}

/// The documents that a resource holds, in an order that is that of the type.
fn documents<'n, 's>(given: &Given<'_, 's>, root: Node<'n, 's>) -> Vec<(PolicyKind, Node<'n, 's>)> {
    let of = |kind: PolicyKind, name: &str| root.get(name).map(|node| (kind, node)).into_iter().collect();
    match given.kind {
        "aws_iam_role" => {
            let inline =
                blocks(root, "inline_policy").into_iter().filter_map(|own| Some((PolicyKind::Identity, own.get("policy")?)));
            root.get("assume_role_policy").map(|node| (PolicyKind::Trust, node)).into_iter().chain(inline).collect()
        }
        "aws_iam_role_policy" | "aws_iam_policy" => of(PolicyKind::Identity, "policy"),
        "aws_organizations_policy" => match text(root, "type").as_ref().and_then(Text::known) {
            // this is what not setting it means
            None | Some("SERVICE_CONTROL_POLICY") => of(PolicyKind::Scp, "content"),
            Some("RESOURCE_CONTROL_POLICY") => of(PolicyKind::Rcp, "content"),
            Some(_) => Vec::new(),
        },
        kind => HOLDERS.iter().filter(|own| own.0 == kind).flat_map(|own| of(own.2, own.1)).collect(),
    }
}
