//! The role that an identity pool picks in the enhanced flow.
//!
//! Source: "Using role-based access control" of the Cognito developer guide, and `GetCredentialsForIdentity`. Ids in the
//! comments are those of `docs/semantics.md`.

use std::borrow::Cow;

use crate::arn::Arn;
use crate::finding::Label;
use crate::identity::{Ambiguous, Assertion, Claim, Claims, Mapping, MappingType, MatchRule, MatchType, RoleMap, Setting};
use crate::syntax::Text;

/// Whom the identity pool knows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known<'a> {
    Guest,
    Developer,
    /// A login of this provider, by the key of its role mapping.
    Provider(&'a str, &'a Claims),
    /// A login of the SAML provider of this ARN.
    Saml(&'a str, &'a Assertion),
}

/// What the identity pool answers.
#[derive(Debug)]
pub(super) struct Selection {
    pub(super) answer: Answer,
    /// Why, in one clause.
    pub(super) why: String,
    pub(super) places: Vec<Label>,
}

#[derive(Debug)]
pub(super) enum Answer {
    /// This role, by ARN.
    Role(String),
    Refused,
    /// AWS does not say.
    Unknown,
}

/// The role for one login. It is total: every input gives an answer.
pub(super) fn select(map: &RoleMap<'_>, known: Known<'_>, custom: Option<&str>) -> Selection {
    match (known, custom) {
        // select-guest-custom-role, select-developer-custom-role
        (Known::Guest | Known::Developer, Some(_)) => {
            unknown("AWS does not say what `CustomRoleArn` does without a login of a provider", Vec::new())
        }
        (Known::Guest, None) => default_role(map, Default::Guest, "guests get the pool's unauthenticated role"),
        (Known::Developer, None) => {
            default_role(map, Default::SignedIn, "developer-authenticated users always get the pool's authenticated role")
        }
        (Known::Provider(key, claims), custom) => {
            match map.mappings.iter().find(|mapping| mapping.provider.known() == Some(key)) {
                Some(mapping) => mapped(map, mapping, claims, custom),
                None => unmapped(map, key, custom),
            }
        }
        (Known::Saml(provider, assertion), custom) => by_assertion(map, provider, assertion, custom),
    }
}

/// The role of an identity with several logins: AWS does not say whose mapping counts, so it is the one on which all agree.
///
/// select-linked-logins
pub(super) fn agree(mut each: Vec<Selection>) -> Selection {
    let agreed = each.first().is_some_and(|first| each.iter().skip(1).all(|own| first.is_as(own)));
    match each.len() {
        0 | 1 => each.pop(),
        _ if agreed => Some(each.swap_remove(0)),
        _ => None,
    }
    .unwrap_or_else(|| {
        let places = each.into_iter().flat_map(|own| own.places).collect();
        unknown("the logins lead to different roles, and AWS does not say which counts", places)
    })
}

impl Selection {
    /// Whether the answers are known, and the same.
    fn is_as(&self, other: &Self) -> bool {
        match (&self.answer, &other.answer) {
            (Answer::Role(one), Answer::Role(other)) => one == other,
            (Answer::Refused, Answer::Refused) => true,
            _ => false,
        }
    }
}

#[derive(Clone, Copy)]
enum Default {
    Guest,
    SignedIn,
}

/// select-guest, select-guest-none, select-no-mapping, select-no-default
fn default_role(map: &RoleMap<'_>, which: Default, why: &str) -> Selection {
    let (role, name) = match which {
        Default::Guest => (&map.unauthenticated, "unauthenticated"),
        Default::SignedIn => (&map.authenticated, "authenticated"),
    };
    match role {
        Some(role) => picked(role, why.to_owned(), Vec::new()),
        None => refused(
            format!("the pool has no role for `{name}`: `InvalidIdentityPoolConfigurationException`"),
            vec![Label::new(map.mark, format!("no `Roles.{name}` here"))],
        ),
    }
}

