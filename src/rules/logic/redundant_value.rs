//! Values of a list that another value of the list makes needless.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::alone::begins_like;
use super::walk::{is_star, statements};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::{Mode, Pattern, Tested, Unit, covers, matches};
use crate::policy::{Comparison, Condition, Operand, Patterns, PolicyKind, Relation, Value};
use crate::rules::mend::Mender;
use crate::syntax::Text;

pub(super) static RULE: Rule =
    Rule { name: "redundant-value", severity: Severity::Style, page: include_str!("../../../rules/logic/redundant-value.md") };

/// How many needless values a finding shows beside the first.
const MOST_PLACES: usize = 3;

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let mut tags = Vec::new();
    for (policy, statement) in statements(facts) {
        let mender = Mender::of(facts.sources, policy);
        if let Some(principals) = &statement.principals {
            let list = &principals.list;
            let twins = twins(list.iter().map(|own| Some((own.kind, own.value.known()?))));
            findings.extend(tell(mender, &needless(&twins, |_| false, |_, _| false), list.len(), |at| {
                list.get(at).map(|own| &own.value)
            }));
        }
        if let Some(actions) = statement.actions.as_ref().filter(|own| leaves_some(own)) {
            let list = &actions.list;
            findings.extend(tell(mender, &needless_actions(list, &mut tags), list.len(), |at| list.get(at).map(|own| &own.text)));
        }
        if let Some(resources) = statement.resources.as_ref().filter(|own| leaves_some(own)) {
            let list = &resources.list;
            let takes_in = |wide: usize, narrow: usize| match (list.get(wide), list.get(narrow)) {
                (Some(wide), Some(narrow)) => takes_resource(wide, narrow),
                _ => false,
            };
            let is_wide = |at: usize| list.get(at).is_some_and(Pattern::has_wildcard);
            let twins = twins(list.iter().map(Pattern::plain));
            findings
                .extend(tell(mender, &needless(&twins, is_wide, takes_in), list.len(), |at| list.get(at).map(|own| &own.text)));
        }
        // in a trust policy the loose value is the matter, and other rules tell of it
        for condition in statement.conditions.iter().filter(|_| policy.kind != PolicyKind::Trust) {
            findings.extend(tell(mender, &needless_values(condition), condition.values.len(), |at| {
                condition.values.get(at).map(|own| &own.pattern.text)
            }));
        }
    }
}

/// Whether this is not a list that excepts all there is, which is told by itself.
fn leaves_some(patterns: &Patterns<'_>) -> bool {
    !patterns.negated || !patterns.list.iter().any(is_star)
}

/// A finding on values that are needless, each with the one that makes it so.
fn tell<'p, 's: 'p>(
    mender: Mender<'_, '_>,
    pairs: &[(usize, usize)],
    count: usize,
    at: impl Fn(usize) -> Option<&'p Text<'s>>,
) -> Option<Finding> {
    let (&(first, by), others) = pairs.split_first()?;
    let (text, wide) = (at(first)?, at(by)?);
    let (shown, by) = (quoted(&text.shown()), quoted(&wide.shown()));
    let twice = shown.eq_ignore_ascii_case(&by);
    let message = match others.len() {
        0 if twice => format!("{shown} stands twice in one list"),
        0 => format!("{shown} adds nothing to {by}"),
        1 => format!("{shown} and another value add nothing to their list"),
        more => format!("{shown} and {more} other values add nothing to their list"),
    };
    let texts: Vec<&Text<'_>> = (0..count).map_while(&at).collect();
    let gone: Vec<usize> = pairs.iter().map(|(needless, _)| *needless).collect();
    let more = others.iter().take(MOST_PLACES).filter_map(|(needless, _)| Some(Label::new(at(*needless)?.span(), "so is this")));
    Some(Finding {
        related: [Label::new(wide.span(), if twice { "the same" } else { "takes it in" })].into_iter().chain(more).collect(),
        fix: mender.without(&texts, &gone),
        help: Some("take it out; or, if the narrow one is what was meant, the wide one".to_owned()),
        ..RULE.finding(message, text.span(), "needless")
    })
}

fn quoted(text: &str) -> String {
    if text.is_empty() { "an empty string".to_owned() } else { format!("`{text}`") }
}

/// For each value the first one of the same text, where that stands before it.
fn twins<K: Eq + Hash>(texts: impl ExactSizeIterator<Item = Option<K>>) -> Vec<Option<usize>> {
    let mut first: FxHashMap<K, usize> = FxHashMap::default();
    let twin = |(at, text): (usize, Option<K>)| {
        let first = *first.entry(text?).or_insert(at);
        (first < at).then_some(first)
    };
    texts.enumerate().map(twin).collect()
}

