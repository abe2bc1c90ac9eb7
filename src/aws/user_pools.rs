//! User pools with their groups and app clients.

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::types::{
    AttributeDataType, DeletionProtectionType, ExplicitAuthFlowsType, GroupType, LambdaConfigType, OAuthFlowType,
    PreventUserExistenceErrorTypes, SchemaAttributeType, TimeUnitsType, UserPoolClientType, UserPoolMfaType, UserPoolTierType,
    UserPoolType,
};
use serde_json::Value;

use super::call::{Call, CallError};
use super::names::file_name;
use super::shape::{Shape, pairs, sorted, words};
use super::snapshot::{Halt, Snapshot};

/// As many as AWS gives at once.
const PAGE: i32 = 60;

/// Where what [`read`] reads lies.
pub(super) fn folder(region: &str) -> String {
    format!("cognito-idp/{region}/")
}

/// Reads the user pools of a region.
pub(super) async fn read(client: &Client, region: &str, snapshot: &mut Snapshot) -> Result<(), Halt> {
    let mut pools = Vec::new();
    let mut pages = client.list_user_pools().max_results(PAGE).into_paginator().send();
    let mut ending = Ok(());
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => pools.extend(page.user_pools.into_iter().flatten().filter_map(|pool| pool.id)),
            Err(error) => ending = Err(CallError::from(error)),
        }
    }
    let folder = folder(region);
    snapshot.listed(&folder, &Call::regional("cognito-idp list-user-pools", region), ending);
    pools.sort_unstable();
    for (index, pool) in pools.iter().enumerate() {
        snapshot.tell(&format!("user pools of {region}: {} of {}", index + 1, pools.len()));
        let call = |name| Call::regional(name, region).with("UserPoolId", pool.as_str());
        let folder = format!("{folder}{}/", file_name(pool));
        pool_itself(client, pool, &folder, &call("cognito-idp describe-user-pool"), snapshot).await?;
        groups(client, pool, &folder, &call("cognito-idp list-groups"), snapshot).await?;
        clients(client, pool, &folder, call, snapshot).await?;
    }
    Ok(())
}

async fn pool_itself(client: &Client, pool: &str, folder: &str, call: &Call, snapshot: &mut Snapshot) -> Result<(), Halt> {
    let file = format!("{folder}user-pool.json");
    if snapshot.keep(&file, call) {
        return Ok(());
    }
    let answer = client.describe_user_pool().user_pool_id(pool).send().await.map_err(CallError::from);
    let pool = answer.and_then(|own| own.user_pool().map(user_pool).ok_or_else(CallError::empty));
    snapshot.take(&file, call, pool.map(|own| Shape::new().with("UserPool", own)))
}

/// All groups in one file: which a user is in together is decided over all of them.
async fn groups(client: &Client, pool: &str, folder: &str, call: &Call, snapshot: &mut Snapshot) -> Result<(), Halt> {
    let file = format!("{folder}groups.json");
    if snapshot.keep(&file, call) {
        return Ok(());
    }
    let mut groups: Vec<GroupType> = Vec::new();
    let mut pages = client.list_groups().user_pool_id(pool).limit(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => groups.extend(page.groups.into_iter().flatten()),
            Err(error) => return snapshot.take(&file, call, Err(error.into())),
        }
    }
    snapshot.read(&file, call, Shape::new().with("Groups", sorted(&groups, GroupType::group_name, group)))
}

