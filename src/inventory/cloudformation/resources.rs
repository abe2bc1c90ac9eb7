//! What the resources of a template are.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>

use std::collections::HashSet;

use super::evaluate::Evaluation;
use super::{amplify, permissions, sam, serverless};
use crate::finding::Fault;
use crate::identity::{Attribute, OidcProvider};
use crate::inventory::aws_cli::{flag, items, number, tags, text};
use crate::inventory::holding::Search;
use crate::inventory::reader::{Reader, RoleParts};
use crate::inventory::{NamedPolicy, Role};
use crate::policy::PolicyKind;
use crate::source::{Sources, Span};
use crate::syntax::{Kind, Node, SyntaxFault, Text, Tree, Weaver};

/// A resource by its name in a stack.
pub(super) struct Named<'n> {
    pub(super) stack: usize,
    pub(super) name: &'n str,
    /// Where the name stands.
    pub(super) place: Span,
    pub(super) kind: &'n str,
}

/// Takes in resources one by one.
pub(super) struct Taking<'a, 'e, 't, 's> {
    pub(super) evaluation: &'a mut Evaluation<'e, 't, 's>,
    pub(super) sources: &'s Sources,
    pub(super) faults: &'a mut Vec<Fault<SyntaxFault>>,
}

/// Resources that hold one policy: their type, where it stands, and of what kind it is.
const HOLDERS: [(&str, &str, PolicyKind); 41] = [
    ("AWS::Backup::BackupVault", "AccessPolicy", PolicyKind::Resource),
    ("AWS::BedrockAgentCore::ResourcePolicy", "Policy", PolicyKind::Resource),
    ("AWS::CloudTrail::ResourcePolicy", "ResourcePolicy", PolicyKind::Resource),
    ("AWS::CodeArtifact::Domain", "PermissionsPolicyDocument", PolicyKind::Resource),
    ("AWS::CodeArtifact::Repository", "PermissionsPolicyDocument", PolicyKind::Resource),
    ("AWS::DynamoDB::Table", "ResourcePolicy.PolicyDocument", PolicyKind::Resource),
    ("AWS::EC2::VPCEndpoint", "PolicyDocument", PolicyKind::Endpoint),
    ("AWS::ECR::PublicRepository", "RepositoryPolicyText", PolicyKind::Resource),
    ("AWS::ECR::RegistryPolicy", "PolicyText", PolicyKind::Resource),
    ("AWS::ECR::Repository", "RepositoryPolicyText", PolicyKind::Resource),
    ("AWS::EFS::FileSystem", "FileSystemPolicy", PolicyKind::Resource),
    ("AWS::Elasticsearch::Domain", "AccessPolicies", PolicyKind::Resource),
    ("AWS::Events::EventBus", "Policy", PolicyKind::Resource),
    ("AWS::IAM::GroupPolicy", "PolicyDocument", PolicyKind::Identity),
    ("AWS::IAM::UserPolicy", "PolicyDocument", PolicyKind::Identity),
    ("AWS::KMS::Key", "KeyPolicy", PolicyKind::Resource),
    ("AWS::KMS::ReplicaKey", "KeyPolicy", PolicyKind::Resource),
    ("AWS::Kinesis::ResourcePolicy", "ResourcePolicy", PolicyKind::Resource),
    ("AWS::Lambda::LayerVersion", "Policy", PolicyKind::Resource),
    ("AWS::Lex::ResourcePolicy", "Policy", PolicyKind::Resource),
    ("AWS::Logs::Destination", "DestinationPolicy", PolicyKind::Resource),
    ("AWS::Logs::ResourcePolicy", "PolicyDocument", PolicyKind::Resource),
    ("AWS::MediaStore::Container", "Policy", PolicyKind::Resource),
    ("AWS::OpenSearchService::Domain", "AccessPolicies", PolicyKind::Resource),
    ("AWS::Organizations::ResourcePolicy", "Content", PolicyKind::Resource),
    ("AWS::S3::AccessPoint", "Policy", PolicyKind::Resource),
    ("AWS::S3::BucketPolicy", "PolicyDocument", PolicyKind::Resource),
    ("AWS::S3::MultiRegionAccessPointPolicy", "Policy", PolicyKind::Resource),
    ("AWS::S3Express::BucketPolicy", "PolicyDocument", PolicyKind::Resource),
    ("AWS::S3ObjectLambda::AccessPointPolicy", "PolicyDocument", PolicyKind::Resource),
    ("AWS::S3Outposts::BucketPolicy", "PolicyDocument", PolicyKind::Resource),
    ("AWS::S3Tables::TableBucketPolicy", "ResourcePolicy", PolicyKind::Resource),
    ("AWS::SNS::TopicInlinePolicy", "PolicyDocument", PolicyKind::Resource),
    ("AWS::SNS::TopicPolicy", "PolicyDocument", PolicyKind::Resource),
    ("AWS::SQS::QueueInlinePolicy", "PolicyDocument", PolicyKind::Resource),
    ("AWS::SQS::QueuePolicy", "PolicyDocument", PolicyKind::Resource),
    ("AWS::SSO::PermissionSet", "InlinePolicy", PolicyKind::Identity),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", PolicyKind::Resource),
    ("AWS::VpcLattice::AuthPolicy", "Policy", PolicyKind::Resource),
    ("AWS::VpcLattice::ResourcePolicy", "Policy", PolicyKind::Resource),
    ("AWS::XRay::ResourcePolicy", "PolicyDocument", PolicyKind::Resource),
];

