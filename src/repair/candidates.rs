//! Edits of a trust policy that may let a token in.

use super::Refused;
use crate::finding::Edit;
use crate::identity::Claim;
use crate::pattern::{Mode, Pattern, Unit, matches};
use crate::policy::{Comparison, Condition, Operand, Operator, Patterns, PrincipalKind, SetPrefix, Statement, Version};
use crate::script::Script;
use crate::simulate::{Difference, DifferenceKind, NearMiss, Part, Presented, Subject, expected_provider};
use crate::syntax::Text;

/// Edits, and what they do as an order.
pub(super) struct Candidate {
    pub(super) words: String,
    pub(super) edits: Vec<Edit>,
}

/// What a trust policy lets be set beside the call.
const FURTHER: [&str; 2] = ["sts:TagSession", "sts:SetSourceIdentity"];

/// How many statements are mended.
const STATEMENTS: usize = 3;

/// The edits of the nearest statements, of each the most likely first.
pub(super) fn of<'s>(refused: &Refused<'_, 's>, near: &[NearMiss<'_, 's>], script: &Script<'_, 's>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for miss in near.iter().take(STATEMENTS) {
        let mender = Mender { refused, script, statement: miss.own };
        let options: Vec<Vec<Step>> = miss.failing.iter().map(|difference| mender.options(difference)).collect();
        if options.iter().any(Vec::is_empty) {
            continue;
        }
        let missing = mender.missing_actions(miss);
        // all by adding, all by replacing: what mixes the two is nobody's wish
        for index in 0..options.iter().map(Vec::len).max().unwrap_or_default() {
            let way: Vec<Step> = options.iter().filter_map(|own| own.get(index).or(own.last()).cloned()).collect();
            if let Some(missing) = &missing {
                candidates.extend(join([way.as_slice(), std::slice::from_ref(missing)].concat()));
            }
            candidates.extend(join(way));
        }
    }
    candidates
}

/// One thing to do.
#[derive(Clone)]
struct Step {
    words: String,
    edits: Vec<Edit>,
}

/// Steps together.
fn join(steps: Vec<Step>) -> Option<Candidate> {
    let words = steps.iter().map(|step| step.words.as_str()).collect::<Vec<_>>().join(", and ");
    let mut edits: Vec<Edit> = Vec::new();
    for edit in steps.into_iter().flat_map(|step| step.edits) {
        if !edits.contains(&edit) {
            edits.push(edit);
        }
    }
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    (!edits.is_empty()).then_some(Candidate { words, edits })
}

/// Mends a statement.
struct Mender<'a, 's> {
    refused: &'a Refused<'a, 's>,
    script: &'a Script<'a, 's>,
    statement: &'a Statement<'s>,
}

