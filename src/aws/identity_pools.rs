//! Identity pools with their providers, roles and session tags.

use std::collections::BTreeSet;

use aws_sdk_cognitoidentity::Client;
use aws_sdk_cognitoidentity::operation::describe_identity_pool::DescribeIdentityPoolOutput;
use aws_sdk_cognitoidentity::operation::get_identity_pool_roles::GetIdentityPoolRolesOutput;
use aws_sdk_cognitoidentity::operation::get_principal_tag_attribute_map::GetPrincipalTagAttributeMapOutput;
use aws_sdk_cognitoidentity::types::{AmbiguousRoleResolutionType, CognitoIdentityProvider, RoleMapping};
use serde_json::Value;

use super::call::{Call, CallError};
use super::names::{file_name, file_names};
use super::shape::{Shape, pairs, sorted, words};
use super::snapshot::{Halt, Snapshot};

/// As many as AWS gives at once.
const PAGE: i32 = 60;

/// Where what [`read`] reads lies.
pub(super) fn folder(region: &str) -> String {
    format!("cognito-identity/{region}/")
}

/// Reads the identity pools of a region.
pub(super) async fn read(client: &Client, region: &str, snapshot: &mut Snapshot) -> Result<(), Halt> {
    let mut pools = Vec::new();
    let mut pages = client.list_identity_pools().max_results(PAGE).into_paginator().send();
    let mut ending = Ok(());
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => pools.extend(page.identity_pools.into_iter().flatten().filter_map(|pool| pool.identity_pool_id)),
            Err(error) => ending = Err(CallError::from(error)),
        }
    }
    let folder = folder(region);
    snapshot.listed(&folder, &Call::regional("cognito-identity list-identity-pools", region), ending);
    pools.sort_unstable();
    for (index, pool) in pools.iter().enumerate() {
        snapshot.tell(&format!("identity pools of {region}: {} of {}", index + 1, pools.len()));
        let folder = format!("{folder}{}/", file_name(pool.split_once(':').map_or(pool, |(_, id)| id)));
        let call = |name| Call::regional(name, region).with("IdentityPoolId", pool.as_str());
        roles(client, pool, &folder, &call("cognito-identity get-identity-pool-roles"), snapshot).await?;
        let file = format!("{folder}identity-pool.json");
        let describe = call("cognito-identity describe-identity-pool");
        // which providers it has the answer alone tells, so it is not kept
        let answer = client.describe_identity_pool().identity_pool_id(pool).send().await.map_err(CallError::from);
        snapshot.take(&file, &describe, answer.as_ref().map(identity_pool).map_err(Clone::clone))?;
        match answer {
            Ok(answer) => tag_maps(client, pool, &folder, &providers(&answer), call, snapshot).await?,
            Err(error) => snapshot.listed(&format!("{folder}tags/"), &describe, Err(error)),
        }
    }
    Ok(())
}

async fn roles(client: &Client, pool: &str, folder: &str, call: &Call, snapshot: &mut Snapshot) -> Result<(), Halt> {
    let file = format!("{folder}roles.json");
    if snapshot.keep(&file, call) {
        return Ok(());
    }
    let answer = client.get_identity_pool_roles().identity_pool_id(pool).send().await;
    snapshot.take(&file, call, answer.map(|own| role_map(pool, &own)).map_err(CallError::from))
}

