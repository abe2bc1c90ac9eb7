//! What to say of a fault in the grammar of a policy.

use super::{
    CONDITION_SHAPE, DUPLICATE_KEY, EMPTY_STATEMENT, EXCLUSIVE_ELEMENTS, INVALID_JSON, MISSING_ACTION, MISSING_EFFECT,
    MISSING_PRINCIPAL, MISSING_RESOURCE, MISSING_STATEMENT, MISSING_VERSION, NOT_PRINCIPAL_IN_TRUST_POLICY, NULL_IF_EXISTS,
    OPERATOR_CASE, PRINCIPAL_NOT_ALLOWED, PRINCIPAL_SHAPE, RESOURCE_IN_TRUST_POLICY, STAR_PRINCIPAL_IN_TRUST_POLICY,
    UNKNOWN_EFFECT, UNKNOWN_ELEMENT, UNKNOWN_OPERATOR, UNKNOWN_PRINCIPAL_KEY, UNKNOWN_VERSION, UNREADABLE_VALUE, WRONG_TYPE,
};
use crate::finding::Fault;
use crate::lint::Rule;
use crate::policy::{Policy, PolicyFault as F, PolicyKind, Statement};
use crate::source::{Sources, Span};

/// A finding but for its places.
pub(super) struct Words {
    pub(super) rule: &'static Rule,
    pub(super) message: String,
    pub(super) label: String,
    /// What to say at the related place; empty to leave that out.
    pub(super) related: String,
    /// The related place, where the fault has none.
    pub(super) place: Option<Span>,
    pub(super) help: String,
}

impl Words {
    pub(super) fn new(
        rule: &'static Rule,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { rule, message: message.into(), label: label.into(), related: String::new(), place: None, help: help.into() }
    }

    pub(super) fn related(self, text: impl Into<String>) -> Self {
        Self { related: text.into(), ..self }
    }

    fn beside(self, place: Span, text: impl Into<String>) -> Self {
        Self { place: Some(place), ..self.related(text) }
    }
}

pub(super) fn words(fault: &Fault<F>, policy: &Policy<'_>, sources: &Sources) -> Words {
    let text = sources.slice(fault.span);
    let own = quoted(text);
    let related = fault.related.map(|span| sources.slice(span));
    match fault.kind {
        F::NotJson => {
            let help = "mend the JSON first; AWS refuses the policy as it is";
            Words::new(&INVALID_JSON, "the policy is not JSON", "not JSON here", help)
        }
        F::WrongType(expected) => wrong_type(expected, related),
        F::UnknownElement(nearest) => unknown_element("a policy", nearest, text),
        F::UnknownStatementElement(nearest) => unknown_element("a statement", nearest, text),
        F::MissingStatement => missing_statement(policy),
        F::EmptyStatement => {
            let help = "say in it what is allowed or denied, or remove it; AWS refuses an empty one";
            Words::new(&EMPTY_STATEMENT, empty_message(fault, policy), "nothing in here", help)
        }
        F::MissingVersion => {
            let help = "add `\"Version\": \"2012-10-17\"`; without it `${…}` is plain text, not a variable";
            Words::new(&MISSING_VERSION, "the policy has no `Version`", "the rules of 2008-10-17 hold", help)
        }
        F::UnknownVersion => unknown_version(&own),
        F::UnknownEffect(nearest) => {
            let help = "write `Allow` or `Deny`, in this letter case";
            Words::new(&UNKNOWN_EFFECT, format!("no effect {own}"), did_you_mean(nearest), help)
        }
        F::MissingEffect | F::MissingAction | F::MissingResource | F::MissingPrincipal => missing(fault, policy),
        F::ExclusiveElements => {
            let message = format!("{own} beside {} in one statement", quoted(related.unwrap_or_default()));
            let help = "keep one of them, or make two statements";
            Words::new(&EXCLUSIVE_ELEMENTS, message, "one excludes the other", help).related("the other")
        }
        F::PrincipalNotAllowed => principal_not_allowed(&own, policy.kind),
        F::ResourceInTrust => {
            let help = "remove it; a trust policy speaks of the one role that it belongs to";
            Words::new(&RESOURCE_IN_TRUST_POLICY, format!("{own} in a trust policy"), "not allowed here", help)
        }
        F::NotPrincipalInTrust => {
            let help = "name in `Principal` who may take the role; add a `Deny` with a condition for exceptions";
            Words::new(&NOT_PRINCIPAL_IN_TRUST_POLICY, format!("{own} in a trust policy"), "not allowed here", help)
        }
        F::StarInTrust => {
            let help =
                "name who may take the role; if it must be everyone, write `{ \"AWS\": \"*\" }` with a condition that restricts";
            Words::new(
                &STAR_PRINCIPAL_IN_TRUST_POLICY,
                "a trust policy for everyone, as a bare `*`",
                "everyone, where AWS stores it",
                help,
            )
        }
        F::PrincipalShape => principal_shape(text),
        F::UnknownPrincipalKey(nearest) => {
            let (label, help) = if OF_STATEMENT.contains(&text) {
                ("belongs in the statement".to_owned(), "type the `}` of `Principal` before it")
            } else {
                (
                    did_you_mean(nearest),
                    "write `AWS`, `Service`, `Federated` or `CanonicalUser`; for everyone write `{ \"AWS\": \"*\" }`",
                )
            };
            Words::new(&UNKNOWN_PRINCIPAL_KEY, format!("no kind of principal {own}"), label, help)
        }
        F::DuplicateConditionKey => {
            let help = "put all values into one list; names of condition keys ignore letter case, and a key may stand only once";
            let message = format!("condition key {own} stands twice under one operator");
            Words::new(&DUPLICATE_KEY, message, "again here, in other letter case", help).related("the first")
        }
        F::ConditionShape => {
            let help = "write `\"Condition\": { \"StringEquals\": { \"aws:username\": \"…\" } }`; a value is a string or a list of strings";
            let label =
                if text.starts_with(['{', 'n']) { "a string or a list of strings is due here" } else { "an object is due here" };
            Words::new(&CONDITION_SHAPE, "a condition must be operator, key and values", label, help)
        }
        F::UnknownOperator(nearest) => unknown_operator(nearest, text),
        F::OperatorCase(right) => {
            let help = format!("write `{right}`; AWS has refused other letter case as `Invalid Condition type`");
            let message = format!("operator {own} in other letter case");
            Words::new(&OPERATOR_CASE, message, format!("defined as `{right}`"), help)
        }
        F::NullIfExists => {
            let help = "write `Null`: it is itself the question whether the key is there";
            Words::new(&NULL_IF_EXISTS, format!("no operator {own}"), "`Null` takes no `IfExists`", help)
        }
        F::UnreadableValue(expected) => unreadable(fault, expected, &own, policy),
    }
}

