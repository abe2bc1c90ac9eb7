//! Where wanted and got part, and in what they differ.

use super::super::presented::{SET_SOURCE_IDENTITY, TAG_SESSION, never_at_assume};
use super::super::subject::Subject;
use super::{Difference, DifferenceKind, Part};
use crate::evaluate::{ConditionTrace, Got, StatementTrace, Truth};
use crate::identity::Claim;
use crate::pattern::{Mode, Unit, matches};
use crate::policy::{Comparison, Condition, Operand, SetPrefix};
use crate::reference;
use crate::simulate::Presented;

/// A condition that fails. Without a token it is one of a request of any principal.
pub(super) fn condition<'i, 's>(trace: &ConditionTrace<'i, 's>, token: Option<&Presented>) -> Difference<'i, 's> {
    let condition = trace.condition;
    let negated = condition.operator.is_some_and(|operator| operator.negated);
    let pairs = values(&trace.got).iter().flat_map(|got| condition.values.iter().map(move |wanted| (wanted, got)));
    let nearest = pairs.min_by_key(|(wanted, got)| distance(&wanted.pattern.text.shown(), got));
    let wanted = nearest.map(|(wanted, _)| wanted).or(condition.values.first());
    let shown = wanted.map_or_else(String::new, |wanted| wanted.pattern.text.shown().into_owned());
    let absent = || match token {
        Some(token) => absent(condition, token),
        None => DifferenceKind::Absent,
    };
    let kinds = match nearest {
        Some(_) if negated => vec![DifferenceKind::Forbidden],
        Some((wanted, got)) => kinds(condition, wanted, got, values(&trace.got), token),
        None => vec![absent()],
    };
    // where each value has to be listed, the one that is not is what was got
    let unlisted = || values(&trace.got).iter().find(|got| !lists(condition, got));
    let of_all = kinds == [DifferenceKind::ForAllValues];
    let got = if of_all { unlisted() } else { None }.or(nearest.map(|(_, got)| got));
    Difference {
        part: Part::Condition(condition, wanted),
        place: wanted.map_or(condition.key.span(), |wanted| wanted.pattern.text.span()),
        kinds,
        wanted: if negated { format!("anything but {shown}") } else { shown },
        got: got.cloned(),
    }
}

/// A condition of a statement that denies.
pub(super) fn denying<'i, 's>(trace: &ConditionTrace<'i, 's>) -> Difference<'i, 's> {
    let condition = trace.condition;
    let wanted: Vec<_> = condition.values.iter().map(|value| value.pattern.text.shown()).collect();
    Difference {
        part: Part::Condition(condition, condition.values.first()),
        place: condition.values.first().map_or(condition.key.span(), |value| value.pattern.text.span()),
        wanted: format!("{} {}", condition.operator_text.shown(), wanted.join(", ")),
        got: values(&trace.got).first().cloned(),
        kinds: vec![DifferenceKind::Denied],
    }
}

/// The action that decided, where the statement does not allow it.
pub(super) fn action<'i, 's>(trace: &StatementTrace<'i, 's>, action: &'static str) -> Option<Difference<'i, 's>> {
    let actions = trace.statement.actions.as_ref().filter(|_| trace.action == Truth::No)?;
    let first = actions.list.first();
    Some(Difference {
        part: Part::Action(actions),
        place: first.map_or(actions.key, |own| own.text.span()),
        wanted: actions.list.iter().map(|own| own.text.shown()).collect::<Vec<_>>().join(", "),
        got: Some(action.to_owned()),
        kinds: vec![match action {
            TAG_SESSION => DifferenceKind::TagSession,
            SET_SOURCE_IDENTITY => DifferenceKind::SourceIdentity,
            action => DifferenceKind::Action(action),
        }],
    })
}

fn values(got: &Got) -> &[String] {
    match got {
        Got::Absent | Got::Unknown => &[],
        Got::One(value) => std::slice::from_ref(value),
        Got::Many(values) | Got::Part(values) => values,
    }
}

/// How far two strings are apart, roughly: what is left when their common start and end are taken off. What is but a slip
/// counts for nothing.
fn distance(wanted: &str, got: &str) -> usize {
    if is_slip(wanted, got) {
        return 0;
    }
    let start = wanted.chars().zip(got.chars()).take_while(|(a, b)| a == b).count();
    let end = wanted.chars().rev().zip(got.chars().rev()).take_while(|(a, b)| a == b).count();
    let longer = wanted.chars().count().max(got.chars().count());
    longer.saturating_sub(start.max(end))
}

