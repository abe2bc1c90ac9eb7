//! What mends a fault in the grammar of a policy, where one thing only can have been meant, or one most likely.

use super::words::{OF_STATEMENT, capitalised, principal_key};
use crate::finding::{Edit, Fault, Fix};
use crate::pattern::VariableFault;
use crate::policy::{ActionFault, Comparison, Condition, Instant, Policy, PolicyFault as F, Quota, TAG_KEYS, Value};
use crate::script::{self, Script, quoted};
use crate::source::{Sources, Span};
use crate::syntax::SyntaxFault;

/// What mends a fault of a policy.
pub(super) fn of_policy(fault: &Fault<F>, policy: &Policy<'_>, sources: &Sources) -> Option<Fix> {
    let is_mended = !matches!(fault.kind, F::MissingStatement | F::MissingEffect | F::MissingAction | F::NotJson);
    let script = Script::of(sources, policy).filter(|_| is_mended)?;
    let own = sources.slice(fault.span);
    let mender = Mender { script: &script, policy, span: fault.span, own };
    match fault.kind {
        F::UnknownElement(_) if OF_STATEMENT.contains(&own) => None,
        F::UnknownElement(near) | F::UnknownStatementElement(near) | F::UnknownPrincipalKey(near) | F::UnknownEffect(near) => {
            mender.write(near?)
        }
        F::UnknownOperator(near) => mender.write(near?).map(guess),
        F::OperatorCase(right) => mender.write(right),
        F::NullIfExists => mender.write("Null"),
        F::UnknownVersion | F::MissingVersion | F::OldVersion | F::VariableWithoutVersion => mender.version(),
        F::WrongType("a string") => {
            let named = fault.related.is_some_and(|key| ["Sid", "Id"].contains(&sources.slice(key)));
            named.then(|| mender.in_quotes())?
        }
        F::EmptyStatement => mender.without_statement(),
        F::EmptySid => mender.without_sid(),
        F::SidCharacters(_) => mender.sid(&capitalised(own)),
        F::DuplicateSid(_) => mender.sid(own),
        F::PrincipalNotAllowed => mender.without_element().map(guess),
        F::ResourceInTrust => mender.without_element(),
        F::PrincipalShape => mender.principal(),
        F::PrincipalInRcp => mender.everyone(),
        F::MalformedAction(flaw) => mender.action(flaw),
        F::MixedTypes => mender.all_in_quotes(),
        F::EpochDate => {
            let date = Instant::parse(own)?.to_string();
            Some(Fix::new(format!("write `{date}`"), [script.write_value(fault.span, &date)?]))
        }
        F::MalformedConditionKey => mender.key(),
        F::UnreadableValue(_) => mender.value(),
        F::MalformedVariable(flaw) => mender.variable(flaw),
        F::TooLong(Quota { written: true, refused: false, .. }) => Some(Fix::new("take the white space out", script.packed()?)),
        _ => None,
    }
}

/// What mends faults in the form of a text that are told together.
pub(super) fn of_form(all: &[&Fault<SyntaxFault>], sources: &Sources) -> Option<Fix> {
    let first = all.first()?;
    let own = sources.slice(first.span);
    let edit = |span: Span, text: &str| Edit { span, text: text.to_owned() };
    match first.kind {
        SyntaxFault::ExtraComma if own == "," => Some(Fix::new("remove the comma", [edit(first.span, "")])),
        SyntaxFault::MissingComma => Some(Fix::new("type the comma", [edit(Span { end: first.span.start, ..first.span }, ",")])),
        SyntaxFault::Comment => {
            let edits: Vec<Edit> = all.iter().map(|fault| edit(line_of(fault.span, sources), "")).collect();
            Some(Fix::guess(if all.len() > 1 { "remove the comments" } else { "remove the comment" }, edits))
        }
        SyntaxFault::BareWord => {
            let word = ["true", "false"].into_iter().find(|word| word.eq_ignore_ascii_case(own))?;
            Some(Fix::new(format!("write `{word}`"), [edit(first.span, word)]))
        }
        SyntaxFault::DuplicateKey => {
            let edits = script::without_twin(sources, first.span, first.related?)?;
            Some(Fix::new("remove the second, which says the same", edits))
        }
        _ => None,
    }
}