const OF_STATEMENT: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// User text in backticks, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut rest = text.chars();
    let start: String = rest.by_ref().take(LONGEST).collect();
    if rest.next().is_some() { format!("`{start}…`") } else { format!("`{start}`") }
}

fn did_you_mean(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("did you mean `{name}`?"))
}

fn wrong_type(expected: &str, element: Option<&str>) -> Words {
    let label = format!("should be {expected}");
    let Some(element) = element else {
        let help = "write `{ \"Version\": \"2012-10-17\", \"Statement\": [ … ] }`";
        return Words::new(&WRONG_TYPE, format!("a policy must be {expected}"), label, help);
    };
    let scalar = ["Version", "Id", "Sid", "Effect"].contains(&element);
    let name = quoted(element);
    let (message, help) = match expected {
        "an object" | "a list of objects" => {
            (format!("{name} must be a list of objects"), format!("write `\"{element}\": [{{ … }}]`"))
        }
        "a string" if scalar => (format!("{name} must be {expected}"), format!("write `\"{element}\": \"…\"`")),
        "a string" => (format!("each value of {name} must be {expected}"), "write one text in double quotes here".to_owned()),
        _ => (format!("{name} must be {expected}"), format!("write `\"{element}\": [\"…\", \"…\"]`")),
    };
    Words::new(&WRONG_TYPE, message, label, help)
}

fn unknown_element(holder: &str, nearest: Option<&str>, name: &str) -> Words {
    let (label, help) = match nearest {
        _ if holder == "a policy" && OF_STATEMENT.contains(&name) => {
            ("belongs in a statement".to_owned(), format!("move `{name}` into a statement"))
        }
        Some(nearest) => {
            (did_you_mean(Some(nearest)), format!("write `{nearest}`; element names have this one spelling and letter case"))
        }
        None => ("unknown".to_owned(), "remove it; a policy takes no notes or elements of your own".to_owned()),
    };
    Words::new(&UNKNOWN_ELEMENT, format!("{holder} has no element {}", quoted(name)), label, help)
}

fn missing_statement(policy: &Policy<'_>) -> Words {
    let bare = policy.statements.first().is_some_and(|statement| statement.mark == policy.mark);
    let (label, help) = if bare {
        ("holds what belongs in a statement", "put all but `Version` and `Id` into `\"Statement\": [{ … }]`")
    } else {
        ("no `Statement` in here", "add `\"Statement\": [{ \"Effect\": …, \"Action\": … }]`")
    };
    Words::new(&MISSING_STATEMENT, "the policy has no `Statement`", label, help)
}

fn empty_message(fault: &Fault<F>, policy: &Policy<'_>) -> String {
    let title = statement_at(fault, policy).map_or_else(|| "`Statement`".to_owned(), Statement::title);
    format!("{title} is empty")
}

