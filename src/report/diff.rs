//! What every report on a change says in the same words.

use super::Compared;
use crate::compare::{Change, Doubt, News, Pair, Presence, Sample, State};
use crate::evaluate::{ContextValue, Gap, GapReason};
use crate::finding::Fault;
use crate::policy::{Policy, PolicyFault};
use crate::rules::grammar;
use crate::source::{SourceId, Sources, Span};

/// The request in a line: what about it is new, and enough of it to tell it from others.
pub(super) fn line(sample: &Sample<'_, '_>) -> String {
    let lifted = match (sample.allowed_by, sample.denied_by) {
        (Some(_), _) => "",
        // what allows it stands elsewhere
        (None, Some(_)) => ", no longer denied",
        (None, None) => ", no longer limited",
    };
    format!("{}{lifted}: {}", sample.news.name(), request(sample))
}

/// Who may do what to what, and under which conditions where that is what differs.
pub(super) fn request(sample: &Sample<'_, '_>) -> String {
    let mut line = String::new();
    if let Some(principal) = &sample.principal {
        line = format!("{principal} may ");
    }
    line.push_str(&sample.action);
    if sample.resource != "*" || sample.principal.is_none() {
        line.push_str(" on ");
        line.push_str(&sample.resource);
    }
    let held = |(key, value): (&str, &ContextValue<'_>)| format!("{key}={}", values(value));
    let (with, without): (Vec<String>, Vec<String>) = match sample.news {
        News::Principal => (sample.context.iter().map(held).collect(), Vec::new()),
        News::Condition => {
            let (with, without): (Vec<&String>, _) = sample.keys.iter().partition(|key| sample.context.get(key).is_some());
            let with = with.into_iter().filter_map(|key| Some(held((key, sample.context.get(key)?))));
            (with.collect(), without.into_iter().cloned().collect())
        }
        News::Action | News::Resource => (Vec::new(), Vec::new()),
    };
    for (word, list) in [("with", with), ("without", without)] {
        if !list.is_empty() {
            line.extend([" ", word, " ", &list.join(", ")]);
        }
    }
    line
}

/// The values of a condition key.
pub(super) fn values(value: &ContextValue<'_>) -> String {
    let values: Vec<&str> = value.values().collect();
    match value {
        ContextValue::One(_) => values.concat(),
        _ => format!("[{}]", values.join(", ")),
    }
}

/// Why it is not known, in one clause.
pub(super) fn doubt(doubt: &Doubt, pair: &Pair<'_, '_>, compared: &Compared<'_, '_>, sources: &Sources) -> String {
    match doubt {
        Doubt::Budget => format!("a budget of {} was not enough to tell (`--budget`)", compared.budget.steps),
        Doubt::Open(gap) => open(*gap),
        Doubt::Refused(fault, state) => {
            let when = if *state == State::Old { "what was there before" } else { "what is there now" };
            format!("AWS would refuse to store {when}: {}", refusal(fault, pair, sources))
        }
        Doubt::Mixed => "a condition key is compared both as text and as something else".to_owned(),
        Doubt::Refuted => "a request was found that the evaluator judges otherwise, which is a mistake of this tool".to_owned(),
        Doubt::Missing(text, _) => text.clone(),
    }
}

/// Where what is not known stands, and what to say there; none where it stands nowhere.
pub(super) fn place(doubt: &Doubt) -> Option<(Span, &'static str)> {
    let place = match doubt {
        Doubt::Budget | Doubt::Mixed | Doubt::Refuted => return None,
        Doubt::Open(gap) => (gap.span, "hangs on this"),
        Doubt::Refused(fault, _) => (fault.span, "refused for this"),
        Doubt::Missing(_, span) => (*span, "named here"),
    };
    Some(place).filter(|(span, _)| span.source != SourceId::NONE)
}

/// Where it stands.
pub(super) fn span_of_gap(gap: Gap) -> Option<Span> {
    Some(gap.span).filter(|span| span.source != SourceId::NONE)
}

/// The place that stands for a policy in a line: the statement that lets more through, or what it is not known for.
pub(super) fn main_place(pair: &Pair<'_, '_>) -> Span {
    let widened = pair.widened.samples.first().and_then(|sample| sample.place);
    let unsure = || {
        let doubts = pair.widened.doubts.iter().chain(&pair.narrowed.doubts);
        doubts.filter(|_| pair.change == Change::Undecided).find_map(place).map(|(span, _)| span)
    };
    widened.or_else(unsure).unwrap_or(pair.place)
}

/// What became of it, where it is not there in both states.
pub(super) fn presence(pair: &Pair<'_, '_>) -> &'static str {
    match pair.presence {
        Presence::Both => "",
        Presence::Added => " (new)",
        Presence::Removed => " (removed)",
    }
}

/// One line: how many policies changed in which way, and of which requests that is said.
pub(super) fn summary(compared: &Compared<'_, '_>) -> String {
    let counts = counts(compared);
    let told: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(change, count)| format!("{count} {}", change.name())).collect();
    let [old, new] = &compared.names;
    let told =
        if told.is_empty() { format!("no policy in {old} or {new}") } else { format!("{} from {old} to {new}", told.join(", ")) };
    let reasons: Vec<String> = compared.passed_over.iter().map(|(reason, count)| format!("{count} ({reason})")).collect();
    let passed_over = if reasons.is_empty() { String::new() } else { format!("; not looked at: {}", reasons.join(", ")) };
    format!("{told}; level: any request, each policy by itself{passed_over}")
}

/// How many policies there are of each change.
pub(super) fn counts(compared: &Compared<'_, '_>) -> Vec<(Change, usize)> {
    let count = |change| compared.pairs.iter().filter(|pair| pair.change == change).count();
    Change::ALL.into_iter().map(|change| (change, count(change))).collect()
}

/// What an answer hangs on, in one clause.
pub(super) fn open(gap: Gap) -> String {
    match gap.reason {
        GapReason::Hole => "it hangs on a value that is filled in later (`--assume`)".to_owned(),
        GapReason::Key => "it hangs on a condition key".to_owned(),
        GapReason::Caller => "it hangs on who exactly asks".to_owned(),
        GapReason::Policy => "it hangs on a policy that is not known here".to_owned(),
        GapReason::Undocumented(id) => format!("AWS does not document what holds here (`{id}`)"),
    }
}

fn refusal(fault: &Fault<PolicyFault>, pair: &Pair<'_, '_>, sources: &Sources) -> String {
    let has = |policy: &&&Policy<'_>| policy.faults.iter().any(|own| own == fault);
    let policy = pair.new.iter().chain(&pair.old).find(has);
    policy.map_or_else(String::new, |policy| grammar::of_policy(fault, policy, sources).message)
}
