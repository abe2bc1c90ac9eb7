//! Roles, managed policies and identity providers.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_open_id_connect_provider::GetOpenIdConnectProviderOutput;
use aws_sdk_iam::operation::list_open_id_connect_providers::ListOpenIdConnectProvidersOutput;
use aws_sdk_iam::types::{
    AttachedPermissionsBoundary, AttachedPolicy, EntityType, ManagedPolicyDetail, PermissionsBoundaryAttachmentType,
    PolicyDetail, PolicyVersion, Role, RoleDetail, SamlProviderListEntry, Tag,
};
use serde_json::Value;

use super::call::{Call, CallError};
use super::names::{file_name, file_names};
use super::shape::{Shape, sorted, words};
use super::snapshot::{Halt, Snapshot};

const ROLES: &str = "iam/roles/";
const POLICIES: &str = "iam/policies/";
const AWS_POLICIES: &str = "iam/aws-policies/";
const OIDC: &str = "iam/open-id-connect-providers/";
const OIDC_LIST: &str = "iam/open-id-connect-providers.json";
const SAML_LIST: &str = "iam/saml-providers.json";

/// Where what [`roles`] reads lies.
pub(super) const OF_ROLES: [&str; 3] = [ROLES, POLICIES, AWS_POLICIES];
/// Where what [`providers`] reads lies.
pub(super) const OF_PROVIDERS: [&str; 3] = [OIDC, OIDC_LIST, SAML_LIST];

/// Reads the roles with their policies. One call tells nearly all, and another how long a session may last.
pub(super) async fn roles(client: &Client, snapshot: &mut Snapshot) -> Result<(), Halt> {
    let list = Call::global("iam list-roles");
    let filter = [EntityType::Role, EntityType::LocalManagedPolicy, EntityType::AwsManagedPolicy];
    let details = Call::global("iam get-account-authorization-details")
        .with("Filter", filter.iter().map(EntityType::as_str).collect::<Value>());
    if snapshot.keep_all(&OF_ROLES, &[(ROLES, &list), (ROLES, &details)]) {
        return Ok(());
    }
    let mut listed = BTreeMap::new();
    let mut pages = client.list_roles().into_paginator().send();
    let mut ending = Ok(());
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => listed.extend(page.roles.into_iter().map(|role| (role.arn.clone(), role))),
            Err(error) => ending = Err(CallError::from(error)),
        }
        snapshot.tell(&format!("roles: {} listed", listed.len()));
    }
    snapshot.listed(ROLES, &list, ending);

    let mut seen = BTreeSet::new();
    let mut wanted = BTreeSet::new();
    let mut of_aws = BTreeMap::new();
    let mut pages = client.get_account_authorization_details().set_filter(Some(filter.to_vec())).into_paginator().send();
    let mut ending = Ok(());
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                ending = Err(CallError::from(error));
                continue;
            }
        };
        for role in page.role_detail_list() {
            let (Some(name), Some(arn)) = (role.role_name(), role.arn()) else { continue };
            wanted.extend(policies_of(role).map(str::to_owned));
            let list = vec![Value::from(role_detail(role, listed.get(arn)))];
            let file = format!("{ROLES}{}.json", file_name(name));
            snapshot.read(&file, &details, Shape::new().with("RoleDetailList", list))?;
            seen.insert(arn.to_owned());
        }
        for policy in page.policies.into_iter().flatten() {
            let Some(arn) = policy.arn().map(str::to_owned) else { continue };
            if let Some(name) = name_at_aws(&arn) {
                // which of them a role has is known at the end only
                let file = format!("{AWS_POLICIES}{}.json", file_name(name));
                of_aws.insert(arn, (file, policy));
            } else {
                let name = policy.policy_name().or(arn.rsplit('/').next()).unwrap_or(&arn);
                let file = format!("{POLICIES}{}.json", file_name(name));
                snapshot.read(&file, &details, managed(&policy))?;
            }
        }
        snapshot.tell(&format!("roles: {} of {} with their policies", seen.len(), listed.len().max(seen.len())));
    }
    for (file, policy) in of_aws.into_iter().filter(|(arn, _)| wanted.contains(arn)).map(|(_, own)| own) {
        snapshot.read(&file, &details, managed(&policy))?;
    }
    let whole = ending.is_ok();
    snapshot.listed(ROLES, &details, ending);
    // of the others at least the trust policy is known
    for (_, role) in listed.iter().filter(|(arn, _)| !whole && !seen.contains(*arn)) {
        let roles = vec![Value::from(listed_role(role))];
        let file = format!("{ROLES}{}.json", file_name(role.role_name()));
        snapshot.read(&file, &list, Shape::new().with("Roles", roles))?;
    }
    Ok(())
}