/// Whether resources of a type tell something of policies, roles or pools.
pub(super) fn is_looked_at(kind: &str) -> bool {
    let named = ["AWS::IAM::", "AWS::Cognito::", "AWS::Serverless::"].iter().any(|start| kind.starts_with(start));
    named || kind == "AWS::Organizations::Policy" || permissions::KINDS.contains(&kind) || HOLDERS.iter().any(|own| own.0 == kind)
}

/// Whether a policy may stand in a resource of which nothing else is known.
pub(super) fn may_hold_policy(kind: &str, node: Node<'_, '_>) -> bool {
    let speaks = |own: Node<'_, '_>| match own.kind() {
        Kind::Map => own.get("Statement").is_some(),
        Kind::String => own.written().contains("Statement"),
        _ => false,
    };
    // what is deployed as a template is looked at as one
    !kind.starts_with("AWS::CloudFormation::Stack") && node.get("Properties").is_some_and(|own| own.within().any(speaks))
}

/// A document that a resource holds.
struct Document<'n, 's> {
    kind: PolicyKind,
    node: Node<'n, 's>,
    name: Option<Text<'s>>,
}

impl<'t, 's> Taking<'_, '_, 't, 's> {
    pub(super) fn reader(&mut self) -> Reader<'_, 's> {
        Reader { inventory: &mut *self.evaluation.inventory, sources: self.sources, faults: &mut *self.faults }
    }