impl Mender<'_, '_> {
    /// What may mend one thing that fails.
    fn options(&self, difference: &Difference<'_, '_>) -> Vec<Step> {
        let kind = difference.kinds.first();
        match difference.part {
            Part::Principal(principal) => {
                use DifferenceKind as K;
                // another provider altogether is meant for others
                let slips = [K::Scheme, K::TrailingSlash, K::ProviderPath, K::ProviderAccount, K::HostForArn, K::ArnForHost];
                let replaced = kind.is_some_and(|kind| slips.contains(kind));
                let expected = || expected_provider(&self.refused.token.host, self.refused.role.or(principal.value.known()));
                replaced
                    .then(expected)
                    .flatten()
                    .and_then(|new| self.replace(&principal.value, &new, "correct the provider".to_owned()))
                    .into_iter()
                    .collect()
            }
            Part::Action(actions) => {
                let needed = difference.got.as_deref().unwrap_or_default();
                // a statement that only lets further things be set is for them
                let is_further = |own: &Pattern<'_>| {
                    own.plain().is_some_and(|own| FURTHER.iter().any(|further| own.eq_ignore_ascii_case(further)))
                };
                if !FURTHER.contains(&needed) && actions.list.iter().all(is_further) {
                    return Vec::new();
                }
                let wrong =
                    actions.list.first().filter(|_| actions.list.len() == 1 && matches!(kind, Some(DifferenceKind::Action(_))));
                let replaced = wrong
                    .filter(|_| self.names_only_providers())
                    .and_then(|wrong| self.replace(&wrong.text, needed, format!("allow `{needed}` instead")));
                replaced.or_else(|| self.add_action(actions, needed)).into_iter().collect()
            }
            Part::Condition(condition, operand) => match (operand, &difference.got) {
                (Some(operand), Some(got)) => self.values(condition, operand, got, &difference.kinds),
                (_, None) => self.keys(condition, kind),
                (None, Some(_)) => Vec::new(),
            },
        }
    }

    /// The actions that the token needs too and the statement does not allow, beside what fails.
    fn missing_actions(&self, miss: &NearMiss<'_, '_>) -> Option<Step> {
        let actions = self.statement.actions.as_ref()?;
        let told = |action: &str| {
            miss.failing.iter().any(|own| matches!(own.part, Part::Action(_)) && own.got.as_deref() == Some(action))
        };
        let allowed = |action: &str| {
            let named = actions.list.iter().filter_map(|own| own.plain());
            named.into_iter().any(|own| matches(&[Unit::Wild(own)], action, Mode::Action))
        };
        let mut missing = calls(self.refused.token).filter(|action| !told(action) && !allowed(action));
        self.add_action(actions, missing.next()?)
    }

    /// What may mend a condition of which a value differs.
    fn values(&self, condition: &Condition<'_>, operand: &Operand<'_>, got: &str, kinds: &[DifferenceKind]) -> Vec<Step> {
        use DifferenceKind as K;
        let Some(operator) = condition.operator.filter(|operator| !operator.negated) else { return Vec::new() };
        let comparable = matches!(
            operator.comparison,
            Comparison::StringEquals
                | Comparison::StringEqualsIgnoreCase
                | Comparison::StringLike
                | Comparison::Arn
                | Comparison::IpAddress
        );
        let Some(wanted) = operand.pattern.plain().filter(|_| comparable) else { return Vec::new() };
        let key = condition.key.shown();
        let replace = |value: &str| self.replace(&operand.pattern.text, value, format!("replace the value of `{key}`"));
        let is_pattern = wanted.contains(['*', '?']) && operator.comparison == Comparison::StringLike;
        let slip = kinds.iter().all(|kind| matches!(kind, K::LetterCase(_) | K::TrailingSlash | K::Scheme));
        if kinds == [K::ForAllValues] {
            return self.operator(condition, Operator { set: Some(SetPrefix::ForAnyValue), ..operator }).into_iter().collect();
        }
        if kinds == [K::LiteralWildcard] {
            let like = self.operator(condition, Operator { comparison: Comparison::StringLike, ..operator });
            let like = like.filter(|_| !wanted.bytes().all(|byte| matches!(byte, b'*' | b'?')));
            return like.into_iter().chain(replace(&self.exactly(got, operator))).collect();
        }
        if slip {
            let mended = if is_pattern { recased(wanted, got) } else { Some(self.exactly(got, operator)) };
            return mended.and_then(|value| replace(&value)).into_iter().collect();
        }
        let texts: Vec<&Text<'_>> = condition.values.iter().map(|value| &value.pattern.text).collect();
        let amr = self.refused.token.claims.get("amr").filter(|_| is_amr(condition)).map(Claim::values);
        let amr = amr.unwrap_or_default();
        let mut news: Vec<&str> = amr.iter().map(|value| &**value).filter(|value| *value != "authenticated").collect();
        if news.is_empty() {
            news.push(got);
        }
        let mut steps = Vec::new();
        let is_subject = condition.key.known().is_some_and(|key| key.to_ascii_lowercase().ends_with(":sub"));
        let lasting = lasting(&self.refused.token.host, got).filter(|_| is_subject);
        if let Some(pattern) = lasting.as_deref().filter(|_| operator.comparison == Comparison::StringEquals) {
            // what differs from run to run is left open, and needs an operator that can
            let like = self.operator(condition, Operator { comparison: Comparison::StringLike, ..operator });
            let added = like.and_then(|like| Some((like, self.script.add(&texts, &[pattern])?)));
            let added = added.map(|(like, edits)| Step {
                words: format!("{}, and add a value to `{}`", like.words, condition.key.shown()),
                edits: [like.edits, edits].concat(),
            });
            if let Some(added) = added {
                return vec![added];
            }
        }
        let with_ids = self.with_ids(wanted, got).filter(|_| is_pattern && kinds == [K::ImmutableSubject]);
        for new in news {
            let pattern = lasting.as_deref().filter(|_| operator.comparison == Comparison::StringLike);
            let value = pattern.map_or_else(|| self.exactly(new, operator), str::to_owned);
            let added = self.script.add(&texts, &[&value]);
            let added = added.map(|edits| Step { words: format!("add a value to `{key}`"), edits });
            steps.extend(added);
            let other_state = kinds.contains(&K::Guest) || kinds.contains(&K::SignedIn);
            if !is_pattern && !other_state && names_user(wanted) == names_user(new) {
                steps.extend(replace(&value));
            }
        }
        steps.extend(with_ids.and_then(|value| replace(&value)));
        steps
    }

    /// A pattern with the ids that a subject holds beside the names of owner and repository.
    fn with_ids(&self, pattern: &str, got: &str) -> Option<String> {
        let subject = Subject::read(&self.refused.token.host, got).filter(|own| own.immutable)?;
        let part = |name: &str| subject.part(name);
        let (owner, repository) = (part("owner")?, part("repository")?);
        let names = format!("{owner}/{repository}:");
        let ids = format!("{owner}@{}/{repository}@{}:", part("owner-id")?, part("repository-id")?);
        pattern.contains(&names).then(|| pattern.replacen(&names, &ids, 1))
    }

    /// What may mend a condition of which the token does not hold the key.
    fn keys(&self, condition: &Condition<'_>, kind: Option<&DifferenceKind>) -> Vec<Step> {
        use DifferenceKind as K;
        let Presented { host, claims, .. } = self.refused.token;
        let key = condition.key.shown();
        let Some((_, claim)) = key.rsplit_once(':') else { return Vec::new() };
        let (new, also_value) = match kind {
            Some(K::Scheme | K::TrailingSlash | K::LetterCase(_)) => (format!("{host}:{claim}"), false),
            Some(K::ForeignKey) => (format!("{host}:{claim}"), true),
            Some(K::NoKey(_)) => (format!("{host}:sub"), true),
            _ => return Vec::new(),
        };
        let words = format!("ask for `{new}`");
        let Some(rekeyed) = self.replace(&condition.key, &new, words) else { return Vec::new() };
        let mut steps = vec![rekeyed.clone()];
        let own = claims.get(if matches!(kind, Some(K::NoKey(_))) { "sub" } else { claim }).map(Claim::values);
        if let (true, Some([value]), Some(first), Some(operator)) =
            (also_value, own.as_deref(), condition.values.first(), condition.operator)
            && let Some(step) =
                self.replace(&first.pattern.text, &self.exactly(value, operator), "and for the token's value of it".to_owned())
        {
            let words = format!("{}, {}", rekeyed.words, step.words);
            steps.push(Step { words, edits: [rekeyed.edits, step.edits].concat() });
        }
        steps
    }

    /// Another operator. It stands before all keys of its block, so they must mean the same under it.
    fn operator(&self, condition: &Condition<'_>, operator: Operator) -> Option<Step> {
        let place = condition.operator_text.span();
        let mut others =
            self.statement.conditions.iter().filter(|own| own.operator_text.span() == place && !std::ptr::eq(*own, condition));
        let keeps = |own: &Condition<'_>| {
            own.operator.is_some_and(|own| own.set == operator.set)
                && own.values.iter().all(|value| !value.pattern.has_wildcard())
        };
        let name = operator.name();
        others.all(keeps).then(|| self.replace(&condition.operator_text, name, format!("compare by `{name}`"))).flatten()
    }

    fn add_action(&self, actions: &Patterns<'_>, action: &str) -> Option<Step> {
        let texts: Vec<&Text<'_>> = actions.list.iter().map(|own| &own.text).collect();
        let edits = self.script.add(&texts, &[action]).filter(|_| !actions.negated)?;
        Some(Step { words: format!("add `{action}` to the actions"), edits })
    }

    fn replace(&self, text: &Text<'_>, value: &str, words: String) -> Option<Step> {
        let edits = self.script.replace(text, value).filter(|_| text.known() != Some(value))?;
        Some(Step { words, edits })
    }

    /// A value that an operator takes for this text and no other.
    fn exactly(&self, text: &str, operator: Operator) -> String {
        if operator.comparison != Comparison::StringLike || self.refused.policy.version != Version::V2012 {
            return text.to_owned();
        }
        text.replace('$', "${$}").replace('*', "${*}").replace('?', "${?}")
    }

    fn names_only_providers(&self) -> bool {
        let mut principals = self.statement.principals.iter().flat_map(|principals| &principals.list);
        principals.all(|principal| principal.kind == PrincipalKind::Federated)
    }
}