/// Those of some values that another one takes in, each with that one: its twin, or one that is wide. Of two that take each other in it is
/// the later.
fn needless(
    twins: &[Option<usize>],
    is_wide: impl Fn(usize) -> bool,
    takes_in: impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    let wide: Vec<usize> = (0..twins.len()).filter(|at| is_wide(*at)).collect();
    let by = |(narrow, twin): (usize, &Option<usize>)| {
        let is_by = |wide: &usize| *wide != narrow && takes_in(*wide, narrow) && (*wide < narrow || !takes_in(narrow, *wide));
        let taken = wide.iter().copied().take_while(|wide| twin.is_none_or(|twin| *wide < twin)).find(is_by);
        taken.or(*twin).map(|wide| (narrow, wide))
    };
    twins.iter().enumerate().filter_map(by).collect()
}

/// What tells most actions of a list apart at a glance.
#[derive(Clone, Copy)]
struct Tag {
    service: u64,
    whole: u64,
}

impl Tag {
    fn of(pattern: &Pattern<'_>) -> Self {
        let text = pattern.plain().unwrap_or("").as_bytes();
        let start = text.first_chunk().copied().unwrap_or_else(|| padded(text));
        // names differ at their ends more than where they begin
        let end = text.last_chunk().copied().unwrap_or(start);
        let colon = start.iter().position(|byte| *byte == b':').unwrap_or(8);
        let before = u64::MAX.checked_shr(64 - 8 * colon as u32).unwrap_or(0);
        let service = folded(start) & before;
        // the golden ratio as a fraction of 2⁶⁴
        let whole = (service.rotate_left(29) ^ folded(end) ^ text.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self { service, whole }
    }
}

fn padded(text: &[u8]) -> [u8; 8] {
    let mut letters = [0; 8];
    letters.iter_mut().zip(text).for_each(|(own, byte)| *own = *byte);
    letters
}

/// The letters, whatever their case.
fn folded(letters: [u8; 8]) -> u64 {
    u64::from_le_bytes(letters) | 0x2020_2020_2020_2020
}

/// Lists of actions may be long: each is compared with those of its service only, and with what looks the same.
fn needless_actions(list: &[Pattern<'_>], tags: &mut Vec<Tag>) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    if list.len() < 2 {
        return pairs;
    }
    tags.clear();
    tags.extend(list.iter().map(Tag::of));
    let mut seen = [0_u64; 256];
    for (at, (own, tag)) in list.iter().zip(tags.iter()).enumerate() {
        let bit = 1 << (tag.whole >> 58);
        let Some(word) = seen.get_mut((tag.whole >> 50) as usize % 256) else { continue };
        if *word & bit != 0 {
            let alike = tags.iter().take(at).enumerate().filter(|(_, twin)| twin.whole == tag.whole);
            let mut twins = alike.map(|(twin, _)| twin);
            let twin = twins.find(|twin| list.get(*twin).is_some_and(|twin| is_same_action(twin, own)));
            pairs.extend(twin.map(|twin| (at, twin)));
        }
        *word |= bit;
    }
    let mut run = (0, 0..0);
    for (at, (wide, own)) in list.iter().zip(tags.iter()).enumerate().filter(|(_, (wide, _))| wide.has_wildcard()) {
        let Some(text) = wide.plain() else { continue };
        let every = text.bytes().all(|byte| byte == b'*');
        // what a wildcard in the service does AWS does not say
        if !every && text.split(':').next().is_none_or(|service| service.contains(['*', '?'])) {
            continue;
        }
        if run.0 != own.service || run.1.is_empty() {
            let first = tags.iter().position(|tag| tag.service == own.service).unwrap_or(at);
            let behind = tags.iter().rposition(|tag| tag.service == own.service).unwrap_or(at) + 1;
            run = (own.service, first..behind);
        }
        let range = if every { 0..list.len() } else { run.1.clone() };
        for narrow in range.filter(|narrow| *narrow != at) {
            let (Some(other), Some(tag)) = (list.get(narrow), tags.get(narrow)) else { continue };
            let takes_in = |wide, narrow| takes_in(wide, narrow, Mode::Action);
            let may = every || tag.service == own.service;
            if may && takes_in(wide, other) && (at < narrow || !takes_in(other, wide)) {
                pairs.push((narrow, at));
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup_by_key(|(narrow, _)| *narrow);
    pairs
}

fn is_same_action(one: &Pattern<'_>, other: &Pattern<'_>) -> bool {
    matches!((one.plain(), other.plain()), (Some(one), Some(other)) if one.eq_ignore_ascii_case(other))
}

/// Whether a resource is taken in by another. One that goes on where the other ends in `*` lists what lies below for the reader, as
/// `…:logs-*/*` beside `…:logs-*`.
fn takes_resource(wide: &Pattern<'_>, narrow: &Pattern<'_>) -> bool {
    let (Some(own), Some(other)) = (wide.plain(), narrow.plain()) else { return false };
    // that a `*` may reach past its part is nobody's reason to list a value or not
    let mode = || if own.bytes().filter(|byte| *byte == b':').nth(4).is_some() { Mode::Arn } else { Mode::Resource };
    wide.has_wildcard()
        && may_take_part(own, other)
        && (is_star(wide) || !other.starts_with(own))
        && takes_in(wide, narrow, mode())
}

/// Whether the first part of an ARN in which two differ begins alike, and they end alike: what costs nearly nothing to see.
fn may_take_part(wide: &str, narrow: &str) -> bool {
    let mut start = 0;
    let mut colons = 0;
    for (at, (own, other)) in wide.bytes().zip(narrow.bytes()).enumerate() {
        if own != other {
            break;
        }
        if own == b':' && colons < 5 {
            colons += 1;
            start = at + 1;
        }
    }
    let may = wide.get(start..).zip(narrow.get(start..)).is_some_and(|(wide, narrow)| begins_like(wide, narrow, false));
    // behind the last wildcard the ends must be the same
    may && wide
        .bytes()
        .rev()
        .take_while(|byte| !matches!(byte, b'*' | b'?'))
        .zip(narrow.bytes().rev())
        .all(|(own, other)| own == other)
}

/// Whether a pattern with wildcards takes all in that another one does. What holds a variable or hole is left alone.
fn takes_in(wide: &Pattern<'_>, narrow: &Pattern<'_>, mode: Mode) -> bool {
    let (Some(own), Some(other), true) = (wide.plain(), narrow.plain(), wide.has_wildcard()) else { return false };
    let (wide, narrow) = ([Unit::Wild(own)], [Unit::Wild(other)]);
    // two looks before the question, which costs more: as a text, the one is among what it stands for itself
    begins_like(own, other, mode == Mode::Action)
        && matches(&wide, other, mode)
        && covers(Tested { units: &wide, mode }, Tested { units: &narrow, mode })
}

/// Values of a list are alternatives, and of a negated operator none may match: either way one that another takes in is needless.
fn needless_values(condition: &Condition<'_>) -> Vec<(usize, usize)> {
    let (list, Some(operator)) = (&condition.values, condition.operator) else { return Vec::new() };
    // who spares everything is told by itself
    if operator.negated && list.iter().any(|own| is_star(&own.pattern)) {
        return Vec::new();
    }
    let comparison = operator.comparison;
    let longest = list.iter().filter_map(prefix_length).max();
    let is_wide = |at: usize| match (comparison, list.get(at)) {
        (Comparison::StringLike | Comparison::Arn, Some(own)) => own.pattern.has_wildcard(),
        (Comparison::IpAddress, Some(own)) => prefix_length(own) < longest,
        (Comparison::Numeric(_) | Comparison::Date(_), Some(_)) => true,
        _ => false,
    };
    needless(&twins(list.iter().map(|own| key(comparison, own))), is_wide, |wide, narrow| {
        match (list.get(wide), list.get(narrow)) {
            (Some(wide), Some(narrow)) => takes_value(comparison, wide, narrow),
            _ => false,
        }
    })
}

/// What two values have in common that say the same.
fn key<'p>(comparison: Comparison, own: &'p Operand<'_>) -> Option<Cow<'p, str>> {
    use Comparison as C;
    match (comparison, &own.value) {
        (C::StringEqualsIgnoreCase, _) => Some(own.pattern.plain()?.to_ascii_lowercase().into()),
        (C::IpAddress, Value::Network(first, length)) => Some(format!("{first}/{length}").into()),
        (C::StringLike | C::Arn | C::StringEquals | C::Binary, _) => own.pattern.text.known().map(Cow::Borrowed),
        // numbers and times are compared; several Booleans are a fault of their own
        _ => None,
    }
}

fn prefix_length(own: &Operand<'_>) -> Option<u8> {
    match own.value {
        Value::Network(_, length) => Some(length),
        _ => None,
    }
}

/// Whether a value that is not the same takes another one in.
fn takes_value(comparison: Comparison, wide: &Operand<'_>, narrow: &Operand<'_>) -> bool {
    use Comparison as C;
    // `home/` beside `home/*` names the folder for the reader
    let is_folder = || {
        let start = wide.pattern.plain().and_then(|text| text.strip_suffix('*'));
        start.is_some_and(|start| narrow.pattern.plain() == Some(start))
    };
    let takes_in = |mode| !is_folder() && takes_in(&wide.pattern, &narrow.pattern, mode);
    match (comparison, &wide.value, &narrow.value) {
        (C::StringLike, ..) => takes_in(Mode::Like),
        (C::Arn, ..) => takes_in(Mode::Arn),
        (C::IpAddress, Value::Network(_, long), Value::Network(first, longer)) => {
            long <= longer && wide.value.holds_address(*first)
        }
        (C::Numeric(relation), Value::Number(wide), Value::Number(narrow)) => is_looser(relation, wide.cmp(narrow)),
        (C::Date(relation), Value::Date(wide), Value::Date(narrow)) => is_looser(relation, wide.cmp(narrow)),
        _ => false,
    }
}

/// Whether a bound lets all through that another one does.
fn is_looser(relation: Relation, order: Ordering) -> bool {
    match relation {
        Relation::Equals => order.is_eq(),
        Relation::LessThan | Relation::LessThanEquals => order.is_ge(),
        Relation::GreaterThan | Relation::GreaterThanEquals => order.is_le(),
    }
}
