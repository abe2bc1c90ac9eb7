//! The fixes of the examples: they mend what they are for, and do what they say of themselves.

use std::collections::{BTreeSet, HashMap, HashSet};

use rolecall::compare::{Change, Doubt, Means, Side, compare};
use rolecall::finding::{Edit, Finding, Severity};
use rolecall::fix::{Chosen, together};
use rolecall::inventory::Inventory;
use rolecall::prove::Budget;
use rolecall::reference::Reference;
use rolecall::script::apply;
use rolecall::source::{Sources, Span};

use super::{Example, pages};
use crate::support;

#[test]
fn a_fix_takes_its_finding_away() {
    let mut count = [0, 0];
    let mut complaints = Vec::new();
    for (place, example) in examples() {
        let before = example.check(|_, findings| findings.iter().map(told).collect::<Vec<_>>());
        for (at, edits, safe) in fixes(&example) {
            count[usize::from(safe)] += 1;
            let (name, message, severity) = &before[at];
            let after = example.with(&edits).check(|_, findings| findings.iter().map(told).collect::<Vec<_>>());
            let count =
                |list: &[(String, String, Severity)]| list.iter().filter(|own| (&own.0, &own.1) == (name, message)).count();
            if count(&after) >= count(&before) {
                complaints.push(format!("{place}: `{message}` is still there after its fix"));
            }
            let worse = after.iter().filter(|own| !before.contains(own) && own.2 > *severity);
            complaints.extend(worse.map(|own| format!("{place}: the fix of `{message}` makes {own:?}")));
        }
    }
    support::none(complaints);
    assert!(count[0] > 40 && count[1] > 35, "{count:?}");
}

/// Asked of `rolecall diff`, which pairs up policies by itself, where AWS takes the policies at all.
#[test]
fn safe_fixes_widen_nothing() {
    let mut asked = 0;
    let mut complaints = Vec::new();
    for (place, example) in examples() {
        for (_, edits, _) in fixes(&example).into_iter().filter(|(_, _, safe)| *safe) {
            for (change, refused) in compared(&example, &example.with(&edits)) {
                asked += usize::from(!refused);
                if !refused && ![Change::Same, Change::Narrowed].contains(&change) {
                    complaints.push(format!("{place}: {}", change.name()));
                }
            }
        }
    }
    support::none(complaints);
    assert!(asked > 20, "{asked}");
}

#[test]
fn fixes_come_to_an_end() {
    let mut complaints = Vec::new();
    for (place, example) in examples() {
        for chosen in [Chosen::Safe, Chosen::All] {
            let mut example = example.clone();
            let done = (0..10).any(|_| {
                let edits = example.check(|facts, findings| {
                    let made = together(findings, facts, chosen, |_| true);
                    made.iter()
                        .filter_map(|at| findings[*at].fix.clone())
                        .flat_map(|fix| named(facts.sources, &fix.edits))
                        .collect::<Vec<_>>()
                });
                example = example.with(&edits);
                edits.is_empty()
            });
            let left =
                example.check(|_, findings| findings.iter().filter(|own| own.fix.as_ref().is_some_and(|fix| fix.safe)).count());
            if !done || left > 0 {
                complaints.push(format!("{place}: {chosen:?} leaves {left}, done: {done}"));
            }
        }
    }
    support::none(complaints);
}

/// What the list of rules says of fixes is what the pages show.
#[test]
fn the_list_of_rules_names_those_with_fixes() {
    let text = support::read("docs/rules.md");
    let (_, listed) = text.split_once("\n## Rules with fixes\n").expect("a list of rules with fixes");
    let [_, safe, _, others] = listed.trim().split("\n\n").collect::<Vec<_>>()[..] else { panic!("{listed}") };
    let names = |list: &str| list.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
    let mut shown = [BTreeSet::new(), BTreeSet::new()];
    for (_, example) in examples() {
        example.check(|_, findings| {
            for finding in findings {
                let safe = finding.fix.as_ref().map(|fix| fix.safe);
                safe.map(|safe| shown[usize::from(safe)].insert(finding.rule.to_owned()));
            }
        });
    }
    let only_others: BTreeSet<_> = shown[0].difference(&shown[1]).cloned().collect();
    assert_eq!([names(others), names(safe)], [only_others, shown[1].clone()]);
}

/// The Bad sections of all pages, each with its name.
fn examples() -> Vec<(String, Example)> {
    let of_page = |page: super::Page| {
        let bad = page.sections.iter().filter(|section| section.kind() == "Bad");
        bad.map(|section| (format!("{}: {}", page.path, section.title), page.example(section))).collect::<Vec<_>>()
    };
    pages().into_iter().flat_map(of_page).collect()
}

fn told(finding: &Finding) -> (String, String, Severity) {
    (finding.rule.to_owned(), finding.message.clone(), finding.severity)
}

/// Edits with the names of their files.
type Named = Vec<(String, Edit)>;

/// The fixes of an example: of which finding, their edits, and whether they say that they are safe.
fn fixes(example: &Example) -> Vec<(usize, Named, bool)> {
    example.check(|facts, findings| {
        let with_fix = findings.iter().enumerate().filter_map(|(at, finding)| Some((at, finding.fix.as_ref()?)));
        with_fix.map(|(at, fix)| (at, named(facts.sources, &fix.edits), fix.safe)).collect()
    })
}

fn named(sources: &Sources, edits: &[Edit]) -> Named {
    edits.iter().map(|edit| (sources.get(edit.span.source).name().to_owned(), edit.clone())).collect()
}

impl Example {
    fn with(&self, edits: &Named) -> Self {
        let mut new = self.clone();
        for (name, text) in &mut new.files {
            let own: Vec<Edit> = edits.iter().filter(|(file, _)| file == name).map(|(_, edit)| edit.clone()).collect();
            if let Some(first) = own.first() {
                *text = apply(text, Span::new(first.span.source, 0, text.len() as u32), &own).expect("edits that fit");
            }
        }
        new
    }
}

/// How each policy changed, and whether AWS refuses one of the two.
fn compared(old: &Example, new: &Example) -> Vec<(Change, bool)> {
    let mut sources = Sources::new();
    let mut add = |example: &Example| -> Vec<_> {
        example.files.iter().map(|(name, text)| (sources.add(name.clone(), text.clone()), name.clone())).collect()
    };
    let files = [add(old), add(new)];
    let inventories = files.each_ref().map(|files| {
        let mut inventory = Inventory::new(old.kind);
        for (id, _) in files {
            inventory.read(&sources, *id);
        }
        inventory.complete(&sources);
        inventory
    });
    let [old, new] =
        [0, 1].map(|at| Side { inventory: &inventories[at], paths: files[at].iter().cloned().collect::<HashMap<_, _>>() });
    let reference = Reference::default();
    let means = Means { sources: &sources, reference: &reference, budget: Budget::default() };
    let is_refused = |doubt: &Doubt| matches!(doubt, Doubt::Refused(..));
    let pairs = compare(&old, &new, means).into_iter();
    let changed: HashSet<_> = old.changed(&new, &sources);
    assert!(!changed.is_empty(), "a fix that changes nothing");
    pairs.map(|pair| (pair.change, pair.widened.doubts.iter().any(is_refused))).collect()
}
