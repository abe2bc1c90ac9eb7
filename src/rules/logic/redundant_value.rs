//! Values of a list that another value of the list makes needless.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::walk::{is_star, statements};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::{Mode, Pattern, Tested, Unit, alike, begins_like, covers, matches};
use crate::policy::{Comparison, Condition, Operand, Patterns, PolicyKind, Relation, Value};
use crate::rules::mend::Mender;
use crate::rules::tag::Tag;
use crate::syntax::Text;

pub(super) static RULE: Rule =
    Rule { name: "redundant-value", severity: Severity::Style, page: include_str!("../../../rules/logic/redundant-value.md") };

/// How many needless values a finding shows beside the first.
const MOST_PLACES: usize = 3;

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let mut seen = Seen::default();
    for (policy, statement) in statements(facts) {
        let mender = Mender::of(facts.sources, policy);
        if let Some(principals) = &statement.principals {
            let list = &principals.list;
            let same = |wide: usize, narrow: usize| match (list.get(wide), list.get(narrow)) {
                (Some(wide), Some(narrow)) => wide.kind == narrow.kind && is_same(&wide.value, &narrow.value),
                _ => false,
            };
            let texts = list.iter().map(|own| (own.value.known(), None));
            findings
                .extend(tell(mender, &needless_texts(texts, false, same), list.len(), |at| list.get(at).map(|own| &own.value)));
        }
        if let Some(actions) = statement.actions.as_ref().filter(|own| leaves_some(own)) {
            let list = &actions.list;
            findings
                .extend(tell(mender, &needless_actions(actions, &mut seen), list.len(), |at| list.get(at).map(|own| &own.text)));
        }
        if let Some(resources) = statement.resources.as_ref().filter(|own| leaves_some(own)) {
            let list = &resources.list;
            let takes_in = |wide: usize, narrow: usize| match (list.get(wide), list.get(narrow)) {
                (Some(wide), Some(narrow)) => takes_resource(wide, narrow),
                _ => false,
            };
            let texts = list.iter().map(|own| (own.plain(), text_of(own).1));
            findings.extend(tell(mender, &needless_texts(texts, false, takes_in), list.len(), |at| {
                list.get(at).map(|own| &own.text)
            }));
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

/// Those of so many values that another one takes in, each with that one. Of two that take each other in it is the later.
fn needless(count: usize, takes_in: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let by = |narrow: usize| {
        let is_by = |wide: &usize| *wide != narrow && takes_in(*wide, narrow) && (*wide < narrow || !takes_in(narrow, *wide));
        (0..count).find(is_by).map(|wide| (narrow, wide))
    };
    (0..count).filter_map(by).collect()
}

/// Shorter lists are compared each with each.
const SHORT: usize = 32;

/// As [`needless`], of fewer than [`SHORT`] texts: one takes in another where they are the same, or where it has wildcards.
fn needless_of_few<'t>(
    texts: impl Iterator<Item = (Option<&'t str>, Option<&'t str>)>,
    takes_in: impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    let mut tags = [0; SHORT];
    let (mut wild, mut count) = (0_u32, 0);
    for ((text, pattern), tag) in texts.zip(&mut tags) {
        // a text that is not known is like none
        *tag = text.map_or(count as u64, |text| Tag::of(text).whole);
        wild |= u32::from(pattern.is_some()) << count;
        count += 1;
    }
    let tags = tags.get(..count).unwrap_or(&[]);
    let by = |(narrow, tag): (usize, &u64)| {
        let may = |(wide, own): &(usize, &u64)| *wide != narrow && (*own == tag || wild >> wide & 1 != 0);
        let mut wide = tags.iter().enumerate().filter(may).map(|(wide, _)| wide);
        let is_by = |wide: &usize| takes_in(*wide, narrow) && (*wide < narrow || !takes_in(narrow, *wide));
        wide.find(is_by).map(|wide| (narrow, wide))
    };
    tags.iter().enumerate().filter_map(by).collect()
}

/// As [`needless`], of texts, each with the pattern that it is where it has wildcards: a long list is sorted, and a text compared with those only
/// that are equal, or begin as it does up to their first wildcard. `folds`: whatever their letter case.
fn needless_texts<'t>(
    texts: impl ExactSizeIterator<Item = (Option<&'t str>, Option<&'t str>)>,
    folds: bool,
    takes_in: impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    if texts.len() < 2 {
        return Vec::new();
    }
    if texts.len() < SHORT {
        return needless_of_few(texts, takes_in);
    }
    let folded = |text: &'t str| if folds { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) };
    let mut order: Vec<(Cow<'t, str>, bool, usize)> = Vec::with_capacity(texts.len());
    for (at, (text, pattern)) in texts.enumerate() {
        order.extend(text.map(|text| (folded(text), true, at)));
        order.extend(pattern.and_then(|own| own.split(['*', '?']).next()).map(|start| (folded(start), false, at)));
    }
    order.sort_unstable();
    let is_by =
        |wide: usize, narrow: usize| wide != narrow && takes_in(wide, narrow) && (wide < narrow || !takes_in(narrow, wide));
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut pairs = Vec::new();
    for group in order.chunk_by(|one, other| one.0 == other.0) {
        let Some((text, ..)) = group.first() else { continue };
        while open.pop_if(|(start, _)| !text.starts_with(*start)).is_some() {}
        open.extend(group.iter().filter(|(_, is_whole, _)| !is_whole).map(|(start, _, at)| (&**start, *at)));
        let whole = || group.iter().filter(|(_, is_whole, _)| *is_whole).map(|(.., at)| *at);
        for narrow in whole() {
            let twin = whole().find(|wide| is_by(*wide, narrow));
            let least = |least: Option<usize>, wide: usize| {
                if least.is_none_or(|least| wide < least) && is_by(wide, narrow) { Some(wide) } else { least }
            };
            pairs.extend(open.iter().map(|(_, wide)| *wide).fold(twin, least).map(|by| (narrow, by)));
        }
    }
    pairs.sort_unstable();
    pairs
}

/// The text of a pattern, and the pattern that it is where it has wildcards.
fn text_of<'p>(pattern: &'p Pattern<'_>) -> (Option<&'p str>, Option<&'p str>) {
    (pattern.text.known(), pattern.plain().filter(|_| pattern.has_wildcard()))
}

