//! The output of AWS CLI commands, and what is given to them: one function a shape.

mod request;
mod resource;

use super::reader::{Reader, RoleParts, folder_of};
use super::{Form, Inventory, NamedPolicy};
use crate::arn::Arn;
use crate::finding::Fault;
use crate::identity::{
    Ambiguous, Attribute, Client, Group, IdentityPool, Mapping, MappingType, MatchRule, MatchType, OidcProvider, Provider,
    ProviderKind, ProviderList, RoleMap, Setting, TagMap, UserPool,
};
use crate::policy::PolicyKind;
use crate::source::{Sources, Span};
use crate::syntax::{Entry, Kind, Node, SyntaxFault, Text};

/// Takes in what the output of one command holds; `None` where it is of no known command.
pub(super) fn read<'s>(
    inventory: &mut Inventory<'s>,
    sources: &Sources,
    root: Node<'_, 's>,
    faults: &mut Vec<Fault<SyntaxFault>>,
) -> Option<Form> {
    let mut reader = Reader { inventory, sources, faults };
    reader.read(root).map(Form::AwsCli).or_else(|| request::too_little(root).map(Form::Nothing))
}

/// The command that lists all of an account.
pub(super) const ACCOUNT_DETAILS: &str = "iam get-account-authorization-details";