async fn clients(
    client: &Client,
    pool: &str,
    folder: &str,
    call: impl Fn(&'static str) -> Call,
    snapshot: &mut Snapshot,
) -> Result<(), Halt> {
    let folder = format!("{folder}clients/");
    let mut ids = Vec::new();
    let mut pages = client.list_user_pool_clients().user_pool_id(pool).max_results(PAGE).into_paginator().send();
    let mut ending = Ok(());
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => ids.extend(page.user_pool_clients.into_iter().flatten().filter_map(|own| own.client_id)),
            Err(error) => ending = Err(CallError::from(error)),
        }
    }
    snapshot.listed(&folder, &call("cognito-idp list-user-pool-clients"), ending);
    ids.sort_unstable();
    for id in ids {
        let file = format!("{folder}{}.json", file_name(&id));
        let call = call("cognito-idp describe-user-pool-client").with("ClientId", id.as_str());
        if !snapshot.keep(&file, &call) {
            let answer = client.describe_user_pool_client().user_pool_id(pool).client_id(&id).send().await;
            let own = answer
                .map_err(CallError::from)
                .and_then(|own| own.user_pool_client().map(app_client).ok_or_else(CallError::empty));
            snapshot.take(&file, &call, own.map(|own| Shape::new().with("UserPoolClient", own)))?;
        }
    }
    Ok(())
}

/// How users come in, what of them counts, and what changes their tokens. Messages to users and how those are sent are left out; with the
/// latter goes the external id of a role.
fn user_pool(pool: &UserPoolType) -> Shape {
    let config = pool
        .admin_create_user_config()
        .map(|config| Shape::new().with("AllowAdminCreateUserOnly", config.allow_admin_create_user_only()));
    let updates = pool.user_attribute_update_settings().map(|settings| {
        let verified = words(settings.attributes_require_verification_before_update());
        Shape::new().with("AttributesRequireVerificationBeforeUpdate", verified)
    });
    let recovery = pool.account_recovery_setting().map(|setting| {
        let mut ways: Vec<_> = setting.recovery_mechanisms().iter().collect();
        ways.sort_by_key(|way| way.priority());
        let ways = ways
            .into_iter()
            .map(|way| Value::from(Shape::new().with("Priority", way.priority()).with("Name", way.name().as_str())));
        Shape::new().with("RecoveryMechanisms", ways.collect::<Value>())
    });
    let password = pool.policies().and_then(|own| own.password_policy()).map(|own| {
        let shape = Shape::new()
            .maybe("MinimumLength", own.minimum_length())
            .with("RequireUppercase", own.require_uppercase())
            .with("RequireLowercase", own.require_lowercase())
            .with("RequireNumbers", own.require_numbers())
            .with("RequireSymbols", own.require_symbols())
            .maybe("PasswordHistorySize", own.password_history_size())
            .with("TemporaryPasswordValidityDays", own.temporary_password_validity_days());
        Shape::new().with("PasswordPolicy", shape)
    });
    Shape::new()
        .maybe("Id", pool.id())
        .maybe("Name", pool.name())
        .maybe("Arn", pool.arn())
        .maybe("Policies", password)
        .time("CreationDate", pool.creation_date())
        .maybe("DeletionProtection", pool.deletion_protection().map(DeletionProtectionType::as_str))
        .maybe("UserPoolTier", pool.user_pool_tier().map(UserPoolTierType::as_str))
        .maybe("LambdaConfig", pool.lambda_config().map(triggers))
        .with("SchemaAttributes", sorted(pool.schema_attributes(), SchemaAttributeType::name, attribute))
        .maybe("AutoVerifiedAttributes", pool.auto_verified_attributes.as_deref().map(words))
        .maybe("AliasAttributes", pool.alias_attributes.as_deref().map(words))
        .maybe("UsernameAttributes", pool.username_attributes.as_deref().map(words))
        .maybe(
            "UsernameConfiguration",
            pool.username_configuration().map(|own| Shape::new().with("CaseSensitive", own.case_sensitive())),
        )
        .maybe("UserAttributeUpdateSettings", updates)
        .maybe("MfaConfiguration", pool.mfa_configuration().map(UserPoolMfaType::as_str))
        .maybe("AdminCreateUserConfig", config)
        .maybe("AccountRecoverySetting", recovery)
        .maybe("Domain", pool.domain())
        .maybe("CustomDomain", pool.custom_domain())
        .maybe("UserPoolTags", pool.user_pool_tags().filter(|tags| !tags.is_empty()).map(pairs))
}