/// What session tags the pool makes of the tokens of each of its providers.
async fn tag_maps(
    client: &Client,
    pool: &str,
    folder: &str,
    providers: &[&str],
    call: impl Fn(&'static str) -> Call,
    snapshot: &mut Snapshot,
) -> Result<(), Halt> {
    for (provider, name) in providers.iter().zip(file_names(providers)) {
        let file = format!("{folder}tags/{name}.json");
        let call = call("cognito-identity get-principal-tag-attribute-map").with("IdentityProviderName", *provider);
        if snapshot.keep(&file, &call) {
            continue;
        }
        let asked = client.get_principal_tag_attribute_map().identity_pool_id(pool).identity_provider_name(*provider);
        match asked.send().await.map_err(CallError::from) {
            Err(error) if error.code.as_deref() == Some("ResourceNotFoundException") => snapshot.nothing(&file, &call),
            answer => snapshot.take(&file, &call, answer.map(|own| tag_map(pool, provider, &own)))?,
        }
    }
    Ok(())
}

/// The names of all providers of a pool, in order, each once: several app clients of one user pool are one provider.
fn providers(pool: &DescribeIdentityPoolOutput) -> Vec<&str> {
    let user_pools = pool.cognito_identity_providers().iter().filter_map(CognitoIdentityProvider::provider_name);
    let social = pool.supported_login_providers().into_iter().flat_map(|own| own.keys().map(String::as_str));
    let of_iam = pool.open_id_connect_provider_arns().iter().chain(pool.saml_provider_arns()).map(String::as_str);
    let all: BTreeSet<&str> = user_pools.chain(social).chain(of_iam).collect();
    all.into_iter().collect()
}

fn identity_pool(pool: &DescribeIdentityPoolOutput) -> Shape {
    let providers = sorted(pool.cognito_identity_providers(), CognitoIdentityProvider::client_id, |provider| {
        Shape::new()
            .maybe("ProviderName", provider.provider_name())
            .maybe("ClientId", provider.client_id())
            .maybe("ServerSideTokenCheck", provider.server_side_token_check())
    });
    // of Twitter the secret stands behind the key
    let social = pool.supported_login_providers().filter(|own| !own.is_empty()).map(|own| {
        let known: Vec<(String, String)> =
            own.iter().map(|(host, id)| (host.clone(), id.split(';').next().unwrap_or("").to_owned())).collect();
        pairs(known.iter().map(|(host, id)| (host, id)))
    });
    let list = |list: &[String]| (!list.is_empty()).then(|| words(list));
    Shape::new()
        .with("IdentityPoolId", pool.identity_pool_id())
        .with("IdentityPoolName", pool.identity_pool_name())
        .with("AllowUnauthenticatedIdentities", pool.allow_unauthenticated_identities())
        .maybe("AllowClassicFlow", pool.allow_classic_flow())
        .maybe("SupportedLoginProviders", social)
        .maybe("DeveloperProviderName", pool.developer_provider_name())
        .maybe("OpenIdConnectProviderARNs", list(pool.open_id_connect_provider_arns()))
        .with("CognitoIdentityProviders", providers)
        .maybe("SamlProviderARNs", list(pool.saml_provider_arns()))
        .maybe("IdentityPoolTags", pool.identity_pool_tags().filter(|own| !own.is_empty()).map(pairs))
}

/// Also where nothing was ever set, so that nobody has to guess it.
fn role_map(pool: &str, answer: &GetIdentityPoolRolesOutput) -> Shape {
    let mappings = answer.role_mappings().filter(|own| !own.is_empty()).map(|own| {
        let mut mappings: Vec<(&String, &RoleMapping)> = own.iter().collect();
        mappings.sort_by_key(|(provider, _)| *provider);
        mappings.into_iter().fold(Shape::new(), |shape, (provider, own)| shape.with(provider, mapping(own)))
    });
    Shape::new()
        .with("IdentityPoolId", pool)
        .with("Roles", answer.roles().map_or_else(|| Value::from(Shape::new()), pairs))
        .maybe("RoleMappings", mappings)
}

/// The rules stay in their order: the first that matches counts.
fn mapping(mapping: &RoleMapping) -> Shape {
    let rules = mapping.rules_configuration().map(|own| {
        let rule = own.rules().iter().map(|rule| {
            let shape = Shape::new().with("Claim", rule.claim()).with("MatchType", rule.match_type().as_str());
            Value::from(shape.with("Value", rule.value()).with("RoleARN", rule.role_arn()))
        });
        Shape::new().with("Rules", rule.collect::<Value>())
    });
    Shape::new()
        .with("Type", mapping.r#type().as_str())
        .maybe("AmbiguousRoleResolution", mapping.ambiguous_role_resolution().map(AmbiguousRoleResolutionType::as_str))
        .maybe("RulesConfiguration", rules)
}

fn tag_map(pool: &str, provider: &str, answer: &GetPrincipalTagAttributeMapOutput) -> Shape {
    Shape::new()
        .with("IdentityPoolId", pool)
        .with("IdentityProviderName", provider)
        .maybe("UseDefaults", answer.use_defaults())
        .maybe("PrincipalTags", answer.principal_tags().map(pairs))
}