fn unmapped(map: &RoleMap<'_>, key: &str, custom: Option<&str>) -> Selection {
    if let Some(open) = map.mappings.iter().find(|mapping| mapping.provider.known().is_none()) {
        let place = Label::new(open.provider.span(), "may be for this login");
        return unknown("the provider of a role mapping is filled in later", vec![place]);
    }
    if custom.is_some() {
        // select-no-mapping-custom-role
        return unknown("AWS does not say what `CustomRoleArn` does for a provider without a role mapping", Vec::new());
    }
    let other_client = key.rsplit_once(':').and_then(|(pool, _)| {
        map.mappings
            .iter()
            .find(|mapping| mapping.provider.known().and_then(|own| own.rsplit_once(':')).is_some_and(|own| own.0 == pool))
    });
    match other_client {
        // select-second-client
        Some(mapping) => {
            let mut selection = default_role(
                map,
                Default::SignedIn,
                "the role mapping is for another app client, so this login gets the pool's authenticated role whatever its groups",
            );
            selection.places.push(Label::new(mapping.provider.span(), "mapped is only this client"));
            selection
        }
        None => default_role(
            map,
            Default::SignedIn,
            "the provider has no role mapping, so signed-in users get the pool's authenticated role",
        ),
    }
}

/// A SAML login brings its roles, and its provider may have a mapping too: AWS does not say which of the two wins.
///
/// Source: "Setting up a SAML provider as an identity pool `IdP`".
fn by_assertion(map: &RoleMap<'_>, provider: &str, assertion: &Assertion, custom: Option<&str>) -> Selection {
    let pairs = match assertion.roles() {
        Ok(pairs) => pairs,
        Err(why) => return unknown(why, Vec::new()),
    };
    let mut roles: Vec<&str> = pairs.iter().filter(|pair| pair.provider == provider).map(|pair| &*pair.role).collect();
    roles.sort_unstable();
    roles.dedup();
    let mapping = map.mappings.iter().find(|mapping| mapping.provider.known() == Some(provider));
    let by_mapping = mapping.map(|mapping| mapped(map, mapping, &assertion.attributes, custom));
    match (roles.is_empty(), by_mapping) {
        // select-saml-none
        (true, Some(by_mapping)) => by_mapping,
        (true, None) => unmapped(map, provider, custom),
        (false, None) => of_roles(&roles, custom),
        // select-saml-mapping
        (false, Some(by_mapping)) => {
            let own = of_roles(&roles, custom);
            if own.is_as(&by_mapping) {
                return own;
            }
            let place = mapping.map(|mapping| Label::new(mapping.kind_span, "this mapping picks a role too"));
            unknown(
                "the assertion names roles and the provider has a role mapping, and AWS does not say which wins",
                place.into_iter().collect(),
            )
        }
    }
}

/// The role of those that an assertion names.
fn of_roles(roles: &[&str], custom: Option<&str>) -> Selection {
    let of_token =
        |role: &str, why: &str| Selection { answer: Answer::Role(role.to_owned()), why: why.to_owned(), places: Vec::new() };
    match (custom, roles) {
        (Some(custom), roles) => match roles.iter().find(|role| names(role, custom)) {
            // select-saml-several
            Some(role) => of_token(role, "`CustomRoleArn` names one of the assertion's roles"),
            // select-saml-custom-other
            None => refused(
                format!("`CustomRoleArn` names `{}`, which is not among the assertion's roles", short(custom)),
                Vec::new(),
            ),
        },
        // select-saml-one
        (None, [only]) => of_token(only, "it is the one role that the assertion names for this provider"),
        // select-saml-unnamed
        (None, _) => unknown(
            "the assertion names several roles, and AWS does not say which is taken without `CustomRoleArn` (`--custom-role`)",
            Vec::new(),
        ),
    }
}

fn mapped(map: &RoleMap<'_>, mapping: &Mapping<'_>, claims: &Claims, custom: Option<&str>) -> Selection {
    match &mapping.kind {
        MappingType::Token => by_token(map, mapping, claims, custom),
        MappingType::Rules(rules) => by_rules(map, mapping, rules, claims, custom),
        MappingType::Unknown => {
            unknown("the role mapping has no type that AWS knows", vec![Label::new(mapping.kind_span, "`Token` or `Rules`")])
        }
    }
}

