//! Makes a witness look like a request that somebody makes: actions that exist, on resources that they are for.

use super::asking::{Asking, Draft};
use super::words;
use crate::pattern::{Mode, Unit, matches};
use crate::policy::Statement;
use crate::reference::Action;

/// Actions of services that nearly everybody uses, one of each.
const USUAL: [&str; 10] = [
    "s3:GetObject",
    "ec2:RunInstances",
    "dynamodb:GetItem",
    "lambda:InvokeFunction",
    "sqs:SendMessage",
    "iam:CreateUser",
    "sts:AssumeRole",
    "kms:Decrypt",
    "logs:PutLogEvents",
    "cloudformation:CreateStack",
];

/// How many requests are tried.
const MOST: usize = 60;

/// A witness like this one, with an action that exists and a resource of a type that it takes, if there is one. Each is tried on the
/// evaluator.
pub(super) fn polish<'q, 's>(asking: &Asking<'_, 'q, 's>, draft: Draft, allowing: &'q Statement<'s>) -> Draft {
    let mut left = MOST;
    let mut takes = |draft: &Draft| {
        let more = left.checked_sub(1);
        left = more.unwrap_or(0);
        more.is_some() && asking.replay(draft).is_some_and(|(statement, _)| std::ptr::eq(statement, allowing))
    };
    let mut best = draft;
    if asking.question.among.action.is_none()
        && let Some(action) = real_action(asking, &best, &mut takes)
    {
        best.action = action;
    }
    if asking.question.among.resource.is_none() {
        let Some(action) = asking.reference.action(&best.action) else { return best };
        if is_for(action, &best.resource) {
            return best;
        }
        for resource in resources(action) {
            let other = Draft { resource, ..best.clone() };
            if takes(&other) {
                return other;
            }
        }
    }
    best
}

/// An action that exists: as the reference writes it where the one of the witness does, or else another that the statement names.
fn real_action(asking: &Asking<'_, '_, '_>, draft: &Draft, takes: &mut impl FnMut(&Draft) -> bool) -> Option<String> {
    let (prefix, _) = draft.action.split_once(':')?;
    let service = asking.reference.service(prefix);
    if let Some(action) = asking.reference.action(&draft.action) {
        return Some(format!("{}:{}", action.service.prefix(), action.name));
    }
    let Some(service) = service else {
        return USUAL.into_iter().map(str::to_owned).find(|name| takes(&Draft { action: name.clone(), ..draft.clone() }));
    };
    let names = service.actions().map(|action| format!("{}:{}", service.prefix(), action.name));
    names.take(MOST).find(|name| takes(&Draft { action: name.clone(), ..draft.clone() }))
}

/// Whether a resource is of a form that an action takes.
fn is_for(action: Action<'_>, resource: &str) -> bool {
    let service = action.service;
    let mut kinds = action.resources().filter_map(|own| own.kind(service));
    let of_form = |form: &str| matches(&[Unit::Wild(&filled(form, |_| "*"))], resource, Mode::Arn);
    kinds.any(|kind| kind.formats().any(of_form))
}

/// A resource for each form of each type that an action takes; `*` for one that takes none.
fn resources(action: Action<'_>) -> Vec<String> {
    let service = action.service;
    let kinds = action.resources().filter_map(|own| own.kind(service));
    let mut texts: Vec<String> =
        kinds.flat_map(|kind| kind.formats().map(|form| filled(form, words::of_placeholder)).collect::<Vec<_>>()).collect();
    if texts.is_empty() {
        texts.push("*".to_owned());
    }
    texts
}

/// A form with something for each of its `${…}`.
fn filled(form: &str, word: fn(&str) -> &'static str) -> String {
    let mut text = String::new();
    let mut rest = form;
    while let Some((before, behind)) = rest.split_once("${") {
        let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
        text.push_str(before);
        text.push_str(word(name));
        rest = after;
    }
    text + rest
}