    /// What the properties of a resource come to.
    fn properties(&mut self, resource: &Named<'_>, node: Node<'t, 's>) -> Tree<'s> {
        if let Some(properties) = node.get("Properties") {
            let only = sam::looked_at(resource.kind);
            return self.evaluation.tree_of(resource.stack, properties, only);
        }
        let mut weaver = Weaver::new(resource.place.source);
        weaver.open(Kind::Map, resource.place);
        weaver.close(resource.place);
        weaver.finish()
    }

    /// Takes in a resource; gives what its documents came to.
    pub(super) fn take(&mut self, resource: &Named<'_>, node: Node<'t, 's>) -> Vec<String> {
        let tree = self.properties(resource, node);
        let root = tree.root();
        match resource.kind {
            "AWS::IAM::Role" => self.role(resource, root),
            "AWS::IAM::Policy" | "AWS::IAM::RolePolicy" => self.policy(resource, root),
            "AWS::IAM::ManagedPolicy" => self.managed_policy(resource, root),
            "AWS::IAM::OIDCProvider" => self.oidc_provider(resource, root),
            "AWS::Cognito::UserPool" => self.user_pool(resource, root),
            "AWS::Cognito::UserPoolClient" => {
                if let Some(id) = self.own(resource, "") {
                    self.reader().client(root, id);
                }
            }
            "AWS::Cognito::UserPoolGroup" => self.reader().group(root),
            "AWS::Cognito::IdentityPool" => self.identity_pool(resource, root),
            "AWS::Cognito::IdentityPoolRoleAttachment" => self.reader().role_map(root),
            "AWS::Cognito::IdentityPoolPrincipalTag" => self.reader().tag_map(root),
            "AWS::Serverless::Function" | "AWS::Serverless::StateMachine" => sam::role(self, resource, node, root),
            _ => {
                for document in documents(resource, root) {
                    self.reader().loose(document.node, document.kind, document.name);
                }
            }
        }
        self.expect(resource, root);
        if let Some(made) = permissions::policy(self, resource, root) {
            self.loose(resource, PolicyKind::Resource, made.root());
            return vec![made.root().written().to_owned()];
        }
        documents(resource, root).into_iter().map(|own| own.node.written().to_owned()).collect()
    }

    /// Takes in the policies that stand in a resource of which nothing else is known, but for those that were `seen`; gives what all came to.
    pub(super) fn take_any(&mut self, resource: &Named<'_>, node: Node<'t, 's>, seen: &HashSet<String>) -> HashSet<String> {
        let tree = self.properties(resource, node);
        let name = Text::made(resource.name.to_owned(), resource.place);
        let (mut all, mut behind) = (HashSet::new(), 0);
        for (index, node) in tree.root().within().enumerate() {
            if index < behind || seen.contains(node.written()) {
                continue;
            }
            let mut reader = self.reader();
            if (Search { reader: &mut reader, name: Some(&name), known: None }).one(node) {
                behind = index + node.within().count();
                all.insert(node.written().to_owned());
            }
        }
        all
    }

    /// Tells of what names a role or pool that is not known.
    fn expect(&mut self, resource: &Named<'_>, root: Node<'_, 's>) {
        let properties: &[&str] = match resource.kind {
            "AWS::Cognito::UserPoolClient" => &["UserPoolId"],
            "AWS::Cognito::UserPoolGroup" => &["UserPoolId", "RoleArn"],
            "AWS::Cognito::IdentityPoolRoleAttachment" => &["IdentityPoolId", "Roles.authenticated", "Roles.unauthenticated"],
            "AWS::Cognito::IdentityPoolPrincipalTag" => &["IdentityPoolId"],
            _ => return,
        };
        for path in properties {
            let text = path.split('.').try_fold(root, Node::get).and_then(Node::text);
            if let Some(text) = text.filter(|text| text.known().is_none()) {
                let message = format!("the `{path}` of `{}` is `{}`, which is not known", resource.name, text.shown());
                self.evaluation.inventory.unresolved(text.span(), message);
            }
        }
    }

    /// Takes in what a function does that a resource calls.
    pub(super) fn call(&mut self, resource: &Named<'_>, node: Node<'t, 's>) {
        let tree = self.properties(resource, node);
        amplify::call(self, resource, tree.root());
    }

    /// What the documents of a resource come to.
    pub(super) fn written(&mut self, resource: &Named<'_>, node: Node<'t, 's>) -> Vec<String> {
        let tree = self.properties(resource, node);
        match permissions::policy(self, resource, tree.root()) {
            Some(made) => vec![made.root().written().to_owned()],
            None => documents(resource, tree.root()).into_iter().map(|own| own.node.written().to_owned()).collect(),
        }
    }

    /// Takes in the documents of a resource that come to something else in the other branch than in the first.
    pub(super) fn take_other(&mut self, resource: &Named<'_>, node: Node<'t, 's>, first: &[String]) {
        let tree = self.properties(resource, node);
        let before = self.reader().inventory.policies.len();
        self.take_documents_otherwise(resource, &tree, first);
        self.reader().inventory.policies.iter_mut().skip(before).for_each(|own| own.policy.otherwise = true);
    }

    fn take_documents_otherwise(&mut self, resource: &Named<'_>, tree: &Tree<'s>, first: &[String]) {
        if let Some(made) = permissions::policy(self, resource, tree.root()) {
            if first.first().is_none_or(|own| own != made.root().written()) {
                self.loose(resource, PolicyKind::Resource, made.root());
            }
            return;
        }
        for (index, document) in documents(resource, tree.root()).into_iter().enumerate() {
            if first.get(index).is_some_and(|own| own == document.node.written()) {
                continue;
            }
            if document.kind != PolicyKind::Trust {
                self.reader().loose(document.node, document.kind, document.name);
            } else if let (Some(mut policy), Some(name), Some(arn)) =
                (self.reader().document(document.node, PolicyKind::Trust), self.own(resource, ""), self.own(resource, ".Arn"))
            {
                policy.otherwise = true;
                self.reader().join(name, Some(arn), |role| role.other_trusts.push(policy));
            }
        }
    }

    /// What the resource itself goes by, or an attribute of it that starts with a point.
    pub(super) fn own(&mut self, resource: &Named<'_>, attribute: &str) -> Option<Text<'s>> {
        let value = self.evaluation.attribute(resource.stack, &format!("{}{attribute}", resource.name))?;
        Some(Text::made(value, resource.place))
    }

    fn role(&mut self, resource: &Named<'_>, root: Node<'_, 's>) {
        let Some(name) = self.own(resource, "") else { return };
        // where it is written, its name is underlined
        let written = text(root, "RoleName").filter(|own| own.known() == name.known());
        let arn = self.own(resource, ".Arn");
        // what the framework adds itself for logs is not written
        let complete =
            resource.name != serverless::ROLE || self.evaluation.stack(resource.stack).is_none_or(|own| !own.is_service());
        let mut reader = self.reader();
        let trust = root.get("AssumeRolePolicyDocument").and_then(|own| reader.document(own, PolicyKind::Trust));
        let permissions = items(root, "Policies").filter_map(|policy| reader.inline(policy)).collect();
        let parts = RoleParts {
            trust,
            permissions,
            unread: items(root, "ManagedPolicyArns").filter_map(Node::text).collect(),
            complete,
            boundary: text(root, "PermissionsBoundary"),
            tags: Some(tags(root)),
            max_session: number(root, "MaxSessionDuration"),
            is_source: true,
        };
        reader.take_role(written.unwrap_or(name), arn, parts);
    }

    fn policy(&mut self, resource: &Named<'_>, root: Node<'_, 's>) {
        let of_role = text(root, "RoleName").into_iter();
        let roles: Vec<_> = items(root, "Roles").filter_map(Node::text).chain(of_role).collect();
        if roles.is_empty() {
            return self.loose_of(resource, root);
        }
        for role in roles {
            let Some(policy) = root.get("PolicyDocument").and_then(|own| self.reader().document(own, PolicyKind::Identity))
            else {
                continue;
            };
            let name = text(root, "PolicyName").unwrap_or_else(|| Text::made(resource.name.to_owned(), resource.place));
            self.attach(resource, &role, |own| own.permissions.push(NamedPolicy { name, policy, inline: true }));
        }
    }

    /// Looks for a role by its name and gives it something; one of which the name is not known is told.
    fn attach(&mut self, resource: &Named<'_>, role: &Text<'s>, fill: impl FnOnce(&mut Role<'s>)) {
        let Some(name) = role.known() else {
            let message = format!("the role `{}`, to which `{}` is attached, is not known", role.shown(), resource.name);
            return self.evaluation.inventory.unresolved(role.span(), message);
        };
        let arn = self.evaluation.arn_of_role(resource.stack, name);
        let arn = Text::made(arn, role.span());
        self.reader().join(role.clone(), Some(arn), fill);
    }

    fn managed_policy(&mut self, resource: &Named<'_>, root: Node<'_, 's>) {
        let Some(arn) = self.own(resource, "") else { return };
        let Some(policy) = root.get("PolicyDocument").and_then(|own| self.reader().document(own, PolicyKind::Identity)) else {
            return;
        };
        let name = text(root, "ManagedPolicyName").unwrap_or_else(|| Text::made(resource.name.to_owned(), resource.place));
        self.evaluation.inventory.add_managed(&arn, name, policy);
        for role in items(root, "Roles").filter_map(Node::text) {
            let arn = arn.clone();
            self.attach(resource, &role, |own| own.unread.push(arn));
        }
    }

    fn oidc_provider(&mut self, resource: &Named<'_>, root: Node<'_, 's>) {
        let Some(url) = text(root, "Url") else { return };
        let clients = items(root, "ClientIdList").filter_map(Node::text).collect();
        let arn = self.own(resource, "");
        self.evaluation.inventory.oidc_providers.push(OidcProvider { arn, url, clients, mark: root.mark() });
    }

    fn user_pool(&mut self, resource: &Named<'_>, root: Node<'_, 's>) {
        let Some(id) = self.own(resource, "") else { return };
        let mut reader = self.reader();
        reader.made_user_pool(root, id, resource.place);
        let Some(pool) = reader.inventory.user_pools.last_mut() else { return };
        // a template leaves the prefix out that the API shows
        let attribute = |node: Node<'_, 's>| {
            let name = text(node, "Name")?;
            let own = name.known().is_some_and(|own| !STANDARD.contains(&own) && !own.contains(':'));
            let name = if own { Text::made(format!("custom:{}", name.shown()), name.span()) } else { name };
            Some(Attribute { name, mutable: flag(node, "Mutable") })
        };
        pool.attributes.extend(items(root, "Schema").filter_map(attribute));
    }

    fn identity_pool(&mut self, resource: &Named<'_>, root: Node<'_, 's>) {
        let Some(id) = self.own(resource, "") else { return };
        let mut reader = self.reader();
        reader.identity_pool(root, id);
        // what not setting it means is documented for the API only
        if let Some(pool) = reader.inventory.identity_pools.last_mut() {
            pool.has_open_classic |= pool.classic.is_none();
        }
    }

    fn loose(&mut self, resource: &Named<'_>, kind: PolicyKind, node: Node<'_, 's>) {
        let name = Some(Text::made(resource.name.to_owned(), resource.place));
        self.reader().loose(node, kind, name);
    }

    fn loose_of(&mut self, resource: &Named<'_>, root: Node<'_, 's>) {
        if let Some(node) = root.get("PolicyDocument") {
            self.loose(resource, PolicyKind::Identity, node);
        }
    }
}

impl<'s> Reader<'_, 's> {
    /// An inline policy as templates write it.
    pub(super) fn inline(&mut self, node: Node<'_, 's>) -> Option<NamedPolicy<'s>> {
        let policy = self.document(node.get("PolicyDocument")?, PolicyKind::Identity)?;
        let name = text(node, "PolicyName").unwrap_or_else(|| Text::made("", node.mark()));
        Some(NamedPolicy { name, policy, inline: true })
    }
}

impl Evaluation<'_, '_, '_> {
    /// The ARN of the role of a name: of one in the templates that belong together, or in the account.
    pub(super) fn arn_of_role(&mut self, stack: usize, name: &str) -> String {
        let scope = self.stack(stack).map(|own| own.scope);
        let together = self.stacks.iter().filter(|own| Some(own.scope) == scope);
        for own in together {
            for (role, _, kind, _) in own.resources() {
                if kind == "AWS::IAM::Role" && self.attribute(own.index, &role).as_deref() == Some(name) {
                    return self.attribute(own.index, &format!("{role}.Arn")).unwrap_or_default();
                }
            }
        }
        self.iam_arn(stack, &format!("role/{name}"))
    }
}

