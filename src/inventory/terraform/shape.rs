//! Resources of Terraform in the shapes of the API that they are made with.

use crate::source::Span;
use crate::syntax::{Kind, Literal, Node, Tree, Weaver};

/// An argument of a resource, what the API calls it, and what it is there.
pub(super) struct Field(&'static str, &'static str, Shape);

enum Shape {
    Same,
    /// Blocks, which are a list of objects.
    List(&'static [Field]),
    /// A block, which is an object.
    One(&'static [Field]),
}

use Shape::{List, One, Same};

pub(super) const GROUP: &[Field] = &[
    Field("name", "GroupName", Same),
    Field("user_pool_id", "UserPoolId", Same),
    Field("role_arn", "RoleArn", Same),
    Field("precedence", "Precedence", Same),
];

pub(super) const USER_POOL: &[Field] = &[
    Field(
        "admin_create_user_config",
        "AdminCreateUserConfig",
        One(&[Field("allow_admin_create_user_only", "AllowAdminCreateUserOnly", Same)]),
    ),
    Field(
        "user_attribute_update_settings",
        "UserAttributeUpdateSettings",
        One(&[Field("attributes_require_verification_before_update", "AttributesRequireVerificationBeforeUpdate", Same)]),
    ),
    Field(
        "lambda_config",
        "LambdaConfig",
        One(&[
            Field("pre_token_generation", "PreTokenGeneration", Same),
            Field("pre_token_generation_config", "PreTokenGenerationConfig", One(&[Field("lambda_arn", "LambdaArn", Same)])),
        ]),
    ),
];

pub(super) const CLIENT: &[Field] = &[
    Field("user_pool_id", "UserPoolId", Same),
    Field("name", "ClientName", Same),
    Field("write_attributes", "WriteAttributes", Same),
];

pub(super) const IDENTITY_POOL: &[Field] = &[
    Field("identity_pool_name", "IdentityPoolName", Same),
    Field("allow_unauthenticated_identities", "AllowUnauthenticatedIdentities", Same),
    Field("allow_classic_flow", "AllowClassicFlow", Same),
    Field(
        "cognito_identity_providers",
        "CognitoIdentityProviders",
        List(&[
            Field("client_id", "ClientId", Same),
            Field("provider_name", "ProviderName", Same),
            Field("server_side_token_check", "ServerSideTokenCheck", Same),
        ]),
    ),
    Field("supported_login_providers", "SupportedLoginProviders", Same),
    Field("openid_connect_provider_arns", "OpenIdConnectProviderARNs", Same),
    Field("saml_provider_arns", "SamlProviderARNs", Same),
    Field("developer_provider_name", "DeveloperProviderName", Same),
];

pub(super) const TAG_MAP: &[Field] = &[
    Field("identity_pool_id", "IdentityPoolId", Same),
    Field("identity_provider_name", "IdentityProviderName", Same),
    Field("use_defaults", "UseDefaults", Same),
    Field("principal_tags", "PrincipalTags", Same),
];

const MAPPING: &[Field] = &[
    Field("identity_provider", "IdentityProvider", Same),
    Field("type", "Type", Same),
    Field("ambiguous_role_resolution", "AmbiguousRoleResolution", Same),
];

const RULE: &[Field] = &[
    Field("claim", "Claim", Same),
    Field("match_type", "MatchType", Same),
    Field("value", "Value", Same),
    Field("role_arn", "RoleARN", Same),
];

/// The blocks of a name: in a state they are a list.
pub(super) fn blocks<'t, 's>(node: Node<'t, 's>, name: &str) -> Vec<Node<'t, 's>> {
    let values = node.entries().filter(|own| own.key.is(name)).flat_map(|own| own.value.items_or_self());
    values.filter(|own| own.kind() == Kind::Map).collect()
}

/// A resource as the API describes what it makes.
pub(super) fn shaped<'s>(node: Node<'_, 's>, fields: &[Field], is_plan: bool) -> Tree<'s> {
    let mut weaver = Weaver::new(node.mark().source);
    object(node, fields, is_plan, &mut weaver, &|_| {});
    weaver.finish()
}

/// The roles of an identity pool.
pub(super) fn role_map<'s>(node: Node<'_, 's>, is_plan: bool) -> Tree<'s> {
    let mut weaver = Weaver::new(node.mark().source);
    let fields = [Field("identity_pool_id", "IdentityPoolId", Same), Field("roles", "Roles", Same)];
    object(node, &fields, is_plan, &mut weaver, &|weaver| {
        let mappings = blocks(node, "role_mapping");
        let Some(first) = mappings.first() else { return };
        weaver.put_in("RoleMappings", first.mark());
        weaver.open(Kind::Map, first.mark());
        for mapping in &mappings {
            key(mapping.get("identity_provider"), mapping.mark(), weaver);
            object(*mapping, MAPPING, is_plan, weaver, &|weaver| {
                let rules = blocks(*mapping, "mapping_rule");
                let Some(first) = rules.first() else { return };
                weaver.put_in("RulesConfiguration", first.mark());
                weaver.open(Kind::Map, first.mark());
                weaver.put_in("Rules", first.mark());
                weaver.open(Kind::List, first.mark());
                for rule in &rules {
                    object(*rule, RULE, is_plan, weaver, &|_| {});
                }
                weaver.close(mapping.span());
                weaver.close(mapping.span());
            });
        }
        weaver.close(node.span());
    });
    weaver.finish()
}

/// A text as a key.
fn key(node: Option<Node<'_, '_>>, place: Span, weaver: &mut Weaver) {
    match node.and_then(Node::literal) {
        Some(literal) => weaver.string(&[literal], place),
        None => weaver.string(&[Literal::put_in(node.map_or("", Node::written), place)], place),
    }
}

fn object(node: Node<'_, '_>, fields: &[Field], is_plan: bool, weaver: &mut Weaver, more: &dyn Fn(&mut Weaver)) {
    weaver.open_as(node);
    for Field(name, own, shape) in fields {
        match shape {
            Same => {
                // in a state, what is not set is empty
                let is_set = |value: Node<'_, '_>| value.kind() != Kind::Null && !value.is("");
                let found = node.entries().find(|entry| entry.key.is(name) && is_set(entry.value));
                if let Some(entry) = found {
                    weaver.put_in(own, entry.key.span());
                    weaver.copy_all(entry.value);
                } else if is_plan && node.get(name).is_none() {
                    // what has no value has `null`, and what is not there is known only later
                    weaver.put_in(own, node.mark());
                    weaver.hole("${known after apply}", node.mark());
                }
            }
            List(fields) => {
                let all = blocks(node, name);
                if let Some(first) = all.first() {
                    weaver.put_in(own, first.mark());
                    weaver.open(Kind::List, first.mark());
                    for block in &all {
                        object(*block, fields, is_plan, weaver, &|_| {});
                    }
                    weaver.close(node.span());
                }
            }
            One(fields) => {
                if let Some(first) = blocks(node, name).first() {
                    weaver.put_in(own, first.mark());
                    object(*first, fields, is_plan, weaver, &|_| {});
                }
            }
        }
    }
    more(weaver);
    weaver.close(node.span());
}
