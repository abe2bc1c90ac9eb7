//! Policies of resources that a template names by what is known only once it was deployed.

use std::borrow::Cow;

use crate::pattern::Pattern;
use crate::policy::{Effect, Patterns, Policy, PolicyKind, Statement};
use crate::syntax::{Piece, Text};

/// The policy of a resource, with some name in the place of one that is not known: it is attached to its own resource, whatever that is called. Of
/// a Deny that names another one, which may be the same, all is denied.
pub(in crate::rules) fn on_own_resource<'p, 's>(policy: &'p Policy<'s>) -> Cow<'p, Policy<'s>> {
    let is_open = |statement: &Statement<'_>| open(statement).next().is_some();
    if policy.kind != PolicyKind::Resource || !policy.has_hole || !policy.statements.iter().any(is_open) {
        return Cow::Borrowed(policy);
    }
    let own: Vec<String> = policy.with_effect(Effect::Allow).flat_map(open).flat_map(|own| written(&own.text)).collect();
    let mut statements = policy.statements.to_vec();
    for statement in statements.iter_mut().filter(|statement| is_open(statement)) {
        let service = service_of(statement).to_owned();
        let denies = statement.effect.is_none_or(|(effect, _)| effect == Effect::Deny);
        let list = statement.resources.iter_mut().flat_map(|own| &mut own.list);
        for pattern in list.filter(|own| own.plain().is_none()) {
            let is_another = denies && !written(&pattern.text).all(|name| own.contains(&name));
            let text = if is_another { "*".to_owned() } else { named(&pattern.text, &service) };
            *pattern = Pattern::new(Text::made(text, pattern.text.span()), true);
        }
    }
    Cow::Owned(Policy { statements: statements.into(), ..policy.clone() })
}

/// The resources of a statement that are not known in full.
fn open<'p, 's>(statement: &'p Statement<'s>) -> impl Iterator<Item = &'p Pattern<'s>> {
    let listed = statement.resources.as_ref().filter(|own: &&Patterns<'_>| !own.negated);
    listed.into_iter().flat_map(|own| &own.list).filter(|own| own.text.known().is_none())
}

/// The holes of a text, as they are written.
fn written(text: &Text<'_>) -> impl Iterator<Item = String> {
    text.holes().map(|hole| hole.written.clone().into_owned()).collect::<Vec<_>>().into_iter()
}

/// A text with a name in the place of each hole; one that it begins with stands for an ARN.
fn named(text: &Text<'_>, service: &str) -> String {
    let mut named = String::new();
    for piece in text.pieces().iter() {
        match piece {
            Piece::Literal(literal) => named.push_str(&literal.value),
            Piece::Hole(_) if named.is_empty() && service == "s3" => named.push_str("arn:aws:s3:::example"),
            Piece::Hole(_) if named.is_empty() => named.extend(["arn:aws:", service, ":us-east-1:111122223333:example"]),
            Piece::Hole(_) if named == "arn:" => named.push_str("aws"),
            Piece::Hole(_) => named.push_str("example"),
        }
    }
    named
}

/// The service of the actions of a statement.
fn service_of<'p>(statement: &'p Statement<'_>) -> &'p str {
    let mut actions = statement.actions.iter().flat_map(|own| &own.list).filter_map(Pattern::plain);
    actions.find_map(|action| Some(action.split_once(':')?.0)).unwrap_or("s3")
}