fn by_token(map: &RoleMap<'_>, mapping: &Mapping<'_>, claims: &Claims, custom: Option<&str>) -> Selection {
    let here = |text: &str| vec![Label::new(mapping.kind_span, text)];
    let roles = roles_claim(claims);
    if let (Some(_), Some(Claim::Unknown(why))) = (custom, claims.get("cognito:roles")) {
        return unknown(why, here("only the token's roles may be chosen"));
    }
    if let Some(custom) = custom {
        // select-token-custom-role
        return match roles.iter().find(|role| names(role, custom)) {
            Some(role) => Selection {
                answer: Answer::Role(role.to_string()),
                why: "`CustomRoleArn` names one of the token's `cognito:roles`".to_owned(),
                places: here("the token's roles may be chosen"),
            },
            None => refused(
                format!("`CustomRoleArn` names `{}`, which is not among the token's `cognito:roles`", short(custom)),
                here("only the token's roles may be chosen"),
            ),
        };
    }
    match claims.get("cognito:preferred_role") {
        // select-token-preferred
        Some(Claim::Text(role)) if !role.is_empty() => Selection {
            answer: Answer::Role(role.clone()),
            why: format!("the token's `cognito:preferred_role` names it{}", others(&roles, role)),
            places: here("the role is taken from the token"),
        },
        Some(Claim::Unknown(why)) => unknown(why, here("the role is taken from the token")),
        _ => match roles.len() {
            // select-token-no-claims
            0 => ambiguous(map, mapping, "the token names no role: the user is in no group that has one"),
            // select-token-one-role
            1 => unknown(
                "the token has one of `cognito:roles` and no `cognito:preferred_role`, and AWS does not say what then holds",
                here("the role is taken from the token"),
            ),
            // select-token-ambiguous
            _ => {
                let why = "the token names several roles and prefers none, as when groups tie for the best precedence";
                let mut selection = ambiguous(map, mapping, why);
                let picked = if let Answer::Role(role) = &selection.answer { role.clone() } else { String::new() };
                selection.why.push_str(&others(&roles, &picked));
                selection
            }
        },
    }
}