/// The ARNs of the functions; what they hold is not asked for.
fn triggers(config: &LambdaConfigType) -> Shape {
    let function = |version: &str, arn: &str| Shape::new().with("LambdaVersion", version).with("LambdaArn", arn);
    let pre_token = config.pre_token_generation_config();
    let federation = config.inbound_federation();
    Shape::new()
        .maybe("PreSignUp", config.pre_sign_up())
        .maybe("CustomMessage", config.custom_message())
        .maybe("PostConfirmation", config.post_confirmation())
        .maybe("PreAuthentication", config.pre_authentication())
        .maybe("PostAuthentication", config.post_authentication())
        .maybe("DefineAuthChallenge", config.define_auth_challenge())
        .maybe("CreateAuthChallenge", config.create_auth_challenge())
        .maybe("VerifyAuthChallengeResponse", config.verify_auth_challenge_response())
        .maybe("PreTokenGeneration", config.pre_token_generation())
        .maybe("UserMigration", config.user_migration())
        .maybe("PreTokenGenerationConfig", pre_token.map(|own| function(own.lambda_version().as_str(), own.lambda_arn())))
        .maybe("InboundFederation", federation.map(|own| function(own.lambda_version().as_str(), own.lambda_arn())))
}

fn attribute(attribute: &SchemaAttributeType) -> Shape {
    Shape::new()
        .maybe("Name", attribute.name())
        .maybe("AttributeDataType", attribute.attribute_data_type().map(AttributeDataType::as_str))
        .maybe("DeveloperOnlyAttribute", attribute.developer_only_attribute())
        .maybe("Mutable", attribute.mutable())
        .maybe("Required", attribute.required())
}

fn group(group: &GroupType) -> Shape {
    Shape::new()
        .maybe("GroupName", group.group_name())
        .maybe("UserPoolId", group.user_pool_id())
        .maybe("Description", group.description())
        .maybe("RoleArn", group.role_arn())
        .maybe("Precedence", group.precedence())
        .time("CreationDate", group.creation_date())
}

/// An app client, without its secret.
fn app_client(client: &UserPoolClientType) -> Shape {
    let flows: Vec<&str> = client.explicit_auth_flows().iter().map(ExplicitAuthFlowsType::as_str).collect();
    let units = client.token_validity_units().map(|own| {
        Shape::new()
            .maybe("AccessToken", own.access_token().map(TimeUnitsType::as_str))
            .maybe("IdToken", own.id_token().map(TimeUnitsType::as_str))
            .maybe("RefreshToken", own.refresh_token().map(TimeUnitsType::as_str))
    });
    let oauth: Vec<&str> = client.allowed_o_auth_flows().iter().map(OAuthFlowType::as_str).collect();
    Shape::new()
        .maybe("UserPoolId", client.user_pool_id())
        .maybe("ClientName", client.client_name())
        .maybe("ClientId", client.client_id())
        .time("CreationDate", client.creation_date())
        .with("RefreshTokenValidity", client.refresh_token_validity())
        .maybe("AccessTokenValidity", client.access_token_validity())
        .maybe("IdTokenValidity", client.id_token_validity())
        .maybe("TokenValidityUnits", units)
        .maybe("ReadAttributes", client.read_attributes.as_deref().map(words))
        .maybe("WriteAttributes", client.write_attributes.as_deref().map(words))
        .with("ExplicitAuthFlows", words(&flows))
        .with("SupportedIdentityProviders", words(client.supported_identity_providers()))
        .with("CallbackURLs", words(client.callback_urls()))
        .with("AllowedOAuthFlows", words(&oauth))
        .with("AllowedOAuthScopes", words(client.allowed_o_auth_scopes()))
        .maybe("AllowedOAuthFlowsUserPoolClient", client.allowed_o_auth_flows_user_pool_client())
        .maybe("PreventUserExistenceErrors", client.prevent_user_existence_errors().map(PreventUserExistenceErrorTypes::as_str))
        .maybe("EnableTokenRevocation", client.enable_token_revocation())
}
