//! Rules that match more values than the one they are meant for.

use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::{MappingType, MatchRule, MatchType, Token};
use crate::lint::{Facts, Rule};
use crate::reach::client::{Picked, PoolClient, pool_clients, public_clients, short};
use crate::reach::control::{Control, control};
use crate::reach::loose::stranger;

pub(super) static RULE: Rule = Rule {
    name: "loose-mapping-rule",
    severity: Severity::Medium,
    page: include_str!("../../../rules/cognito/loose-mapping-rule.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    // of the users of any other provider it is not known who they are
    for client in pool_clients(facts.world()).iter().chain(&public_clients(facts.world())) {
        let Some(MappingType::Rules(rules)) = client.mapping.map(|mapping| &mapping.kind) else { continue };
        findings.extend(rules.iter().filter_map(|rule| of_rule(client, rule)));
    }
}

fn of_rule(client: &PoolClient<'_, '_>, rule: &MatchRule<'_>) -> Option<Finding> {
    let (claim, value) = (rule.claim()?, rule.value()?);
    if client.is_public && control(client, claim) == Control::Others {
        return None;
    }
    let given = short(rule.role()?);
    let part = match rule.matching? {
        MatchType::Contains => "contains",
        MatchType::StartsWith => "starts with",
        MatchType::NotEqual => {
            let other = stranger(rule)?;
            let token = passes(client, rule, claim, &other)?;
            let message = format!("every `{claim}` but `{value}` gets `{given}`, as `{other}` does");
            return Some(finding(client, rule, message, "all but this", &token, format!("a user with `{claim}` `{other}`")));
        }
        MatchType::Equals => return None,
    };
    if claim == "cognito:groups" {
        return of_groups(client, rule, value, given, part);
    }
    let other = stranger(rule)?;
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
    if client.is_public {
        finding.related.push(Label::new(client.provider.name.span(), "open to anybody with an account there"));
    }
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
            _ if client.is_public => "compare the whole value with `Equals`",
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
