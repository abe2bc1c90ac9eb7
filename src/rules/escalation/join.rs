//! One root cause is told once: what a way to more rights stands on is not told of again as too wide, and whom a trust policy lets in has what
//! the role may do.

use std::collections::{HashMap, HashSet};

use crate::finding::{Finding, Label, Severity};
use crate::inventory::Role;
use crate::lint::Facts;
use crate::pattern::{Mode, Unit, matches};
use crate::rules::access::wide;
use crate::source::Span;
use crate::syntax::Text;

/// What makes its holder an administrator, the most first.
const POWERS: [&str; 3] = [EVERYTHING, "privilege-escalation", "any-role-assumed"];

/// The one of them that names no holder.
const EVERYTHING: &str = "everything-allowed";

/// What of passing roles is told where no way to more rights stands on it.
const ANY_PASSED: &str = "any-role-passed";

/// Rules that tell, with a place in a role's permissions, of somebody who gets the role.
const OF_GRANTS: [&str; 2] = ["pool-role-takes-over", "unscoped-role-for-anybody"];

/// Joins findings of one cause into one.
pub(in crate::rules) fn join(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    fold_wide(facts, findings);
    let mut joining = Joining::new(findings);
    for role in &facts.inventory.roles {
        joining.join_role(role);
    }
    let mut kept = joining.kept.into_iter();
    findings.retain(|_| kept.next().unwrap_or(true));
}

/// Takes out what tells of a place as too wide that another finding shows as a step to more rights, or as what strangers get.
fn fold_wide(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let of = |rules: &[&str]| findings.iter().filter(|own| rules.contains(&own.rule)).flat_map(places).collect::<HashSet<Span>>();
    let (steps, given) = (of(&POWERS), of(&OF_GRANTS));
    if steps.is_empty() && given.is_empty() {
        return;
    }
    // of what strangers get all that its statement says is told
    let given = Places::new(given.into_iter().map(|span| (span, 0)));
    let statements = facts.inventory.roles.iter().flat_map(|role| &role.permissions).flat_map(|named| &named.policy.statements);
    let given = statements.map(|statement| statement.range).filter(|range| given.within(*range).next().is_some());
    let mut given: Vec<Span> = given.collect();
    // INVARIANT: no statement lies within another
    given.sort_unstable();
    let is_given = |span: Span| {
        let before = given.partition_point(|range| (range.source, range.start) <= (span.source, span.start));
        before.checked_sub(1).and_then(|last| given.get(last)).is_some_and(|range| is_within(span, *range))
    };
    let is_wide = |own: &Finding| {
        (wide::RULES.iter().any(|rule| rule.name == own.rule) && own.rule != EVERYTHING) || own.rule == ANY_PASSED
    };
    let shared = shared(facts, &steps);
    let named: Vec<(Span, Vec<String>)> = findings
        .iter()
        .filter(|own| POWERS.contains(&own.rule))
        .flat_map(|own| places(own).filter(|span| shared.contains_key(span)).map(|span| (span, actions(own))))
        .collect();
    // where several statements have one place, what is told there must be of the same action
    let is_of_step = |own: &Finding, span: Span| {
        let takes = |text: &str, names: &[String]| names.iter().any(|name| matches(&[Unit::Wild(text)], name, Mode::Action));
        let own = actions(own);
        let steps: Vec<&Vec<String>> = named.iter().filter(|(place, _)| *place == span).map(|(_, names)| names).collect();
        let mut texts = shared.get(&span).into_iter().flatten();
        texts.any(|text| takes(text, &own) && steps.iter().any(|names| takes(text, names)))
    };
    let is_step = |own: &Finding, span: Span| steps.contains(&span) && (!shared.contains_key(&span) || is_of_step(own, span));
    let is_told = |own: &Finding| places(own).any(|span| is_step(own, span)) || is_given(own.primary.span);
    let told: Vec<bool> = findings.iter().map(|own| is_wide(own) && is_told(own)).collect();
    let mut told = told.into_iter();
    findings.retain(|_| !told.next().unwrap_or(false));
}

/// The actions that a finding is about, by its message; of all of a service one that there is not.
fn actions(finding: &Finding) -> Vec<String> {
    let quoted = finding.message.split('`').skip(1).step_by(2).filter(|own| !own.starts_with("arn:"));
    let named = quoted.map(|own| if own.contains(':') { own.to_owned() } else { format!("{own}:AnyOther") });
    named.chain((finding.rule == ANY_PASSED).then(|| "iam:PassRole".to_owned())).collect()
}