impl<'s> Reader<'_, 's> {
    fn read(&mut self, root: Node<'_, 's>) -> Option<&'static str> {
        let entries: Vec<_> = root.entries().filter_map(|entry| Some((entry.key.string()?, entry.value))).collect();
        let get = |key: &str| entries.iter().find(|(own, _)| own == key).map(|&(_, value)| value);
        let has = |key: &str| get(key).is_some();
        if has("RoleDetailList") {
            self.account_details(root);
            return Some(ACCOUNT_DETAILS);
        }
        // a page of the same that holds no roles
        let has_versions = |list: &Node<'_, '_>| every_item_has(*list, "PolicyVersionList") && every_item_has(*list, "Arn");
        if get("Policies").is_some_and(|list| list.items().next().is_some() && has_versions(&list)) {
            self.policies(root);
            return Some(ACCOUNT_DETAILS);
        }
        if let Some(role) = get("Role").filter(|role| role.get("AssumeRolePolicyDocument").is_some()) {
            self.role(role, true);
            return Some("iam get-role");
        }
        if let Some(roles) = get("Roles").filter(|roles| every_item_has(*roles, "AssumeRolePolicyDocument")) {
            roles.items().for_each(|role| self.role(role, false));
            return Some("iam list-roles");
        }
        if let Some(list) = get("OpenIDConnectProviderList").filter(|list| every_item_has(*list, "Arn")) {
            self.provider_list(ProviderKind::Oidc, list);
            return Some("iam list-open-id-connect-providers");
        }
        if let Some(list) = get("SAMLProviderList").filter(|list| every_item_has(*list, "Arn")) {
            self.provider_list(ProviderKind::Saml, list);
            return Some("iam list-saml-providers");
        }
        if has("Url") && (has("ClientIDList") || has("ThumbprintList")) {
            self.oidc_provider(root);
            return Some("iam get-open-id-connect-provider");
        }
        if has("RoleName") && has("PolicyName") && has("PolicyDocument") {
            let permissions = self.named_policy(root);
            self.join(text(root, "RoleName")?, None, |role| role.permissions.extend(permissions));
            return Some("iam get-role-policy");
        }
        if (has("UserName") || has("GroupName")) && has("PolicyName") && has("PolicyDocument") {
            let holder = text(root, "UserName").or_else(|| text(root, "GroupName"));
            self.loose(get("PolicyDocument")?, PolicyKind::Identity, name_of_inline(holder.as_ref(), root))?;
            return Some(if has("UserName") { "iam get-user-policy" } else { "iam get-group-policy" });
        }
        if let Some(command) = self.half_of_policy(root) {
            return Some(command);
        }
        if let Some(policy) = get("Policy").filter(|policy| policy.get("PolicySummary").is_some()) {
            let kind = request::of_organization(policy.get("PolicySummary")?.get("Type")?)?;
            self.loose(policy.get("Content")?, kind, text(policy.get("PolicySummary")?, "Name"))?;
            return Some("organizations describe-policy");
        }
        if let Some(endpoints) = get("VpcEndpoints").filter(|endpoints| every_item_has(*endpoints, "PolicyDocument")) {
            endpoints.items().filter_map(|endpoint| Some((endpoint, endpoint.get("PolicyDocument")?))).for_each(|own| {
                self.loose(own.1, PolicyKind::Endpoint, text(own.0, "VpcEndpointId"));
            });
            return Some("ec2 describe-vpc-endpoints");
        }
        if let Some(groups) = get("Groups").filter(|groups| every_item_has(*groups, "UserPoolId")) {
            groups.items().for_each(|group| self.group(group));
            return Some("cognito-idp list-groups");
        }
        if let Some(group) = get("Group").filter(|group| group.get("UserPoolId").is_some()) {
            self.group(group);
            return Some("cognito-idp get-group");
        }
        if let Some(pool) = get("UserPool") {
            self.user_pool(pool, text(pool, "Id")?);
            return Some("cognito-idp describe-user-pool");
        }
        if let Some(client) = get("UserPoolClient") {
            self.client(client, text(client, "ClientId")?);
            return Some("cognito-idp describe-user-pool-client");
        }
        if has("IdentityPoolId") && has("IdentityProviderName") {
            self.tag_map(root);
            return Some("cognito-identity get-principal-tag-attribute-map");
        }
        if has("IdentityPoolId") && (has("AllowUnauthenticatedIdentities") || has("IdentityPoolName")) {
            self.identity_pool(root, text(root, "IdentityPoolId")?);
            return Some("cognito-identity describe-identity-pool");
        }
        if has("IdentityPoolId") && (has("Roles") || has("RoleMappings")) {
            self.role_map(root);
            return Some("cognito-identity get-identity-pool-roles");
        }
        if let Some(profile) = get("InstanceProfile") {
            items(profile, "Roles").for_each(|role| self.role(role, false));
            return Some("iam get-instance-profile");
        }
        if let Some(profiles) = get("InstanceProfiles").filter(|list| every_item_has(*list, "Roles")) {
            profiles.items().flat_map(|profile| items(profile, "Roles")).for_each(|role| self.role(role, false));
            return Some("iam list-instance-profiles");
        }
        self.request(root).or_else(|| self.resource_policies(root))
    }

    /// A role, and whether no tags among what was printed means that it has none.
    fn role(&mut self, node: Node<'_, 's>, whole: bool) {
        let trust = node.get("AssumeRolePolicyDocument").and_then(|document| self.document(document, PolicyKind::Trust));
        let permissions: Vec<_> = items(node, "RolePolicyList").filter_map(|policy| self.named_policy(policy)).collect();
        let unread: Vec<_> = items(node, "AttachedManagedPolicies").filter_map(|policy| text(policy, "PolicyArn")).collect();
        let complete = node.get("RolePolicyList").is_some() && node.get("AttachedManagedPolicies").is_some();
        // printed as an object, and asked for by the ARN alone
        let boundary = node.get("PermissionsBoundary").and_then(|own| text(own, "PermissionsBoundaryArn").or_else(|| own.text()));
        let tags_known = whole || node.get("Tags").is_some();
        let tags = tags(node);
        let max_session = number(node, "MaxSessionDuration");
        let arn = text(node, "Arn");
        let Some(name) = text(node, "RoleName").or_else(|| name_in(arn.as_ref()?)) else { return };
        let tags = tags_known.then_some(tags);
        // what a command is asked for has none
        let is_source = arn.is_none();
        self.take_role(name, arn, RoleParts { trust, permissions, unread, complete, boundary, tags, max_session, is_source });
    }

    /// Roles with their attached policies, which lie in a list of their own.
    fn account_details(&mut self, root: Node<'_, 's>) {
        items(root, "RoleDetailList").for_each(|role| self.role(role, false));
        self.policies(root);
        for (list, policies, holder) in
            [("UserDetailList", "UserPolicyList", "UserName"), ("GroupDetailList", "GroupPolicyList", "GroupName")]
        {
            for holder in items(root, list).map(|own| (text(own, holder), own)) {
                for (policy, document) in
                    items(holder.1, policies).filter_map(|policy| Some((policy, policy.get("PolicyDocument")?)))
                {
                    self.loose(document, PolicyKind::Identity, name_of_inline(holder.0.as_ref(), policy));
                }
            }
        }
    }

    /// Managed policies, each with the version that counts.
    fn policies(&mut self, root: Node<'_, 's>) {
        items(root, "Policies").for_each(|node| self.managed_policy(node));
    }

    fn managed_policy(&mut self, node: Node<'_, 's>) {
        let (Some(arn), Some(version)) = (text(node, "Arn"), default_version(node)) else { return };
        let document = version.get("Document").and_then(|document| self.document(document, PolicyKind::Identity));
        if let Some(policy) = document {
            let name = text(node, "PolicyName").unwrap_or_else(|| arn.clone());
            self.inventory.add_managed(&arn, name, policy);
        }
    }

    fn named_policy(&mut self, node: Node<'_, 's>) -> Option<NamedPolicy<'s>> {
        let policy = self.document(node.get("PolicyDocument")?, PolicyKind::Identity)?;
        Some(NamedPolicy { name: text(node, "PolicyName")?, policy, inline: true })
    }

    pub(super) fn group(&mut self, node: Node<'_, 's>) {
        let (Some(name), Some(user_pool)) = (text(node, "GroupName"), text(node, "UserPoolId")) else { return };
        let (role, precedence) = (text(node, "RoleArn"), number(node, "Precedence"));
        let has_open_precedence = is_open(node, "Precedence", precedence.as_ref());
        self.inventory.groups.push(Group { name, user_pool, role, precedence, has_open_precedence, mark: node.mark() });
    }

    /// A user pool as the API or a template describes it.
    pub(super) fn user_pool(&mut self, node: Node<'_, 's>, id: Text<'s>) {
        let admin_only = node.get("AdminCreateUserConfig").and_then(|config| flag(config, "AllowAdminCreateUserOnly"));
        let attribute = |node| Some(Attribute { name: text(node, "Name")?, mutable: flag(node, "Mutable") });
        let updates = node.get("UserAttributeUpdateSettings").into_iter();
        let verified_first = updates.flat_map(|settings| items(settings, "AttributesRequireVerificationBeforeUpdate"));
        let triggers = node.get("LambdaConfig").into_iter();
        let pre_token = triggers.flat_map(Node::entries).find(|entry| {
            ["PreTokenGeneration", "PreTokenGenerationConfig"].iter().any(|name| entry.key.is(name)) && !is_nothing(entry.value)
        });
        self.inventory.user_pools.push(UserPool {
            id,
            admin_only,
            attributes: items(node, "SchemaAttributes").filter_map(attribute).collect(),
            verified_first: verified_first.filter_map(Node::text).collect(),
            pre_token: pre_token.map(|entry| entry.value.span()),
        });
    }

    /// A user pool as a template makes it, of which the name stands at `place`: where it does not say who may sign up, anybody may.
    ///
    /// <https://docs.aws.amazon.com/cli/latest/reference/cognito-idp/create-user-pool.html>
    pub(super) fn made_user_pool(&mut self, node: Node<'_, 's>, id: Text<'s>, place: Span) {
        self.user_pool(node, id);
        let config = node.get("AdminCreateUserConfig").filter(|own| !is_nothing(*own));
        let is_said = config.is_some_and(|own| {
            own.kind() != Kind::Map || own.get("AllowAdminCreateUserOnly").is_some_and(|value| !is_nothing(value))
        });
        if let Some(pool) = self.inventory.user_pools.last_mut().filter(|_| !is_said) {
            pool.admin_only = Some(Setting { value: false, span: place });
        }
    }

    /// An app client as the API or a template describes it.
    pub(super) fn client(&mut self, node: Node<'_, 's>, id: Text<'s>) {
        let Some(user_pool) = text(node, "UserPoolId") else { return };
        let write_attributes = node.get("WriteAttributes").map(|list| list.items().filter_map(Node::text).collect());
        self.inventory.clients.push(Client { id, user_pool, name: text(node, "ClientName"), write_attributes });
    }

    /// An identity pool as the API or a template describes it.
    pub(super) fn identity_pool(&mut self, node: Node<'_, 's>, id: Text<'s>) {
        let provider = |node| {
            let (name, client) = (text(node, "ProviderName")?, text(node, "ClientId")?);
            Some(Provider { name, client, server_side_check: flag(node, "ServerSideTokenCheck") })
        };
        let of_host = |entry: Entry<'_, 's>| {
            Some(Provider { name: entry.key.text()?, client: entry.value.text()?, server_side_check: None })
        };
        let social = node.get("SupportedLoginProviders").into_iter().flat_map(Node::entries);
        let texts = |key: &str| items(node, key).filter_map(Node::text).collect();
        let classic = flag(node, "AllowClassicFlow");
        let pool = IdentityPool {
            id,
            name: text(node, "IdentityPoolName"),
            guests: flag(node, "AllowUnauthenticatedIdentities"),
            has_open_classic: is_open(node, "AllowClassicFlow", classic.as_ref()),
            classic,
            providers: items(node, "CognitoIdentityProviders").filter_map(provider).collect(),
            social: social.filter_map(of_host).collect(),
            oidc: texts("OpenIdConnectProviderARNs"),
            saml: texts("SamlProviderARNs"),
            developer: text(node, "DeveloperProviderName"),
            mark: node.mark(),
        };
        self.inventory.identity_pools.push(pool);
    }

    pub(super) fn role_map(&mut self, node: Node<'_, 's>) {
        let Some(pool) = text(node, "IdentityPoolId") else { return };
        let default = |key: &str| node.get("Roles").and_then(|roles| text(roles, key));
        let mappings = node.get("RoleMappings").into_iter().flat_map(Node::entries).filter_map(|entry| {
            // the key in a template is any, where the provider is told beside it
            let provider = text(entry.value, "IdentityProvider").or_else(|| entry.key.text())?;
            Some(mapping(provider, entry.value))
        });
        let map = RoleMap {
            pool,
            authenticated: default("authenticated"),
            unauthenticated: default("unauthenticated"),
            mappings: mappings.collect(),
            mark: node.mark(),
        };
        self.inventory.role_maps.push(map);
    }

    pub(super) fn tag_map(&mut self, node: Node<'_, 's>) {
        let (Some(pool), Some(provider)) = (text(node, "IdentityPoolId"), text(node, "IdentityProviderName")) else { return };
        let tags = node.get("PrincipalTags").into_iter().flat_map(Node::entries);
        let tags = tags.filter_map(|entry| Some((entry.key.text()?, entry.value.text()?))).collect();
        self.inventory.tag_maps.push(TagMap { pool, provider, defaults: flag(node, "UseDefaults"), tags, mark: node.mark() });
    }

    fn oidc_provider(&mut self, node: Node<'_, 's>) {
        let Some(url) = text(node, "Url") else { return };
        let clients = items(node, "ClientIDList").filter_map(Node::text).collect();
        self.inventory.oidc_providers.push(OidcProvider { arn: None, url, clients, mark: node.mark() });
        self.inventory.name_providers(self.sources);
    }

    fn provider_list(&mut self, kind: ProviderKind, list: Node<'_, 's>) {
        let arns = list.items().filter_map(|provider| text(provider, "Arn")).collect();
        self.inventory.provider_lists.push(ProviderList { kind, arns, mark: list.mark() });
        self.inventory.name_providers(self.sources);
    }
}