fn is_slip(wanted: &str, got: &str) -> bool {
    wanted.eq_ignore_ascii_case(got) || slip(wanted, got).is_some()
}

/// A scheme or a slash too much or too little.
fn slip(wanted: &str, got: &str) -> Option<DifferenceKind> {
    let is_without_scheme = |one: &str, other: &str| one.strip_prefix("https://") == Some(other);
    if is_without_scheme(wanted, got) || is_without_scheme(got, wanted) {
        return Some(DifferenceKind::Scheme);
    }
    (wanted.trim_end_matches('/') == got.trim_end_matches('/')).then_some(DifferenceKind::TrailingSlash)
}

/// Why a token does not give this key.
fn absent(condition: &Condition<'_>, token: &Presented) -> DifferenceKind {
    let key = condition.key.shown();
    let (host, own) = (token.host.as_str(), token.host.to_ascii_lowercase());
    let Some((prefix, claim)) = claim_of(&key, host) else {
        return if never_at_assume(&key) && !is_of_token(&key) { DifferenceKind::NeverPresent } else { DifferenceKind::Absent };
    };
    match prefix.to_ascii_lowercase() {
        prefix if prefix == own => {}
        prefix if prefix.strip_prefix("https://") == Some(&*own) => return DifferenceKind::Scheme,
        prefix if prefix.trim_end_matches('/') == own.trim_end_matches('/') => return DifferenceKind::TrailingSlash,
        _ => return DifferenceKind::ForeignKey,
    }
    let issuer = reference::issuer(host);
    let known = issuer.map_or_else(reference::default_issuer_keys, |issuer| &issuer.keys);
    if known.iter().any(|own| own.name.eq_ignore_ascii_case(claim)) {
        return DifferenceKind::Absent;
    }
    let why = issuer.and_then(|issuer| issuer.not_keys.iter().find(|(own, _)| own.eq_ignore_ascii_case(claim)));
    DifferenceKind::NoKey(why.map(|(_, why)| why.clone()).unwrap_or_default())
}

/// Whether a key that is of no issuer tells of what a token sets.
fn is_of_token(key: &str) -> bool {
    const KEYS: [&str; 4] = ["aws:requesttag/", "aws:tagkeys", "sts:sourceidentity", "sts:transitivetagkeys"];
    let key = key.to_ascii_lowercase();
    KEYS.iter().any(|own| key.starts_with(own))
}

/// The issuer and the claim of a key of an issuer. A claim may hold a colon, so that of the token's own is tried first.
fn claim_of<'k>(key: &'k str, host: &str) -> Option<(&'k str, &'k str)> {
    let own = key.split_at_checked(host.len()).filter(|(prefix, _)| prefix.eq_ignore_ascii_case(host));
    let own = own.and_then(|(prefix, rest)| Some((prefix, rest.strip_prefix(':')?)));
    own.or_else(|| key.rsplit_once(':').filter(|(prefix, _)| prefix.contains('.')))
}

fn fits(wanted: &str, got: &str) -> bool {
    matches(&[Unit::Wild(wanted)], got, Mode::Like)
}

/// Whether a condition on text names a value.
fn lists(condition: &Condition<'_>, got: &str) -> bool {
    let exact = [Comparison::StringEquals, Comparison::StringEqualsIgnoreCase];
    let like = condition.operator.is_some_and(|operator| !exact.contains(&operator.comparison));
    let mut values = condition.values.iter().filter_map(|own| own.pattern.plain());
    values.any(|own| own == got || like && fits(own, got))
}

/// In what a value of the policy and one of the request differ. `all` is all that the request holds.
fn kinds(
    condition: &Condition<'_>,
    operand: &Operand<'_>,
    got: &str,
    all: &[String],
    token: Option<&Presented>,
) -> Vec<DifferenceKind> {
    let operator = condition.operator;
    let like = match operator.map(|operator| operator.comparison) {
        Some(Comparison::IpAddress) => return vec![DifferenceKind::Address],
        Some(Comparison::Numeric(_) | Comparison::Date(_)) => return vec![DifferenceKind::Comparison],
        Some(Comparison::Bool | Comparison::Null) => return vec![DifferenceKind::Truth],
        Some(Comparison::StringEquals | Comparison::StringEqualsIgnoreCase) => false,
        _ => true,
    };
    let of_all = operator.is_some_and(|operator| operator.set == Some(SetPrefix::ForAllValues));
    if of_all && all.iter().any(|got| lists(condition, got)) {
        return vec![DifferenceKind::ForAllValues];
    }
    let wanted = operand.pattern.text.shown();
    let key = condition.key.shown().to_ascii_lowercase();
    let pair = Pair { key: &key, wanted: &wanted, got, all, like };
    if like || !wanted.contains(['*', '?']) {
        return pair.kinds(token);
    }
    let mut kinds = vec![DifferenceKind::LiteralWildcard];
    if !all.iter().any(|got| fits(&wanted, got)) {
        kinds.extend(pair.kinds(token));
    }
    kinds
}