const VERSION: &str = "2012-10-17";

fn guess(fix: Fix) -> Fix {
    Fix { safe: false, ..fix }
}

/// The line of a comment, where nothing else stands in it; else the comment with the blanks before it.
fn line_of(comment: Span, sources: &Sources) -> Span {
    let text = sources.get(comment.source).text();
    let before = text.get(..comment.start as usize).unwrap_or("");
    let bare = before.trim_end_matches([' ', '\t']);
    let behind = text.get(comment.end as usize..).unwrap_or("");
    let end = ["\r\n", "\n"].into_iter().find(|end| behind.starts_with(end)).filter(|_| bare.ends_with('\n'));
    Span::new(comment.source, bare.len() as u32, comment.end + end.map_or(0, str::len) as u32)
}

struct Mender<'f, 'a, 's> {
    script: &'f Script<'a, 's>,
    policy: &'f Policy<'s>,
    span: Span,
    own: &'f str,
}

impl Mender<'_, '_, '_> {
    /// Another text in the place of the fault.
    fn write(&self, text: &str) -> Option<Fix> {
        Some(Fix::new(format!("write `{text}`"), [self.script.write(self.span, text)?]))
    }

    fn version(&self) -> Option<Fix> {
        if let Some(span) = self.policy.version_span {
            return Some(Fix::new(format!("write `{VERSION}`"), [self.script.write_value(span, VERSION)?]));
        }
        let edits = self.script.with_first_member("Version", VERSION)?;
        Some(Fix::new(format!("add `\"Version\": \"{VERSION}\"`"), edits))
    }

    /// A number or Boolean as a text.
    fn in_quotes(&self) -> Option<Fix> {
        let is_scalar =
            !self.own.is_empty() && self.own.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-".contains(&byte));
        let text = quoted(self.own);
        let edit = self.script.put(self.span, &text).filter(|_| is_scalar && self.own != "null")?;
        Some(Fix::new(format!("write `{text}`"), [edit]))
    }

    fn without_statement(&self) -> Option<Fix> {
        let statement = self.policy.statement_at(self.span)?;
        Some(Fix::new("remove it", self.script.without_statement(statement.index)?))
    }

    fn without_sid(&self) -> Option<Fix> {
        let statement = self.policy.statements.iter().find(|own| own.sid.as_ref().is_some_and(|sid| sid.span() == self.span))?;
        Some(Fix::new("remove the `Sid`", self.script.without_member_before(statement.range, self.span)?))
    }

    /// The element whose key is the fault.
    fn without_element(&self) -> Option<Fix> {
        Some(Fix::new(format!("remove the `{}`", self.own), self.script.without_member(self.span)?))
    }

    /// A name for the statement that no other has; with the number that it has among those of its name.
    fn sid(&self, name: &str) -> Option<Fix> {
        let sids = || self.policy.statements.iter().filter_map(|own| own.sid.as_ref());
        let is_taken = |name: &str| sids().any(|sid| sid.span() != self.span && sid.known() == Some(name));
        let before = sids().take_while(|sid| sid.span() != self.span).filter(|sid| sid.known() == Some(self.own)).count();
        let numbered = (before + 1..).map(|number| if number == 1 { name.to_owned() } else { format!("{name}{number}") });
        let free = numbered.take(sids().count() + 2).find(|name| !is_taken(name)).filter(|_| !name.is_empty())?;
        self.write(&free)
    }

    fn principal(&self) -> Option<Fix> {
        let key = principal_key(self.own)?;
        let place = self.script.outer(self.span)?;
        // the first of a list is not all of it
        let mut principals = self.policy.statements.iter().filter_map(|own| own.principals.as_ref());
        // a list without brackets is underlined at the first of it
        if self.script.is_native() && !principals.any(|own| self.script.value_of(own.key) == Some(place)) {
            return None;
        }
        let json = format!("{{ \"{key}\": {} }}", quoted(self.own));
        Some(Fix::new(format!("write `{json}`"), [self.script.put(place, &json)?]))
    }

    /// `{ "AWS": "*" }` where the bare star is due.
    fn everyone(&self) -> Option<Fix> {
        let principals = self.policy.statements.iter().filter_map(|own| own.principals.as_ref()).filter(|own| !own.negated);
        let is_here = |list: &[crate::policy::Principal<'_>]| list.iter().any(|own| own.value.span() == self.span);
        let own = principals.into_iter().find(|own| is_here(&own.list))?;
        let all = own.list.iter().all(|own| own.value.known() == Some("*"));
        let place = self.script.value_of(own.key).filter(|_| all)?;
        Some(Fix::new("write `\"*\"`", [self.script.put(place, "\"*\"")?]))
    }

    fn action(&self, flaw: ActionFault) -> Option<Fix> {
        let own = self.as_meant()?;
        match flaw {
            ActionFault::Blank => self.write(&without_blanks(own)),
            ActionFault::List => {
                let parts: Vec<&str> = own.split(',').map(str::trim).collect();
                let are_actions = parts.iter().all(|part| {
                    part.split_once(':').is_some_and(|(service, name)| {
                        !service.is_empty() && !name.is_empty() && !part.contains(char::is_whitespace)
                    })
                });
                let edit = self.script.split(self.span, &parts).filter(|_| are_actions)?;
                Some(Fix::new("put each in a string of its own", [edit]))
            }
            _ => None,
        }
    }

    /// The condition among whose values the fault is.
    fn condition(&self) -> Option<&Condition<'_>> {
        let mut conditions = self.policy.statements.iter().flat_map(|statement| &statement.conditions);
        conditions.find(|own| own.values.iter().any(|value| value.pattern.text.span() == self.span))
    }

    fn all_in_quotes(&self) -> Option<Fix> {
        let spans = self.condition()?.values.iter().map(|own| own.pattern.text.span());
        let bare = spans.filter(|span| self.script.is_bare(*span));
        let edits: Vec<Edit> = bare.filter_map(|span| self.script.put(span, &quoted(self.script.slice(span)?))).collect();
        Some(Fix::new("put all values in quotes", edits))
    }

    fn key(&self) -> Option<Fix> {
        let key = without_blanks(self.as_meant()?);
        let is_key = key.split_once(':').is_some_and(|(prefix, name)| !prefix.is_empty() && !name.is_empty());
        self.write(&key).filter(|_| is_key && key != self.own)
    }

    /// A value that its operator reads once there is no white space in it.
    fn value(&self) -> Option<Fix> {
        let comparison = self.condition()?.operator?.comparison;
        let value = without_blanks(self.as_meant()?);
        let reads = Value::parse(comparison, &value).is_some() && (comparison != Comparison::Arn || value.starts_with("arn:"));
        self.write(&value).filter(|_| reads && value != self.own).map(guess)
    }

    fn variable(&self, flaw: VariableFault) -> Option<Fix> {
        let inside = self.as_meant()?.strip_prefix("${")?;
        let closed = inside.strip_suffix('}');
        match flaw {
            VariableFault::Blank => {
                let (name, default) = closed?.split_once(',').map_or((closed?, None), |(name, default)| (name, Some(default)));
                let default = default.map_or_else(String::new, |default| format!(",{default}"));
                self.write(&format!("${{{}{default}}}", without_blanks(name)))
            }
            VariableFault::Unquoted => {
                let (name, default) = closed?.split_once(',')?;
                let bare = default.trim().trim_matches('\'');
                self.write(&format!("${{{name}, '{bare}'}}")).filter(|_| !bare.contains('\''))
            }
            VariableFault::Unclosed => {
                let is_name = |text: &str| {
                    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":-_".contains(&byte))
                };
                let whole = match inside.split_once('/') {
                    Some((key, tag)) => is_name(tag) && TAG_KEYS.iter().any(|own| own.eq_ignore_ascii_case(key)),
                    None => is_name(inside),
                };
                self.write(&format!("${{{inside}}}")).filter(|_| whole).map(guess)
            }
            VariableFault::Empty | VariableFault::Symbol(_) => None,
        }
    }

    /// What stands there, where it is written as it is meant.
    fn as_meant(&self) -> Option<&str> {
        self.script.is_as_meant(self.span, self.own).then_some(self.own)
    }
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