/// Reads the identity providers.
pub(super) async fn providers(client: &Client, snapshot: &mut Snapshot) -> Result<(), Halt> {
    let call = Call::global("iam list-open-id-connect-providers");
    let answer = client.list_open_id_connect_providers().send().await.map_err(CallError::from);
    let mut list: Vec<&str> = answer
        .iter()
        .flat_map(ListOpenIdConnectProvidersOutput::open_id_connect_provider_list)
        .filter_map(|own| own.arn())
        .collect();
    list.sort_unstable();
    let entries = || list.iter().map(|arn| Value::from(Shape::new().with("Arn", *arn))).collect::<Value>();
    let shape = answer.as_ref().map(|_| Shape::new().with("OpenIDConnectProviderList", entries())).map_err(Clone::clone);
    snapshot.take(OIDC_LIST, &call, shape)?;
    let names: Vec<&str> = list.iter().map(|arn| arn.split_once("oidc-provider/").map_or(*arn, |(_, name)| name)).collect();
    for (arn, name) in list.iter().zip(file_names(&names)) {
        let file = format!("{OIDC}{name}.json");
        let call = Call::global("iam get-open-id-connect-provider").with("OpenIDConnectProviderArn", *arn);
        if !snapshot.keep(&file, &call) {
            snapshot.tell(&format!("identity provider {name}"));
            let answer = client.get_open_id_connect_provider().open_id_connect_provider_arn(*arn).send().await;
            snapshot.take(&file, &call, answer.map(|own| oidc_provider(&own)).map_err(CallError::from))?;
        }
    }
    let call = Call::global("iam list-saml-providers");
    if !snapshot.keep(SAML_LIST, &call) {
        let answer = client.list_saml_providers().send().await.map_err(CallError::from);
        snapshot.take(SAML_LIST, &call, answer.map(|own| saml_providers(own.saml_provider_list())))?;
    }
    Ok(())
}

/// The ARNs of the managed policies that a role has, its boundary among them.
fn policies_of(role: &RoleDetail) -> impl Iterator<Item = &str> {
    let attached = role.attached_managed_policies().iter().filter_map(|policy| policy.policy_arn());
    attached.chain(role.permissions_boundary().and_then(AttachedPermissionsBoundary::permissions_boundary_arn))
}

/// The name of a policy of AWS, with its path.
fn name_at_aws(arn: &str) -> Option<&str> {
    arn.split_once(":iam::aws:policy/").map(|(_, name)| name)
}

fn role_detail(role: &RoleDetail, listed: Option<&Role>) -> Shape {
    let inline = sorted(role.role_policy_list(), PolicyDetail::policy_name, |policy| {
        Shape::new().maybe("PolicyName", policy.policy_name()).document("PolicyDocument", policy.policy_document())
    });
    let attached = sorted(role.attached_managed_policies(), AttachedPolicy::policy_arn, |policy| {
        Shape::new().maybe("PolicyName", policy.policy_name()).maybe("PolicyArn", policy.policy_arn())
    });
    Shape::new()
        .maybe("Path", role.path())
        .maybe("RoleName", role.role_name())
        .maybe("RoleId", role.role_id())
        .maybe("Arn", role.arn())
        .time("CreateDate", role.create_date())
        // these two the call does not tell
        .maybe("Description", listed.and_then(Role::description))
        .maybe("MaxSessionDuration", listed.and_then(Role::max_session_duration))
        .document("AssumeRolePolicyDocument", role.assume_role_policy_document())
        .maybe("RolePolicyList", role.role_policy_list.is_some().then_some(inline))
        .maybe("AttachedManagedPolicies", role.attached_managed_policies.is_some().then_some(attached))
        .maybe("PermissionsBoundary", role.permissions_boundary().map(boundary))
        .with("Tags", tags(role.tags()))
}

fn listed_role(role: &Role) -> Shape {
    Shape::new()
        .with("Path", role.path())
        .with("RoleName", role.role_name())
        .with("RoleId", role.role_id())
        .with("Arn", role.arn())
        .time("CreateDate", Some(role.create_date()))
        .document("AssumeRolePolicyDocument", role.assume_role_policy_document())
        .maybe("Description", role.description())
        .maybe("MaxSessionDuration", role.max_session_duration())
}

fn boundary(boundary: &AttachedPermissionsBoundary) -> Shape {
    Shape::new()
        .maybe("PermissionsBoundaryType", boundary.permissions_boundary_type().map(PermissionsBoundaryAttachmentType::as_str))
        .maybe("PermissionsBoundaryArn", boundary.permissions_boundary_arn())
}

/// A managed policy with the version that counts, as a page of all of an account.
fn managed(policy: &ManagedPolicyDetail) -> Shape {
    let versions: Vec<&PolicyVersion> =
        policy.policy_version_list().iter().filter(|version| version.is_default_version()).collect();
    let versions = versions.into_iter().map(|version| {
        let shape = Shape::new().document("Document", version.document()).maybe("VersionId", version.version_id());
        Value::from(shape.with("IsDefaultVersion", true).time("CreateDate", version.create_date()))
    });
    let shape = Shape::new()
        .maybe("PolicyName", policy.policy_name())
        .maybe("PolicyId", policy.policy_id())
        .maybe("Arn", policy.arn())
        .maybe("Path", policy.path())
        .maybe("DefaultVersionId", policy.default_version_id())
        .maybe("Description", policy.description())
        .time("CreateDate", policy.create_date())
        .with("PolicyVersionList", versions.collect::<Value>());
    Shape::new().with("Policies", vec![Value::from(shape)])
}

fn saml_providers(list: &[SamlProviderListEntry]) -> Shape {
    let entry = |entry: &SamlProviderListEntry| {
        let shape = Shape::new().maybe("Arn", entry.arn()).time("ValidUntil", entry.valid_until());
        shape.time("CreateDate", entry.create_date())
    };
    Shape::new().with("SAMLProviderList", sorted(list, SamlProviderListEntry::arn, entry))
}

fn oidc_provider(provider: &GetOpenIdConnectProviderOutput) -> Shape {
    Shape::new()
        .maybe("Url", provider.url())
        .with("ClientIDList", words(provider.client_id_list()))
        .with("ThumbprintList", words(provider.thumbprint_list()))
        .time("CreateDate", provider.create_date())
        .with("Tags", tags(provider.tags()))
}

fn tags(tags: &[Tag]) -> Value {
    sorted(tags, |tag| Some(tag.key()), |tag| Shape::new().with("Key", tag.key()).with("Value", tag.value()))
}