impl<'s> Inventory<'s> {
    /// Gives the providers their ARNs, which only a snapshot and lists tell. Where those of several accounts name the issuer, it is the list
    /// in the provider's own snapshot or folder.
    pub(super) fn name_providers(&mut self, sources: &Sources) {
        let arns = self.oidc_providers.iter().map(|provider| self.arn_of_provider(provider, sources)).collect::<Vec<_>>();
        for (provider, arn) in self.oidc_providers.iter_mut().zip(arns) {
            provider.arn = arn;
        }
    }

    fn arn_of_provider(&self, provider: &OidcProvider<'s>, sources: &Sources) -> Option<Text<'s>> {
        let host = provider.host();
        let lists = || self.provider_lists.iter();
        if let Some((snapshot, file)) = self.file_of(provider.mark.source) {
            let beside = lists().filter(|list| self.file_of(list.mark.source).is_some_and(|own| own.0.source == snapshot.source));
            return file.argument("OpenIDConnectProviderArn").cloned().or_else(|| arn_in(beside, host));
        }
        let folder = folder_of(sources, provider.mark);
        let near = lists().filter(|list| folder_of(sources, list.mark) == folder);
        arn_in(near, host).or_else(|| arn_in(lists(), host))
    }
}

/// The ARN that lists have for an issuer, as long as it is one.
fn arn_in<'l, 's: 'l>(lists: impl Iterator<Item = &'l ProviderList<'s>>, host: Option<&str>) -> Option<Text<'s>> {
    let is_own = |arn: &&Text<'_>| {
        arn.known().and_then(ProviderKind::of).is_some_and(|own| (own.0, Some(own.1)) == (ProviderKind::Oidc, host))
    };
    let mut own = lists.flat_map(|list| &list.arns).filter(is_own);
    let first = own.next()?;
    own.all(|other| other.known() == first.known()).then(|| first.clone())
}

