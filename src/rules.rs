//! The rules, by theme.

mod access;
mod address;
mod cognito;
mod deputy;
pub mod escalation;
pub mod grammar;
mod guardrail;
mod logic;
mod mend;
mod probe;
mod reference;
pub mod suppression;
mod tag;
mod trust;
mod view;

use crate::finding::Finding;
use crate::lint::{Check, Facts, Rule};
use view::{Lookups, View};

/// The themes whose rules have a function of their own.
pub static THEMES: [(&str, &[Check]); 6] = [
    ("trust", trust::CHECKS),
    ("cognito", cognito::CHECKS),
    ("access", access::CHECKS),
    ("deputy", deputy::CHECKS),
    ("logic", logic::CHECKS),
    ("guardrail", guardrail::CHECKS),
];

/// Every rule with the name of its theme, in the order of the themes.
pub fn themed() -> impl Iterator<Item = (&'static str, &'static Rule)> {
    let of = |theme: &'static str| {
        let checks = THEMES.iter().filter(move |(own, _)| *own == theme).flat_map(|(_, checks)| *checks);
        checks.map(move |check| (theme, check.rule))
    };
    let grammar = grammar::RULES.iter().map(|rule| ("grammar", *rule));
    let reference = reference::CHECKS.iter().map(|check| ("reference", check.rule));
    let subjects = trust::subjects::CHECKS.iter().map(|check| ("trust", check.rule));
    let wide = access::wide::RULES.iter().map(|rule| ("access", *rule));
    let rights = escalation::RULES.iter().map(|rule| ("escalation", *rule));
    let (trust, access) = (subjects.chain(of("trust")), wide.chain(of("access")));
    let before = grammar.chain(reference).chain(trust).chain(of("cognito")).chain(access).chain(rights);
    let behind = suppression::RULES.iter().map(|rule| ("suppression", *rule));
    before.chain(of("deputy")).chain(of("logic")).chain(of("guardrail")).chain(behind)
}

/// Every rule, in the order of the themes.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    themed().map(|(_, rule)| rule)
}

/// The rule of this name.
pub fn named(name: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.name == name)
}

/// Runs every rule. Findings are sorted by path and position.
pub fn run(facts: &Facts<'_, '_>) -> Vec<Finding> {
    let mut findings = grammar::findings(facts);
    by_statement(facts, &mut findings);
    trust::subjects::findings(facts, &mut findings);
    escalation::findings(facts, &mut findings);
    access::wide::find_attached(facts, &mut findings);
    for check in checks() {
        (check.run)(facts, &mut findings);
    }
    escalation::join(facts, &mut findings);
    logic::forget_parts(facts, &mut findings);
    logic::spare_narrow(facts, &mut findings);
    let place = |finding: &Finding| (facts.sources.get(finding.primary.span.source).name(), finding.primary.span, finding.rule);
    findings.sort_by(|one, other| place(one).cmp(&place(other)));
    // a managed policy is told once, however many roles it is attached to
    findings.dedup_by(|one, other| {
        let is_same = one.rule == other.rule && one.primary == other.primary && one.message == other.message;
        is_same
            && one.related == other.related
            && one.severity == other.severity
            && one.help == other.help
            && one.fix == other.fix
    });
    findings
}

/// What the rules find that look at one statement after another. The names of each are looked up once for all of them.
pub fn by_statement(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let mut lookups = Lookups::new(facts.reference, facts.sources);
    for (policy, role) in facts.inventory.all_policies() {
        for statement in &policy.statements {
            let view = View::of(&mut lookups, policy, statement);
            reference::look(&view, findings);
            access::wide::look(facts, &view, role, findings);
            lookups.reuse(view);
        }
    }
}

fn checks() -> impl Iterator<Item = &'static Check> {
    THEMES.iter().flat_map(|(_, checks)| *checks)
}