/// The actions of a list, for one list after another.
#[derive(Default)]
struct Seen {
    /// The tag of each.
    tags: Vec<Tag>,
    /// The number of one in the list, from 1, by its tag; 0 where there is none.
    places: Vec<u32>,
}

/// Lists of actions may be long: each is compared with those of its service only, and with what looks the same.
fn needless_actions(actions: &Patterns<'_>, seen: &mut Seen) -> Vec<(usize, usize)> {
    let list = &actions.list;
    let mut pairs = Vec::new();
    if list.len() < 2 {
        return pairs;
    }
    seen.tags.clear();
    seen.tags.extend(list.iter().map(|own| Tag::of(own.plain().unwrap_or(""))));
    twins(list, seen, &mut pairs);
    if !actions.wild {
        return pairs;
    }
    let tags = &seen.tags;
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

/// Actions that stand there before, each with the first of these.
fn twins(list: &[Pattern<'_>], seen: &mut Seen, pairs: &mut Vec<(usize, usize)>) {
    let Seen { tags, places } = seen;
    places.clear();
    places.resize((2 * list.len()).next_power_of_two(), 0);
    let mask = places.len() - 1;
    for (number, (own, tag)) in (1..).zip(list.iter().zip(&*tags)).filter(|(_, (own, _))| own.plain().is_some()) {
        let mut slot = tag.place(places.len());
        // INVARIANT: half of the places are free, so each search ends
        while let Some(place) = places.get_mut(slot) {
            let Some(twin) = place.checked_sub(1).map(|twin| twin as usize) else {
                *place = number;
                break;
            };
            let is_alike = tags.get(twin).is_some_and(|twin| twin.whole == tag.whole);
            if is_alike && list.get(twin).is_some_and(|twin| is_same_action(twin, own)) {
                pairs.push((number as usize - 1, twin));
                break;
            }
            slot = (slot + 1) & mask;
        }
    }
}

fn is_same_action(one: &Pattern<'_>, other: &Pattern<'_>) -> bool {
    matches!((one.plain(), other.plain()), (Some(one), Some(other)) if one.eq_ignore_ascii_case(other))
}

fn is_same(one: &Text<'_>, other: &Text<'_>) -> bool {
    one.known().is_some() && one.known() == other.known()
}

/// Whether a resource is taken in by another. One that goes on where the other ends in `*` lists what lies below for the reader, as
/// `…:logs-*/*` beside `…:logs-*`.
fn takes_resource(wide: &Pattern<'_>, narrow: &Pattern<'_>) -> bool {
    let (Some(own), Some(other)) = (wide.plain(), narrow.plain()) else { return false };
    if own == other {
        return true;
    }
    // that a `*` may reach past its part is nobody's reason to list a value or not
    let mode = || if own.bytes().filter(|byte| *byte == b':').nth(4).is_some() { Mode::Arn } else { Mode::Resource };
    may_take(own, other)
        && begins_like(own, other, false)
        && wide.has_wildcard()
        && (is_star(wide) || !other.starts_with(own))
        && takes_in(wide, narrow, mode())
}

/// Whether it may be that one takes in another, by how they end, and by the first letter in which they differ: what costs nearly nothing to see.
fn may_take(wide: &str, narrow: &str) -> bool {
    let is_wildcard = |byte: &u8| matches!(byte, b'*' | b'?');
    let (own, other) = (wide.as_bytes(), narrow.as_bytes());
    // behind the last wildcard the ends must be the same
    let mut ends = own.iter().rev().take_while(|byte| !is_wildcard(byte)).zip(other.iter().rev());
    if ends.any(|(own, other)| own != other) {
        return false;
    }
    let (same, behind) = own.split_at_checked(alike(wide, narrow)).unwrap_or((own, &[]));
    if behind.first().is_none_or(is_wildcard) {
        return true;
    }
    // where no wildcard stands before that letter in its part of an ARN, none can take it; the sixth part may hold colons
    let stop = same.iter().rposition(|byte| *byte == b':' || is_wildcard(byte));
    let is_colon = |at: usize| same.get(at) == Some(&b':');
    let is_of_sixth = || same.iter().filter(|byte| **byte == b':').nth(5).is_some();
    stop.is_some_and(|at| !is_colon(at) || is_of_sixth())
}

/// Whether a pattern with wildcards takes all in that another one does. What holds a variable or hole is left alone.
fn takes_in(wide: &Pattern<'_>, narrow: &Pattern<'_>, mode: Mode) -> bool {
    let (Some(own), Some(other), true) = (wide.plain(), narrow.plain(), wide.has_wildcard()) else { return false };
    let (wide, narrow) = ([Unit::Wild(own)], [Unit::Wild(other)]);
    // a look before the question, which costs more: as a text, the one is among what it stands for itself
    matches(&wide, other, mode) && covers(Tested { units: &wide, mode }, Tested { units: &narrow, mode })
}

/// Values of a list are alternatives, and of a negated operator none may match: either way one that another takes in is needless.
fn needless_values(condition: &Condition<'_>) -> Vec<(usize, usize)> {
    let (list, Some(operator)) = (&condition.values, condition.operator) else { return Vec::new() };
    if list.len() < 2 {
        return Vec::new();
    }
    // who spares everything is told by itself
    if operator.negated && list.iter().any(|own| is_star(&own.pattern)) {
        return Vec::new();
    }
    let takes_in = |wide: usize, narrow: usize| match (list.get(wide), list.get(narrow)) {
        (Some(wide), Some(narrow)) => takes_value(operator.comparison, wide, narrow),
        _ => false,
    };
    let texts = || list.iter().map(|own| text_of(&own.pattern));
    match operator.comparison {
        Comparison::StringLike | Comparison::Arn | Comparison::StringEquals | Comparison::Binary => {
            needless_texts(texts(), false, takes_in)
        }
        Comparison::StringEqualsIgnoreCase => needless_texts(texts(), true, takes_in),
        _ => needless(list.len(), takes_in),
    }
}

fn takes_value(comparison: Comparison, wide: &Operand<'_>, narrow: &Operand<'_>) -> bool {
    use Comparison as C;
    let same = || is_same(&wide.pattern.text, &narrow.pattern.text);
    // `home/` beside `home/*` names the folder for the reader
    let is_folder = || {
        let start = wide.pattern.plain().and_then(|text| text.strip_suffix('*'));
        start.is_some_and(|start| narrow.pattern.plain() == Some(start))
    };
    let takes_in = |mode| same() || !is_folder() && takes_in(&wide.pattern, &narrow.pattern, mode);
    match (comparison, &wide.value, &narrow.value) {
        (C::StringLike, ..) => takes_in(Mode::Like),
        (C::Arn, ..) => takes_in(Mode::Arn),
        (C::StringEquals | C::Binary, ..) => same(),
        (C::StringEqualsIgnoreCase, ..) => is_same_action(&wide.pattern, &narrow.pattern),
        (C::IpAddress, Value::Network(_, long), Value::Network(first, longer)) => {
            long <= longer && wide.value.holds_address(*first)
        }
        (C::Numeric(relation), Value::Number(wide), Value::Number(narrow)) => is_looser(relation, wide.cmp(narrow)),
        (C::Date(relation), Value::Date(wide), Value::Date(narrow)) => is_looser(relation, wide.cmp(narrow)),
        // several Booleans are a fault of their own
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