/// Two texts that differ.
struct Pair<'a> {
    /// The condition key, in lower case.
    key: &'a str,
    wanted: &'a str,
    got: &'a str,
    /// All that the request holds.
    all: &'a [String],
    /// Whether `*` and `?` are wildcards.
    like: bool,
}

impl Pair<'_> {
    fn kinds(&self, token: Option<&Presented>) -> Vec<DifferenceKind> {
        let Self { key, wanted, got, .. } = *self;
        if key.ends_with(":amr") {
            return vec![self.of_login()];
        }
        let of_subject = token.filter(|_| key.ends_with(":sub")).and_then(|token| in_subject(&token.host, wanted, got));
        if let Some(kinds) = of_subject {
            return kinds;
        }
        if wanted.eq_ignore_ascii_case(got) || self.like && is_like_but_for_case(wanted, got) {
            return vec![DifferenceKind::LetterCase(None)];
        }
        let kind = slip(wanted, got).or_else(|| self.of_audience(token));
        let parting = || wanted.chars().zip(got.chars()).take_while(|(a, b)| a == b).count() + 1;
        vec![kind.unwrap_or_else(|| DifferenceKind::Text(parting()))]
    }

    /// How somebody signed in to an identity pool.
    fn of_login(&self) -> DifferenceKind {
        let guest = "unauthenticated";
        if self.wanted == guest {
            DifferenceKind::SignedIn
        } else if self.all.iter().any(|own| own == guest) {
            DifferenceKind::Guest
        } else {
            DifferenceKind::Login
        }
    }

    /// Whom a token was made for.
    fn of_audience(&self, token: Option<&Presented>) -> Option<DifferenceKind> {
        let own = |token: &&Presented| self.key == format!("{}:aud", token.host.to_ascii_lowercase());
        match token.filter(own) {
            _ if self.key == "saml:aud" => Some(DifferenceKind::Audience),
            _ if self.key.starts_with("cognito-identity") && self.key.ends_with(":aud") => Some(DifferenceKind::IdentityPool),
            Some(token) => {
                let audiences = token.claims.get("aud").map(Claim::values).unwrap_or_default();
                let beside = token.claims.get("azp").is_some() && audiences.iter().any(|own| own == self.wanted);
                Some(if beside { DifferenceKind::AuthorizedParty } else { DifferenceKind::Audience })
            }
            None => None,
        }
    }
}

/// Whether a pattern would match but for letter case.
fn is_like_but_for_case(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    pattern.contains(['*', '?']) && matches(&[Unit::Wild(&pattern)], &text, Mode::Like)
}

/// In what two subjects of an issuer differ, part by part; `None` where one has none of its forms.
fn in_subject(host: &str, wanted: &str, got: &str) -> Option<Vec<DifferenceKind>> {
    let (wanted, got) = (Subject::read_pattern(host, wanted)?, Subject::read(host, got)?);
    let mut kinds = Vec::new();
    match (wanted.immutable, got.immutable) {
        (false, true) => kinds.push(DifferenceKind::ImmutableSubject),
        (true, false) => kinds.push(DifferenceKind::NameSubject),
        _ => {}
    }
    for (name, value) in &wanted.parts {
        let Some(own) = got.part(name).filter(|own| !matches(&[Unit::Wild(value)], own, Mode::Like)) else { continue };
        kinds.push(if value.eq_ignore_ascii_case(own) {
            DifferenceKind::LetterCase(Some(name))
        } else {
            DifferenceKind::Other(name)
        });
    }
    if wanted.whole && wanted.form.id != got.form.id {
        kinds.push(DifferenceKind::Form { wanted: &wanted.form.id, got: &got.form.id });
    }
    (!kinds.is_empty()).then_some(kinds)
}