/// The pattern of a subject in which the parts that differ from run to run are left open; `None` where it has none, or is not of a form
/// that is known.
pub(super) fn lasting(host: &str, subject: &str) -> Option<String> {
    let is_plain = !subject.contains(['*', '?', '$']);
    let subject = Subject::read(host, subject).filter(|own| is_plain && !own.form.open.is_empty())?;
    Some(subject.form.open.iter().fold(subject.clone(), |subject, part| subject.with(part, "*")).write())
}

/// All that the trust policy must allow to the holder of a token.
pub(super) fn calls(token: &Presented) -> impl Iterator<Item = &'static str> {
    std::iter::once(token.action()).chain(token.further_actions())
}

/// Whether an element of `amr` names a user, not only the provider.
fn names_user(element: &str) -> bool {
    element.contains(":CognitoSignIn:") || element.contains(":OIDC:")
}

fn is_amr(condition: &Condition<'_>) -> bool {
    condition.key.known().is_some_and(|key| key.to_ascii_lowercase().ends_with(":amr"))
}

/// A pattern with the letter case of a text that it would match but for that.
fn recased(pattern: &str, text: &str) -> Option<String> {
    let start = pattern.find(['*', '?'])?;
    let (fixed, rest) = pattern.split_at_checked(start)?;
    let own = text.get(..start).filter(|own| own.eq_ignore_ascii_case(fixed))?;
    Some(format!("{own}{rest}"))
}
