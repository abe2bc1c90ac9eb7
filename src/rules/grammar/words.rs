//! What to say of a fault in the grammar of a policy.

mod condition;
mod name;
mod principal;
pub(super) mod size;
mod variable;

use super::{
    EMPTY_STATEMENT, EXCLUSIVE_ELEMENTS, INVALID_JSON, MISSING_ACTION, MISSING_EFFECT, MISSING_PRINCIPAL, MISSING_RESOURCE,
    MISSING_STATEMENT, MISSING_VERSION, NOT_PRINCIPAL_IN_TRUST_POLICY, RESOURCE_IN_TRUST_POLICY, UNKNOWN_EFFECT, UNKNOWN_ELEMENT,
    UNKNOWN_VERSION, WRONG_TYPE,
};
use crate::finding::{Fault, Severity};
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
    /// How much it matters, where that is not what the rule says.
    pub(super) severity: Option<Severity>,
}

impl Words {
    pub(super) fn new(
        rule: &'static Rule,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            message: message.into(),
            label: label.into(),
            related: String::new(),
            place: None,
            help: help.into(),
            severity: None,
        }
    }

    pub(super) fn related(self, text: impl Into<String>) -> Self {
        Self { related: text.into(), ..self }
    }

    fn rated(self, severity: Severity) -> Self {
        Self { severity: Some(severity), ..self }
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
        F::PrincipalNotAllowed => principal::not_allowed(&own, policy.kind),
        F::ResourceInTrust => {
            let help = "remove it; a trust policy speaks of the one role that it belongs to";
            Words::new(&RESOURCE_IN_TRUST_POLICY, format!("{own} in a trust policy"), "not allowed here", help)
        }
        F::NotPrincipalInTrust => {
            let help = "name in `Principal` who may take the role; add a `Deny` with a condition for exceptions";
            Words::new(&NOT_PRINCIPAL_IN_TRUST_POLICY, format!("{own} in a trust policy"), "not allowed here", help)
        }
        F::StarInTrust => principal::star_in_trust(),
        F::PrincipalShape => principal::shape(text),
        F::UnknownPrincipalKey(nearest) => principal::unknown_key(nearest, text),
        F::WildcardInPrincipal => principal::wildcard(&own),
        F::StarPrincipal => principal::star(fault, policy),
        F::FederatedOutsideTrust => principal::federated(policy.kind),
        F::PrincipalInEndpoint => principal::in_endpoint(&own),
        F::DuplicateConditionKey => condition::duplicate_key(&own),
        F::ConditionShape => condition::shape(text),
        F::UnknownOperator(nearest) => condition::unknown_operator(nearest, text),
        F::OperatorCase(right) => condition::operator_case(right, &own),
        F::NullIfExists => condition::null_if_exists(&own),
        F::NullWithSet => condition::null_with_set(text, &own),
        F::SeveralBooleans => condition::several_booleans(),
        F::MixedTypes => condition::mixed_types(),
        F::EpochDate => condition::epoch_date(text, &own),
        F::MalformedConditionKey => condition::malformed_key(text, &own),
        F::MissingTagKey => condition::missing_tag_key(text, &own),
        F::MalformedVariable(flaw) => variable::malformed(flaw, text),
        F::VariableInWrongElement => variable::in_wrong_element(&own),
        F::VariableWithoutVersion => variable::without_version(&own, policy),
        F::VariableWithWrongOperator(disputed) => variable::with_wrong_operator(disputed, related.unwrap_or_default()),
        F::OldVersion => name::old_version(text, policy.kind),
        F::MalformedAction(flaw) => name::malformed_action(flaw, &own),
        F::ForeignActionInTrust => name::foreign_action(&own),
        F::SidCharacters(refused) => name::sid_characters(refused, text),
        F::DuplicateSid(refused) => name::duplicate_sid(refused, &own),
        F::EmptySid => name::empty_sid(),
        F::UnsupportedCharacter => name::unsupported_character(text),
        F::AllowInRcp => name::allow_in_rcp(),
        F::PrincipalInRcp => principal::in_rcp(&own),
        F::ActionInRcp => name::action_in_rcp(&own),
        F::TooLong(quota) => size::too_long(quota, policy),
        F::TooLarge(bytes) => size::too_large(bytes, policy),
        F::UnreadableValue(expected) => condition::unreadable(fault, expected, &own, policy),
    }
}

pub(super) use name::capitalised;
pub(super) use principal::key_of as principal_key;

pub(super) const OF_STATEMENT: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// User text in backticks, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut rest = text.chars();
    let start: String = rest.by_ref().take(LONGEST).collect();
    if rest.next().is_some() { format!("`{start}…`") } else { format!("`{start}`") }
}

/// The kind of a policy, with its article.
pub(super) fn kind_name(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Trust => "a trust policy",
        PolicyKind::Identity => "an identity policy",
        PolicyKind::Resource => "a resource policy",
        PolicyKind::Boundary => "a permissions boundary",
        PolicyKind::Session => "a session policy",
        PolicyKind::Scp => "a service control policy",
        PolicyKind::Rcp => "a resource control policy",
        PolicyKind::Endpoint => "an endpoint policy",
    }
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
    let title = policy.statement_at(fault.span).map_or_else(|| "`Statement`".to_owned(), Statement::title);
    format!("{title} is empty")
}

fn unknown_version(own: &str) -> Words {
    let label =
        if own == "`2010-09-09`" { "that is the version of CloudFormation templates" } else { "did you mean `2012-10-17`?" };
    let help = "write `2012-10-17`: the date names the version of the policy language and is not yours to choose";
    Words::new(&UNKNOWN_VERSION, format!("no version {own} of the policy language"), label, help)
}

fn missing(fault: &Fault<F>, policy: &Policy<'_>) -> Words {
    let title = policy.statement_at(fault.span).map_or_else(|| "the statement".to_owned(), Statement::title);
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