fn unknown_version(own: &str) -> Words {
    let label =
        if own == "`2010-09-09`" { "that is the version of CloudFormation templates" } else { "did you mean `2012-10-17`?" };
    let help = "write `2012-10-17`: the date names the version of the policy language and is not yours to choose";
    Words::new(&UNKNOWN_VERSION, format!("no version {own} of the policy language"), label, help)
}

fn statement_at<'p, 's>(fault: &Fault<F>, policy: &'p Policy<'s>) -> Option<&'p Statement<'s>> {
    policy.statements.iter().find(|statement| statement.mark == fault.span)
}

fn missing(fault: &Fault<F>, policy: &Policy<'_>) -> Words {
    let title = statement_at(fault, policy).map_or_else(|| "the statement".to_owned(), Statement::title);
    let (rule, what, help) = match fault.kind {
        F::MissingEffect => (&MISSING_EFFECT, "`Effect`", "add `\"Effect\": \"Allow\"` or `\"Effect\": \"Deny\"`"),
        F::MissingAction if policy.kind == PolicyKind::Trust => {
            (&MISSING_ACTION, "`Action`", "add `\"Action\": \"sts:AssumeRole\"`, or the action for a federated or SAML login")
        }
        F::MissingAction => (&MISSING_ACTION, "`Action`", "add `\"Action\": \"service:Name\"` with what this is about"),
        F::MissingResource => {
            let help = "add `\"Resource\"` with the ARNs this is about, or `\"Resource\": \"*\"` where the actions take none";
            (&MISSING_RESOURCE, "`Resource`", help)
        }
        _ => {
            let help = "add `\"Principal\"`: `{ \"Service\": … }`, `{ \"AWS\": … }` or `{ \"Federated\": … }`";
            (&MISSING_PRINCIPAL, "`Principal`", help)
        }
    };
    Words::new(rule, format!("{title} has no {what}"), format!("no {what} in here"), help)
}

fn principal_not_allowed(own: &str, kind: PolicyKind) -> Words {
    let name = match kind {
        PolicyKind::Boundary => "a permissions boundary",
        PolicyKind::Session => "a session policy",
        PolicyKind::Scp => "a service control policy",
        _ => "an identity policy",
    };
    let help = "remove it; such a policy speaks of those to whom it is attached. For a trust or resource policy give `--kind`";
    Words::new(&PRINCIPAL_NOT_ALLOWED, format!("{own} in {name}"), "not allowed here", help)
}

/// A principal under no key: which key it most likely belongs under.
fn principal_shape(own: &str) -> Words {
    let provider = ["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"]
        .contains(&own)
        || own.contains(":oidc-provider/")
        || own.contains(":saml-provider/");
    let account = own.len() == 12 && own.bytes().all(|byte| byte.is_ascii_digit());
    let key = match own {
        _ if provider => Some("Federated"),
        _ if own.ends_with(".amazonaws.com") => Some("Service"),
        _ if account || own.starts_with("arn:") => Some("AWS"),
        _ => None,
    };
    let help = match key {
        Some(key) => format!("write `{{ \"{key}\": \"{own}\" }}`"),
        None => "write `{ \"Service\": … }`, `{ \"AWS\": … }` or `{ \"Federated\": … }`, each with a string or a list".to_owned(),
    };
    Words::new(&PRINCIPAL_SHAPE, "a principal must say of which kind it is", "not an object", help)
}

fn unknown_operator(nearest: Option<&str>, name: &str) -> Words {
    let message = format!("no operator {}", quoted(name));
    if OF_STATEMENT.contains(&name) {
        return Words::new(&UNKNOWN_OPERATOR, message, "belongs in the statement", "type the `}` of `Condition` before it");
    }
    let help = match nearest {
        Some(nearest) => format!("write `{nearest}`; AWS refuses the whole policy for an operator that it does not know"),
        None if name.contains(':') => {
            "put the operator outside and the key inside: `\"StringEquals\": { \"aws:…\": \"…\" }`".to_owned()
        }
        None => "write one that exists, such as `StringEquals`, `StringLike`, `ArnLike`, `Bool` or `IpAddress`".to_owned(),
    };
    Words::new(&UNKNOWN_OPERATOR, message, did_you_mean(nearest), help)
}

fn unreadable(fault: &Fault<F>, expected: &str, own: &str, policy: &Policy<'_>) -> Words {
    let mut conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
    let operator = conditions
        .find(|condition| condition.values.iter().any(|operand| operand.pattern.text.span() == fault.span))
        .map(|condition| &condition.operator_text);
    let name = operator.map_or_else(|| "its operator".to_owned(), |operator| quoted(&operator.shown()));
    let words = Words::new(
        &UNREADABLE_VALUE,
        format!("{own} is no value for {name}"),
        format!("should be {expected}"),
        "change the value, or take an operator that fits it; what AWS does with a value that it cannot read is not documented",
    );
    match operator {
        Some(operator) => words.beside(operator.span(), "the operator that reads it"),
        None => words,
    }
}