fn mapping<'s>(provider: Text<'s>, node: Node<'_, 's>) -> Mapping<'s> {
    let kind = node.get("Type");
    let rules = || node.get("RulesConfiguration").into_iter().flat_map(|config| items(config, "Rules")).map(match_rule).collect();
    let ambiguous = node.get("AmbiguousRoleResolution").and_then(|value| {
        let setting = |ambiguous| Some(Setting { value: ambiguous, span: value.span() });
        match value.string()?.as_ref() {
            "AuthenticatedRole" => setting(Ambiguous::AuthenticatedRole),
            "Deny" => setting(Ambiguous::Deny),
            _ => None,
        }
    });
    Mapping {
        provider,
        kind: match kind {
            Some(kind) if kind.is("Token") => MappingType::Token,
            Some(kind) if kind.is("Rules") => MappingType::Rules(rules()),
            _ => MappingType::Unknown,
        },
        kind_span: kind.map_or(node.mark(), Node::span),
        ambiguous,
    }
}

fn match_rule<'s>(node: Node<'_, 's>) -> MatchRule<'s> {
    let matching = node.get("MatchType").and_then(Node::string);
    MatchRule {
        claim: text(node, "Claim"),
        matching: match matching.as_deref() {
            Some("Equals") => Some(MatchType::Equals),
            Some("Contains") => Some(MatchType::Contains),
            Some("StartsWith") => Some(MatchType::StartsWith),
            Some("NotEqual") => Some(MatchType::NotEqual),
            _ => None,
        },
        value: text(node, "Value"),
        role: text(node, "RoleARN"),
        mark: node.mark(),
    }
}

