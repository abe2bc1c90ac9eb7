//! A policy written anew, for edits of one that is not written in JSON: they are tried on this, and told in words.

use super::{Refused, Repair, of_policy};
use crate::policy::{self, Condition, Effect, Patterns, Policy, Principal, PrincipalKind, Principals, Statement, Version};
use crate::script::{Script, quoted};
use crate::simulate::near_misses;
use crate::source::Sources;
use crate::syntax::{Text, json};

/// The edits after which a policy takes the token, in words; nothing of one with elements that are known only later.
pub(super) fn told(refused: &Refused<'_, '_>) -> Vec<Repair> {
    let Some(text) = write(refused.policy) else { return Vec::new() };
    let mut sources = Sources::new();
    let id = sources.add("policy", text);
    let tree = json::read(id, sources.get(id).text());
    let policy = policy::read(tree.root(), refused.policy.kind);
    let Refused { role, token, flow, given, .. } = *refused;
    let near = near_misses(&policy, role, token, flow, given);
    let Some(script) = Script::of(&sources, &policy).filter(Script::is_read_again) else { return Vec::new() };
    let repairs = of_policy(&Refused { sources: &sources, policy: &policy, role, token, flow, given }, &near, &script);
    repairs.into_iter().map(|repair| in_words(&sources, repair)).collect()
}

fn in_words(sources: &Sources, repair: Repair) -> Repair {
    let edits = repair.edits.iter().map(|edit| match sources.slice(edit.span) {
        "" => format!("put in `{}`", edit.text.trim_start_matches([',', ' '])),
        old => format!("write `{}` for `{old}`", edit.text),
    });
    let words = format!("{}: {}", repair.words, edits.collect::<Vec<_>>().join(", "));
    Repair { words, edits: Vec::new(), ..repair }
}

fn write(policy: &Policy<'_>) -> Option<String> {
    let version = match policy.version {
        Version::V2008 => "2008-10-17",
        Version::V2012 => "2012-10-17",
    };
    let statements: Vec<String> = policy.statements.iter().map(statement).collect::<Option<_>>()?;
    let text = format!("{{\"Version\": \"{version}\", \"Statement\": [{}]}}", statements.join(", "));
    policy.later.is_none().then_some(text)
}

fn statement(own: &Statement<'_>) -> Option<String> {
    let (effect, _) = own.effect.filter(|_| own.open().is_none())?;
    let mut elements = vec![format!("\"Effect\": \"{}\"", if effect == Effect::Allow { "Allow" } else { "Deny" })];
    elements.extend(own.sid.as_ref().map(|sid| format!("\"Sid\": {}", string(sid))));
    if let Some(own) = &own.principals {
        elements.push(format!("\"{}Principal\": {}", not(own.negated), principals(own)?));
    }
    let lists = [("Action", &own.actions), ("Resource", &own.resources)];
    let lists = lists
        .iter()
        .filter_map(|(name, own)| own.as_ref().map(|own| format!("\"{}{name}\": {}", not(own.negated), patterns(own))));
    elements.extend(lists);
    elements.push(format!("\"Condition\": {{{}}}", conditions(&own.conditions)));
    Some(format!("{{{}}}", elements.join(", ")))
}

fn not(negated: bool) -> &'static str {
    if negated { "Not" } else { "" }
}

fn principals(own: &Principals<'_>) -> Option<String> {
    let key = |principal: &Principal<'_>| match principal.kind {
        PrincipalKind::Aws => Some("AWS"),
        PrincipalKind::Service => Some("Service"),
        PrincipalKind::Federated => Some("Federated"),
        PrincipalKind::CanonicalUser => Some("CanonicalUser"),
        PrincipalKind::Anyone | PrincipalKind::Later => None,
    };
    if let [Principal { kind: PrincipalKind::Anyone, .. }] = &*own.list {
        return Some("\"*\"".to_owned());
    }
    let mut groups: Vec<(&str, Vec<&Text<'_>>)> = Vec::new();
    for principal in &own.list {
        let key = key(principal)?;
        match groups.iter_mut().find(|(own, _)| *own == key) {
            Some((_, values)) => values.push(&principal.value),
            None => groups.push((key, vec![&principal.value])),
        }
    }
    let groups = groups.iter().map(|(key, values)| format!("\"{key}\": {}", list(values.iter().copied())));
    Some(format!("{{{}}}", groups.collect::<Vec<_>>().join(", ")))
}

fn patterns(own: &Patterns<'_>) -> String {
    list(own.list.iter().map(|pattern| &pattern.text))
}

/// Conditions by operator, as a policy holds them.
fn conditions(own: &[Condition<'_>]) -> String {
    let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
    for condition in own {
        let (operator, key) = (string(&condition.operator_text), string(&condition.key));
        let line = format!("{key}: {}", list(condition.values.iter().map(|value| &value.pattern.text)));
        match blocks.iter_mut().find(|(own, _)| *own == operator) {
            Some((_, lines)) => lines.push(line),
            None => blocks.push((operator, vec![line])),
        }
    }
    let blocks = blocks.iter().map(|(operator, lines)| format!("{operator}: {{{}}}", lines.join(", ")));
    blocks.collect::<Vec<_>>().join(", ")
}

/// One value by itself, several in a list.
fn list<'t, 's: 't>(values: impl Iterator<Item = &'t Text<'s>>) -> String {
    let values: Vec<String> = values.map(string).collect();
    if let [only] = values.as_slice() { only.clone() } else { format!("[{}]", values.join(", ")) }
}

fn string(text: &Text<'_>) -> String {
    quoted(&text.shown())
}
