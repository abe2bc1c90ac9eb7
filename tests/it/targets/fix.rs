//! Fixes, made as `check --fix` makes them: it ends, changes nothing but what it says, leaves what can be read and no policy wider, and a
//! second run finds nothing to do. With `--unsafe-fixes` it ends, too.
//!
//! What the input is, its first byte tells: `h` Terraform, `y` YAML, `s` a script, each with the text behind; anything else JSON.

use rolecall::config::Config;
use rolecall::evaluate::Verdict;
use rolecall::finding::Edit;
use rolecall::fix::{Chosen, settle, together};
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::policy::Policy;
use rolecall::prove::{Among, Budget, Proof, Question, prove};
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::script::apply;
use rolecall::source::{SourceId, Sources, Span};
use rolecall::syntax::SyntaxFault;

use super::requests::Words;
use crate::chance::Chance;

/// Longer inputs show no more, and take long.
const LONGEST: usize = 4096;
/// As many rounds as `check --fix` makes.
const ROUNDS: usize = 100;
/// How many requests are made to each policy.
const REQUESTS: usize = 30;
const BUDGET: Budget = Budget { steps: 200_000 };

pub fn fix(bytes: &[u8]) {
    if bytes.len() > LONGEST {
        return;
    }
    let (name, bytes) = match bytes.split_first() {
        Some((b'h', behind)) => ("main.tf", behind),
        Some((b'y', behind)) => ("policy.yaml", behind),
        Some((b's', behind)) => ("policy.sh", behind),
        _ => ("policy.json", bytes),
    };
    let mut sources = Sources::new();
    let id = sources.add_bytes(name, bytes.to_vec());
    if sources.get(id).not_utf8().is_some() {
        // none is made in what is not read as it is
        assert!(round(&sources, id, Chosen::All).is_empty());
        return;
    }
    let old = sources.get(id).text().to_owned();
    let safe = mended(name, &old, Chosen::Safe);
    if safe != old {
        is_no_wider(name, &old, &safe, &mut Chance::of_input(bytes));
    }
    let all = mended(name, &safe, Chosen::All);
    assert!(with(name, &all, |sources, id, _| round(sources, id, Chosen::All).is_empty()), "a second run makes more: {all}");
}

/// A text with all fixes of a kind made.
fn mended(name: &str, text: &str, chosen: Chosen) -> String {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let edits = with(name, &text, |sources, id, _| round(sources, id, chosen));
        if edits.is_empty() {
            return text;
        }
        let new = made(&text, &edits);
        let (before, after) = (faults(name, &text), faults(name, &new));
        // what is torn may show more of its grammar once it is mended, but is torn no further
        let sum = |own: (usize, usize)| own.0.saturating_add(own.1);
        let is_better = sum(after) <= sum(before) && after.0 <= before.0;
        assert!(is_better, "{before:?} faults became {after:?} by {edits:?}\n{text}\n{new}");
        text = new;
    }
    panic!("fixes without end:\n{text}");
}

/// The edits of the fixes that are made at once.
fn round(sources: &Sources, id: SourceId, chosen: Chosen) -> Vec<Edit> {
    let inventory = read(sources, id);
    let (config, reference) = (Config::default(), Reference::default());
    let facts = Facts { sources, inventory: &inventory, config: &config, reference: &reference };
    let mut findings = rules::run(&facts);
    settle(&mut findings, &facts);
    let chosen_ones = together(&findings, &facts, chosen, |_| true);
    if chosen_ones.is_empty() {
        let left = findings.iter().filter(|own| own.fix.as_ref().is_some_and(|fix| fix.safe || chosen == Chosen::All));
        assert_eq!(left.count(), 0, "a fix is promised that is never made: {findings:#?}");
    }
    let fixes = chosen_ones.iter().filter_map(|&at| findings[at].fix.as_ref());
    let edits: Vec<Edit> = fixes.flat_map(|fix| fix.edits.iter().cloned()).collect();
    assert!(chosen_ones.is_empty() || !edits.is_empty(), "a fix without an edit");
    assert!(edits.iter().all(|edit| edit.span.source == id), "an edit of another text: {edits:?}");
    edits
}

/// A text with edits made, from behind; it is what the tool makes.
fn made(text: &str, edits: &[Edit]) -> String {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut new = text.to_owned();
    let mut behind = text.len();
    for edit in sorted.into_iter().rev() {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        assert!(end <= behind && start <= end, "edits cut each other: {edits:?}\n{text}");
        new.replace_range(start..end, &edit.text);
        behind = start;
    }
    assert_ne!(new, text, "edits that change nothing: {edits:?}");
    let whole = Span::new(edits[0].span.source, 0, u32::try_from(text.len()).expect("a short text"));
    assert_eq!(apply(text, whole, edits).as_deref(), Some(new.as_str()));
    new
}

/// How many faults the form has, and how many the grammar of the policies. Where not all are listed it is not known how many there are.
fn faults(name: &str, text: &str) -> (usize, usize) {
    with(name, text, |_, _, inventory| {
        let form = || inventory.documents.iter().flat_map(|own| &own.faults);
        let are_all = form().all(|fault| fault.kind != SyntaxFault::TooMany);
        let form = if are_all { form().count() } else { usize::MAX };
        (form, inventory.all_policies().map(|(policy, _)| policy.faults.len()).sum())
    })
}

/// Asserts that no policy allows more, or denies less.
fn is_no_wider(name: &str, old: &str, new: &str, chance: &mut Chance) {
    let mut sources = Sources::new();
    let ids = [new, old].map(|text| sources.add(name, text));
    let inventories = ids.map(|id| read(&sources, id));
    // what is wrong with the grammar is what was to be mended
    let reference = Reference::default();
    let [new, old] = inventories.each_ref().map(|own| own.all_policies().map(|(policy, _)| policy).collect::<Vec<_>>());
    assert_eq!(new.len(), old.len(), "a policy is gone, or came");
    for (new, old) in new.into_iter().zip(old) {
        // a guess at the kind may be another one by then
        let [new, old] = [new, old].map(|own| Policy { kind: old.kind, faults: Vec::new(), ..own.clone() });
        let question = Question { allowed_by: vec![&new], not_by: vec![&old], among: Among::default() };
        if let Proof::Witness(witness) = prove(&question, &reference, BUDGET) {
            panic!("a fix widens: {witness:#?}");
        }
        let words = Words::of(&[&new, &old], &reference);
        for _ in 0..REQUESTS {
            let request = words.request(chance);
            match [&new, &old].map(|own| request.verdict(&[own])) {
                [Verdict::Allowed(_), Verdict::NotAllowed | Verdict::Denied(_)] | [Verdict::NotAllowed, Verdict::Denied(_)] => {
                    panic!("a fix widens: {request}")
                }
                _ => {}
            }
        }
    }
}

fn read(sources: &Sources, id: SourceId) -> Inventory<'_> {
    let mut inventory = Inventory::new(None);
    inventory.read(sources, id);
    inventory.complete(sources);
    inventory
}

fn with<T>(name: &str, text: &str, look: impl FnOnce(&Sources, SourceId, &Inventory<'_>) -> T) -> T {
    let mut sources = Sources::new();
    let id = sources.add(name, text);
    look(&sources, id, &read(&sources, id))
}