/// Those of these places at which actions of several statements of a policy stand, as an expression makes them, with the actions.
fn shared<'i>(facts: &Facts<'i, '_>, places: &HashSet<Span>) -> HashMap<Span, Vec<&'i str>> {
    let mut all: HashMap<Span, (usize, bool, Vec<&str>)> = HashMap::new();
    for (policy, _) in facts.inventory.all_policies() {
        for statement in &policy.statements {
            let patterns = statement.actions.iter().flat_map(|own| &own.list).filter(|own| places.contains(&own.text.span()));
            for pattern in patterns {
                let (first, is_shared, texts) = all.entry(pattern.text.span()).or_insert((statement.index, false, Vec::new()));
                *is_shared |= *first != statement.index;
                texts.extend(pattern.plain().filter(|text| !texts.contains(text)));
            }
        }
    }
    all.into_iter().filter(|(_, (_, is_shared, _))| *is_shared).map(|(span, (.., texts))| (span, texts)).collect()
}

/// The places of findings, to be asked for those of one role among thousands.
struct Places(Vec<(Span, usize)>);

impl Places {
    fn new(places: impl Iterator<Item = (Span, usize)>) -> Self {
        let mut places: Vec<(Span, usize)> = places.collect();
        places.sort_unstable();
        Self(places)
    }

    /// The numbers of those that lie within another place.
    fn within(&self, range: Span) -> impl Iterator<Item = usize> + '_ {
        let first = self.0.partition_point(|(span, _)| (span.source, span.start) < (range.source, range.start));
        let behind =
            self.0.iter().skip(first).take_while(move |(span, _)| span.source == range.source && span.start <= range.end);
        behind.filter(move |(span, _)| is_within(*span, range)).map(|&(_, index)| index)
    }
}

/// Whether a place lies within another.
fn is_within(span: Span, range: Span) -> bool {
    span.source == range.source && range.start <= span.start && span.end <= range.end
}

fn places(finding: &Finding) -> impl Iterator<Item = Span> {
    [finding.primary.span].into_iter().chain(finding.related.iter().map(|label| label.span))
}

/// What is joined, finding by finding.
struct Joining<'f> {
    findings: &'f mut Vec<Finding>,
    places: Places,
    /// Which findings are still told.
    kept: Vec<bool>,
}

impl<'f> Joining<'f> {
    fn new(findings: &'f mut Vec<Finding>) -> Self {
        let matters =
            |own: &Finding| own.severity == Severity::High || POWERS.contains(&own.rule) || OF_GRANTS.contains(&own.rule);
        let own = findings.iter().enumerate().filter(|(_, own)| matters(own));
        let places = Places::new(own.map(|(index, own)| (own.primary.span, index)));
        let kept = vec![true; findings.len()];
        Self { findings, places, kept }
    }

    /// The findings in these ranges that are still told, in their order.
    fn within(&self, ranges: impl Iterator<Item = Span>, is_meant: impl Fn(&Finding) -> bool) -> Vec<usize> {
        let is_kept = |index: &usize| self.kept.get(*index).copied().unwrap_or(false);
        let is_own = |index: &usize| self.findings.get(*index).is_some_and(&is_meant);
        let mut all: Vec<usize> = ranges.flat_map(|range| self.places.within(range)).filter(is_kept).filter(is_own).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Tells with whom a trust policy lets in what he is then, in place of telling it of the role alone.
    fn join_role(&mut self, role: &Role<'_>) {
        let unread = |span: Span| role.unread.iter().any(|own| own.span() == span);
        let of_policies = role.permissions.iter().map(|named| named.policy.range);
        let in_permissions = |is_meant: &dyn Fn(&Finding) -> bool| {
            let mut all = self.within(of_policies.clone(), is_meant);
            all.extend(self.within(role.unread.iter().map(Text::span), |own| unread(own.primary.span) && is_meant(own)));
            all.sort_unstable();
            all.dedup();
            all
        };
        let powers = in_permissions(&|own| POWERS.contains(&own.rule));
        let of_rule = |rule: &&str| powers.iter().filter_map(|&index| self.findings.get(index)).find(|own| own.rule == *rule);
        let Some(power) = POWERS.iter().find_map(of_rule) else { return };
        let own = role.name.shown();
        // a policy that several roles have is told of once, with the name of the first
        let may = match power.message.split_once(" can ") {
            Some((_, what)) => format!("`{own}` can {what}"),
            None if power.rule == EVERYTHING => format!("`{own}` may do everything"),
            None => power.message.clone(),
        };
        let places: Vec<Label> = std::iter::once(&power.primary).chain(&power.related).cloned().collect();
        let is_told = !in_permissions(&|own| OF_GRANTS.contains(&own.rule)).is_empty();
        let of_trust = self.within(role.trusts().map(|trust| trust.range), |own| own.severity == Severity::High);
        for &index in of_trust.iter().filter(|_| !is_told) {
            if let Some(own) = self.findings.get_mut(index) {
                own.message = format!("{}, and {may}", own.message);
                own.related.extend(places.iter().cloned());
            }
        }
        if is_told || !of_trust.is_empty() {
            for index in powers {
                if let Some(kept) = self.kept.get_mut(index) {
                    *kept = false;
                }
            }
        }
    }
}