/// The attributes that each user pool has.
pub(in crate::inventory) const STANDARD: [&str; 20] = [
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "sub",
    "updated_at",
    "website",
    "zoneinfo",
];

/// The documents that a resource holds, in an order that is that of the type.
fn documents<'n, 's>(resource: &Named<'_>, root: Node<'n, 's>) -> Vec<Document<'n, 's>> {
    let named = || Some(Text::made(resource.name.to_owned(), resource.place));
    let document = |kind, node| Document { kind, node, name: named() };
    let inline = || items(root, "Policies").filter_map(|own| Some(document(PolicyKind::Identity, own.get("PolicyDocument")?)));
    match resource.kind {
        "AWS::IAM::Role" => {
            let trust = root.get("AssumeRolePolicyDocument").map(|node| document(PolicyKind::Trust, node));
            trust.into_iter().chain(inline()).collect()
        }
        "AWS::IAM::User" | "AWS::IAM::Group" => inline().collect(),
        "AWS::IAM::Policy" | "AWS::IAM::RolePolicy" | "AWS::IAM::ManagedPolicy" => {
            root.get("PolicyDocument").map(|node| document(PolicyKind::Identity, node)).into_iter().collect()
        }
        "AWS::Organizations::Policy" => {
            let kind = match text(root, "Type").as_ref().and_then(Text::known) {
                Some("SERVICE_CONTROL_POLICY") => PolicyKind::Scp,
                Some("RESOURCE_CONTROL_POLICY") => PolicyKind::Rcp,
                _ => return Vec::new(),
            };
            root.get("Content").map(|node| document(kind, node)).into_iter().collect()
        }
        other => {
            let held = HOLDERS.iter().filter(|own| own.0 == other);
            held.filter_map(|&(_, path, kind)| {
                let node = path.split('.').try_fold(root, Node::get)?;
                Some(document(kind, node))
            })
            .collect()
        }
    }
}