/// select-precedence-no-boundary: precedence is a default; the user may ask for each role of the token.
fn others(roles: &[Cow<'_, str>], preferred: &str) -> String {
    let others: Vec<String> = roles.iter().filter(|role| *role != preferred).map(|role| format!("`{}`", short(role))).collect();
    if others.is_empty() {
        String::new()
    } else {
        format!("; by `CustomRoleArn` the user may ask for {} instead", others.join(" or "))
    }
}

fn by_rules(
    map: &RoleMap<'_>,
    mapping: &Mapping<'_>,
    rules: &[MatchRule<'_>],
    claims: &Claims,
    custom: Option<&str>,
) -> Selection {
    // select-rules-custom-role: any rule that matches may be chosen by its role
    let is_named = |role: &Text<'_>, custom| role.known().is_some_and(|role| names(role, custom));
    let wanted = |rule: &&MatchRule<'_>| custom.is_none_or(|custom| rule.role.as_ref().is_none_or(|role| is_named(role, custom)));
    for rule in rules.iter().filter(wanted) {
        let (Some(claim), Some(matching), Some(value), Some(role)) = (&rule.claim, rule.matching, &rule.value, &rule.role) else {
            // select-rules-incomplete
            return unknown("a rule lacks a part that the API asks for", vec![Label::new(rule.mark, lacks(rule))]);
        };
        match applies(claim, matching, value, claims) {
            Some(false) => {}
            None if let Some(Claim::Unknown(why)) = claim.known().and_then(|claim| claims.get(claim)) => {
                let why = format!("the rule on claim `{}` hangs on {why}", claim.shown());
                return unknown(&why, vec![Label::new(value.span(), "compared with this")]);
            }
            None => {
                return unknown(
                    "the rule compares a claim that is a list, or hangs on letter case, and AWS does not say how it is compared",
                    vec![Label::new(value.span(), "compared with this")],
                );
            }
            Some(true) => {
                let why = format!("the rule on claim `{}` matches", claim.shown());
                return picked(role, why, vec![Label::new(value.span(), "the first rule that matches")]);
            }
        }
    }
    match custom {
        // select-rules-custom-other
        Some(_) => {
            unknown("no matching rule has the role that `CustomRoleArn` names, and AWS does not say what then holds", Vec::new())
        }
        // select-rules-none
        None => ambiguous(map, mapping, &format!("no rule matches{}", compared(rules, claims))),
    }
}

/// What the token holds of the claims that rules compare, as the end of a clause.
fn compared(rules: &[MatchRule<'_>], claims: &Claims) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in rules.iter().filter_map(MatchRule::claim) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let held = names.iter().take(MOST_COMPARED).map(|name| match claims.get(name) {
        Some(claim) => format!("`{name}` is `{}`", claim.values().join("`, `")),
        None => format!("`{name}` is absent"),
    });
    let held: Vec<String> = held.collect();
    let more = if names.len() > MOST_COMPARED { " and so on" } else { "" };
    if held.is_empty() { String::new() } else { format!(" ({}{more})", held.join(", ")) }
}

/// Of so many claims it is told what the token holds.
const MOST_COMPARED: usize = 3;

/// select-ambiguous-default, select-ambiguous-deny, select-ambiguous-unset
fn ambiguous(map: &RoleMap<'_>, mapping: &Mapping<'_>, why: &str) -> Selection {
    match mapping.ambiguous {
        Some(Setting { value: Ambiguous::AuthenticatedRole, span }) => {
            let mut selection = default_role(map, Default::SignedIn, &format!("{why}, so it is the pool's authenticated role"));
            selection.places.push(Label::new(span, "decides where the token does not"));
            selection
        }
        Some(Setting { value: Ambiguous::Deny, span }) => refused(
            format!("{why}: \"The ambiguous role mapping rules for: {} denied this request.\"", mapping.provider.shown()),
            vec![Label::new(span, "refuses where the token does not decide")],
        ),
        None => unknown(
            "the mapping does not say what holds where it gives no single role",
            vec![Label::new(mapping.kind_span, "no `AmbiguousRoleResolution`")],
        ),
    }
}

/// Whether a rule matches; `None` where AWS does not say.
pub(super) fn applies(claim: &Text<'_>, matching: MatchType, value: &Text<'_>, claims: &Claims) -> Option<bool> {
    let wanted = value.known()?;
    let Some(claim) = claims.get(claim.known()?) else {
        // select-rules-absent, select-rules-absent-notequal
        return Some(false);
    };
    let got = match claim {
        // select-rules-array
        Claim::List(_) | Claim::Map(_) | Claim::Unknown(_) => return None,
        Claim::Null => return Some(false),
        claim => claim.values().into_iter().next().unwrap_or(Cow::Borrowed("")).into_owned(),
    };
    let compare = |got: &str, wanted: &str| match matching {
        MatchType::Equals => got == wanted,
        MatchType::Contains => got.contains(wanted),
        MatchType::StartsWith => got.starts_with(wanted),
        MatchType::NotEqual => got != wanted,
    };
    // select-rules-case
    let exact = compare(&got, wanted);
    (compare(&got.to_lowercase(), &wanted.to_lowercase()) == exact).then_some(exact)
}

/// What a rule lacks, for its place.
fn lacks(rule: &MatchRule<'_>) -> String {
    let parts = [
        ("no `Claim`", rule.claim.is_none()),
        ("no `MatchType` that exists", rule.matching.is_none()),
        ("no `Value`", rule.value.is_none()),
        ("no `RoleARN`", rule.role.is_none()),
    ];
    let missing: Vec<&str> = parts.iter().filter(|(_, missing)| *missing).map(|(part, _)| *part).collect();
    missing.join(", ")
}

/// A list, or as the guide has it a string with commas.
pub(super) fn roles_claim(claims: &Claims) -> Vec<Cow<'_, str>> {
    match claims.get("cognito:roles") {
        Some(Claim::Text(text)) => text.split(',').map(str::trim).filter(|role| !role.is_empty()).map(Cow::Borrowed).collect(),
        Some(claim) => claim.values(),
        None => Vec::new(),
    }
}

/// Whether an ARN is this role's, given by ARN or by name.
pub(super) fn names(arn: &str, role: &str) -> bool {
    arn == role || Arn::parse(arn).and_then(Arn::role_name) == Some(role)
}

/// A role's name where its ARN tells, else as given.
pub(super) fn short(role: &str) -> &str {
    Arn::parse(role).and_then(Arn::role_name).unwrap_or(role)
}

fn picked(role: &Text<'_>, why: String, mut places: Vec<Label>) -> Selection {
    let label = Label::new(role.span(), "this role");
    match role.known() {
        Some(arn) => {
            places.insert(0, label);
            Selection { answer: Answer::Role(arn.to_owned()), why, places }
        }
        None => unknown("the role's ARN is known only later", vec![label]),
    }
}

fn refused(why: String, places: Vec<Label>) -> Selection {
    Selection { answer: Answer::Refused, why, places }
}

fn unknown(why: &str, places: Vec<Label>) -> Selection {
    Selection { answer: Answer::Unknown, why: why.to_owned(), places }
}