fn default_version<'t, 's>(policy: Node<'t, 's>) -> Option<Node<'t, 's>> {
    let is_default = |version: &Node<'t, 's>| version.get("IsDefaultVersion").is_some_and(|flag| flag.kind() == Kind::Bool(true));
    items(policy, "PolicyVersionList").find(is_default)
}

/// The tags of something: keys and values.
pub(super) fn tags<'s>(node: Node<'_, 's>) -> Vec<(Text<'s>, Text<'s>)> {
    items(node, "Tags").filter_map(|tag| Some((text(tag, "Key")?, text(tag, "Value")?))).collect()
}

pub(super) fn text<'s>(node: Node<'_, 's>, key: &str) -> Option<Text<'s>> {
    node.get(key).filter(|value| matches!(value.kind(), Kind::String | Kind::Hole)).and_then(Node::text)
}

pub(super) fn number(node: Node<'_, '_>, key: &str) -> Option<Setting<u32>> {
    let value = node.get(key)?;
    let digits = value.string().unwrap_or(value.written().into());
    Some(Setting { value: digits.parse().ok()?, span: value.span() })
}

pub(super) fn flag(node: Node<'_, '_>, key: &str) -> Option<Setting<bool>> {
    let value = node.get(key)?;
    match value.kind() {
        Kind::Bool(flag) => Some(Setting { value: flag, span: value.span() }),
        // as templates write them
        _ => match &*value.string()? {
            "true" => Some(Setting { value: true, span: value.span() }),
            "false" => Some(Setting { value: false, span: value.span() }),
            _ => None,
        },
    }
}

/// Whether a setting is there whose value is not known.
fn is_open<T>(node: Node<'_, '_>, key: &str, read: Option<&T>) -> bool {
    read.is_none() && node.get(key).is_some_and(|value| !is_nothing(value))
}

pub(super) fn items<'t, 's>(node: Node<'t, 's>, key: &str) -> impl Iterator<Item = Node<'t, 's>> + use<'t, 's> {
    node.get(key).into_iter().flat_map(Node::items)
}

/// Whether a value stands for none: `null`, or an empty string.
pub(super) fn is_nothing(value: Node<'_, '_>) -> bool {
    value.kind() == Kind::Null || value.is("")
}

fn every_item_has(list: Node<'_, '_>, key: &str) -> bool {
    list.kind() == Kind::List && list.items().all(|item| item.get(key).is_some())
}

/// Names of inline policies are unique for one user or group only.
fn name_of_inline<'s>(holder: Option<&Text<'s>>, policy: Node<'_, 's>) -> Option<Text<'s>> {
    let name = text(policy, "PolicyName")?;
    Some(Text::made(format!("{}/{}", holder?.shown(), name.shown()), name.span()))
}

fn name_in<'s>(arn: &Text<'s>) -> Option<Text<'s>> {
    Some(Text::made(Arn::parse(arn.known()?)?.role_name()?.to_owned(), arn.span()))
}