/// A policy of one statement that stands at a place as a whole; `more` puts in what else the statement holds.
pub(super) fn policy_of_one<'s>(
    place: Span,
    action: &str,
    (kind, principal): (&str, &str),
    more: impl FnOnce(&mut Weaver),
) -> Tree<'s> {
    let mut weaver = Weaver::new(place.source);
    open_policy(&mut weaver, place);
    weaver.open(Kind::Map, place);
    for text in ["Effect", "Allow", "Action", action, "Principal"] {
        weaver.put_in(text, place);
    }
    weaver.open(Kind::Map, place);
    weaver.put_in(kind, place);
    weaver.put_in(principal, place);
    weaver.close(place);
    more(&mut weaver);
    weaver.close(place);
    close_policy(&mut weaver, place);
    weaver.finish()
}

/// Begins a policy up to its first statement.
pub(super) fn open_policy(weaver: &mut Weaver, place: Span) {
    weaver.open(Kind::Map, place);
    weaver.put_in("Version", place);
    weaver.put_in("2012-10-17", place);
    weaver.put_in("Statement", place);
    weaver.open(Kind::List, place);
}

/// Ends a policy behind its last statement.
pub(super) fn close_policy(weaver: &mut Weaver, place: Span) {
    weaver.close(place);
    weaver.close(place);
}
