//! Rules that match more values than the one they are meant for.

use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::{MappingType, MatchRule, MatchType, Token};
use crate::lint::{Facts, Rule};
use crate::reach::client::{Picked, PoolClient, pool_clients, short};
use crate::reach::control::{Control, control};

pub(super) static RULE: Rule = Rule {
    name: "loose-mapping-rule",
    severity: Severity::Medium,
    page: include_str!("../../../rules/cognito/loose-mapping-rule.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for client in &pool_clients(facts.world()) {
        let Some(MappingType::Rules(rules)) = client.mapping.map(|mapping| &mapping.kind) else { continue };
        findings.extend(rules.iter().filter_map(|rule| of_rule(client, rule)));
    }
}

fn of_rule(client: &PoolClient<'_, '_>, rule: &MatchRule<'_>) -> Option<Finding> {
    let (claim, value) = (rule.claim()?, rule.value()?);
    let given = short(rule.role()?);
    let part = match rule.matching? {
        MatchType::Contains => "contains",
        MatchType::StartsWith => "starts with",
        MatchType::NotEqual => {
            let other = if is_address(claim, value) { "mallory@attacker.example".to_owned() } else { rule.sample()? };
            let token = passes(client, rule, claim, &other)?;
            let message = format!("every `{claim}` but `{value}` gets `{given}`, as `{other}` does");
            return Some(finding(client, rule, message, "all but this", &token, format!("a user with `{claim}` `{other}`")));
        }
        MatchType::Equals => return None,
    };
    if claim == "cognito:groups" {
        return of_groups(client, rule, value, given, part);
    }
    let other = stranger(claim, value, rule.matching?)?;
    let token = passes(client, rule, claim, &other)?;
    let message = format!("`{other}` {part} `{value}` too, and gets `{given}`");
    Some(finding(client, rule, message, "matches other addresses too", &token, format!("a user with `{claim}` `{other}`")))
}

/// How a rule compares a list is not documented; a group whose name is close enough shows that it matters.
fn of_groups(client: &PoolClient<'_, '_>, rule: &MatchRule<'_>, value: &str, given: &str, part: &str) -> Option<Finding> {
    let groups = client.groups();
    let mut others = groups.iter().filter_map(|group| Some((group, group.name.known()?))).filter(|(_, name)| match part {
        "contains" => name.contains(value) && *name != value,
        _ => name.starts_with(value) && *name != value,
    });
    let (group, name) =
        others.find(|(group, _)| client.ask(&client.token(&[**group])) == Picked::Unknown(Some(rule.value_span())))?;
    let message = format!(
        "the group `{name}` {part} `{value}` too, so its members may get `{given}`: how a list is compared is not documented"
    );
    let token = client.token(&[*group]);
    let mut finding =
        finding(client, rule, message, "part of more than one group's name", &token, format!("a member of `{name}`"));
    finding.related.push(Label::new(group.name.span(), "this name fits too"));
    finding.help = Some("give the groups their roles and map with type `Token`".to_owned());
    Some(finding)
}

fn finding(
    client: &PoolClient<'_, '_>,
    rule: &MatchRule<'_>,
    message: String,
    label: &str,
    token: &Token,
    who: String,
) -> Finding {
    let mut finding = RULE.finding(message, rule.value_span(), label);
    finding.related.push(Label::new(rule.role_span(), "the role that it gives"));
    finding.related.extend(client.open_sign_up());
    let claim = rule.claim().unwrap_or_default();
    if client.is_admin_only() && control(client, claim) == Control::Others {
        // only an administrator could write such a value
        finding.severity = Severity::Low;
    }
    finding.help = Some(
        match rule.matching {
            Some(MatchType::NotEqual) => {
                "name each value that gets the role in a rule of type `Equals`, and leave the rest to `AmbiguousRoleResolution`"
            }
            _ => "compare the whole value with `Equals`, or put the users into a group and map with type `Token`",
        }
        .to_owned(),
    );
    finding.witness = Some(Witness { who, claims: token.claims.to_json() });
    finding
}

/// The token with this claim, where the rule gives it a role that not everybody gets.
fn passes(client: &PoolClient<'_, '_>, rule: &MatchRule<'_>, claim: &str, value: &str) -> Option<Token> {
    let token = client.token_with(claim, value);
    let picked = client.ask(&token);
    let gives = matches!(&picked, Picked::Role(arn) if rule.role() == Some(&**arn));
    (gives && picked != client.ask(&client.token(&[]))).then_some(token)
}

/// An address or a domain of somebody else that a rule for `value` matches; `None` where the rule is about neither.
fn stranger(claim: &str, value: &str, matching: MatchType) -> Option<String> {
    if !is_address(claim, value) && !is_domain(claim, value) {
        return None;
    }
    let end = match value.chars().last() {
        Some('@' | '.') => "attacker.example",
        _ => ".attacker.example",
    };
    let at_start = matching == MatchType::StartsWith;
    Some(match value.find('@') {
        // no address starts so
        Some(0) if at_start => return None,
        Some(0) => format!("mallory{value}{end}"),
        Some(_) => format!("{value}{end}"),
        None if !is_address(claim, value) => format!("{value}{end}"),
        None if at_start => format!("{value}@attacker.example"),
        None if value.starts_with('.') => format!("mallory@mail{value}{end}"),
        None => format!("mallory@{value}{end}"),
    })
}

fn is_address(claim: &str, value: &str) -> bool {
    value.contains('@') || ["mail", "upn"].iter().any(|name| claim.ends_with(name))
}

/// A name with a point in it and nothing that no domain has.
fn is_domain(claim: &str, value: &str) -> bool {
    let of_domain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    claim == "hd" || claim.ends_with("domain") || (value.contains('.') && value.chars().all(of_domain))
}
