//! What is given to commands of IAM by `--cli-input-json`, roles and policies cut out of lists, and answers that hold too little.

use super::super::reader::Reader;
use super::super::versions::Version;
use super::{every_item_has, items, text};
use crate::policy::{self, PolicyKind};
use crate::syntax::{Kind, Node};

impl<'s> Reader<'_, 's> {
    /// Takes in what a command of IAM is asked to do, or one item of what it prints.
    pub(super) fn request(&mut self, root: Node<'_, 's>) -> Option<&'static str> {
        let has = |key: &str| root.get(key).is_some();
        let (name, arn) = (text(root, "RoleName"), text(root, "PolicyArn"));
        match (name, arn) {
            (Some(_), None) if has("AssumeRolePolicyDocument") => {
                let is_item = has("Arn");
                self.role(root, !is_item);
                return Some(if is_item { "iam get-role" } else { "iam create-role" });
            }
            (Some(name), None) if has("PolicyDocument") => {
                let trust = self.document(root.get("PolicyDocument")?, PolicyKind::Trust)?;
                let sources = self.sources;
                self.join(name, None, |role| role.take_trust(trust, sources, true));
                return Some("iam update-assume-role-policy");
            }
            (Some(name), Some(arn)) => {
                self.join(name, None, |role| role.unread.push(arn));
                return Some("iam attach-role-policy");
            }
            (None, Some(arn)) if has("PolicyDocument") => {
                let policy = self.document(root.get("PolicyDocument")?, PolicyKind::Identity)?;
                self.inventory.add_managed(&arn, arn.clone(), policy);
                return Some("iam create-policy-version");
            }
            _ => {}
        }
        if has("Arn") && root.get("PolicyVersionList").is_some() {
            self.managed_policy(root);
            return Some("iam get-account-authorization-details");
        }
        if has("PolicyName") && has("PolicyDocument") {
            self.loose_where(root.get("PolicyDocument")?, text(root, "PolicyName"), |own| Some(kind_of(own)))?;
            return Some("iam create-policy");
        }
        if let (Some(content), Some(of_type)) = (root.get("Content"), root.get("Type")) {
            self.loose(content, of_organization(of_type)?, text(root, "Name"))?;
            return Some("organizations create-policy");
        }
        None
    }

    /// Takes in what is told of a managed policy beside its document, or the document beside nothing else.
    pub(super) fn half_of_policy(&mut self, root: Node<'_, 's>) -> Option<&'static str> {
        if let Some(document) = root.get("PolicyVersion").filter(|version| version.get("Document").is_some()) {
            // a managed policy can be a boundary as well
            let kind = self.inventory.kind.filter(|kind| *kind == PolicyKind::Boundary).unwrap_or(PolicyKind::Identity);
            let policy = self.document(document.get("Document")?, kind).filter(|policy| !policy.says_nothing())?;
            let version = Version::of(self.folder(root.mark()), document, ["VersionId", "CreateDate"]);
            self.inventory.add_version(version, policy);
            return Some("iam get-policy-version");
        }
        let policy = root.get("Policy").filter(|policy| policy.get("DefaultVersionId").is_some())?;
        let (arn, name) = (text(policy, "Arn")?, text(policy, "PolicyName")?);
        let version = Version::of(self.folder(root.mark()), policy, ["DefaultVersionId", "UpdateDate"]);
        self.inventory.add_head(version, arn, name);
        Some("iam get-policy")
    }
}

/// X-Ray is asked for policies of resources by the names that IAM has for managed ones.
fn kind_of(document: Node<'_, '_>) -> PolicyKind {
    let (kind, sure) = policy::kind_of(document);
    if sure { kind } else { PolicyKind::Identity }
}

/// The kind of a policy of AWS Organizations.
pub(super) fn of_organization(of_type: Node<'_, '_>) -> Option<PolicyKind> {
    match &*of_type.string()? {
        "SERVICE_CONTROL_POLICY" => Some(PolicyKind::Scp),
        "RESOURCE_CONTROL_POLICY" => Some(PolicyKind::Rcp),
        _ => None,
    }
}

/// What is known, and tells nothing that is looked at: why.
pub(super) fn too_little(root: Node<'_, '_>) -> Option<&'static str> {
    if root.get("policyArn").is_some() && root.get("policyDocument").is_some() {
        return Some("a policy of AWS IoT, which says what devices may do");
    }
    LISTS.iter().find(|(list, member, _)| is_list_of(root, list, member)).map(|own| own.2).or_else(|| {
        let names = root.get("PolicyNames")?;
        let all_names = names.kind() == Kind::List && names.items().all(|name| name.kind() == Kind::String);
        all_names.then_some("names of inline policies without what they say: `iam get-role-policy` tells that")
    })
}

/// A list, what every item of it has, and why it tells nothing.
const LISTS: &[(&str, &str, &str)] = &[
    (
        "AttachedPolicies",
        "PolicyArn",
        "policies that are attached, and not to what: `iam get-account-authorization-details` tells",
    ),
    ("PolicyRoles", "RoleName", "roles that have a policy, and not which: `iam get-account-authorization-details` tells"),
    (
        "Policies",
        "DefaultVersionId",
        "a list of policies without what they say: `iam get-account-authorization-details` tells that",
    ),
    ("Policies", "AwsManaged", "a list of policies without what they say: `organizations describe-policy` tells that"),
    ("Versions", "IsDefaultVersion", "versions of a policy without what they say: `iam get-policy-version` tells that"),
    ("Users", "UserName", "users without their policies: `iam get-account-authorization-details` tells these"),
    ("UserPoolClients", "ClientId", "app clients without their settings: `cognito-idp describe-user-pool-client` tells these"),
    ("UserPools", "Id", "user pools without their settings: `cognito-idp describe-user-pool` tells these"),
    (
        "IdentityPools",
        "IdentityPoolId",
        "identity pools without their settings: `cognito-identity describe-identity-pool` tells these",
    ),
];

fn is_list_of(root: Node<'_, '_>, list: &str, member: &str) -> bool {
    items(root, list).next().is_some() && root.get(list).is_some_and(|list| every_item_has(list, member))
}
