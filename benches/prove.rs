//! How long it takes to answer whether a version of a policy that AWS manages allows anything that the version before or behind it
//! does not, over the history of all of them.
//!
//! A question is asked of each two consecutive versions, in both directions, with the policies read once. It tells the distribution of the times,
//! and the share of the questions that are undecided.
//!
//! Then it asks who can take the roles of the folders in `fixtures` that hold some: each role is a question. And who reaches which of them: the
//! time of each cell of the table is that of the whole, shared out. Each is asked several times, and its time is the shortest of them: what else
//! the machine does only makes it longer. `--part NAME` tells the witnesses of one policy.

use std::fs;

use crate::support::instructions::of_program;
use crate::support::managed::{file, history};
use crate::support::measure::{Clock, seconds};
use crate::support::row::{Bound, Row};
use crate::{Options, root};
use rolecall::inventory::Inventory;
use rolecall::policy::{self, Instant, Policy, PolicyKind};
use rolecall::prove::{Among, Budget, Doubt, Proof, Question, prove};
use rolecall::reach::{Asked, reach, takers};
use rolecall::reference::Reference;
use rolecall::simulate::World;
use rolecall::source::Sources;
use rolecall::syntax::json;

pub(crate) fn run(options: &Options) -> Vec<Row> {
    let only = options.part.as_ref();
    let reference = Reference::new(Instant::from_seconds(0));
    let mut tally = Tally::default();
    for (name, versions) in history(&file(options)) {
        if only.is_some_and(|only| *only != name) {
            continue;
        }
        let mut sources = Sources::new();
        let ids: Vec<_> = versions.iter().map(|(id, text)| sources.add(id.as_str(), text.as_str())).collect();
        let trees: Vec<_> = ids.iter().map(|&id| json::read(id, sources.get(id).text())).collect();
        let policies: Vec<Policy<'_>> = trees.iter().map(|tree| policy::read(tree.root(), PolicyKind::Identity)).collect();
        for pair in policies.windows(2) {
            tally.ask(&name, &pair[0], &pair[1], &reference, only.is_some());
            tally.ask(&name, &pair[1], &pair[0], &reference, only.is_some());
        }
    }
    tally.print();
    let takers = print("questions on who can take a role", |world| {
        world.inventory.roles.iter().map(|role| seconds(|| drop(takers(world, role)))).collect()
    });
    let cells = print("cells of tables of who reaches which role", |world| {
        let asked = Asked { at: Instant::from_seconds(0), from: &[], access: None };
        let mut cells = 0;
        let time = seconds(|| cells = reach(world, asked).rows.iter().map(Vec::len).sum());
        vec![time / cells as f64; cells]
    });
    let row = |what, against, found, most| Row { what, against, found, must: Bound::AtMost(most), held: Bound::AtMost(most) };
    let mut rows = vec![
        row("is one version of a managed policy within another: median", "ms", tally.at(0.5) * 1e3, 0.5),
        row("99th percentile", "ms", tally.at(0.99) * 1e3, 15.0),
        row("the slowest", "ms", tally.at(1.0) * 1e3, 1000.0),
        row("undecided", "percent", tally.undecided as f64 / tally.times.len() as f64 * 100.0, 0.5),
        row("found and refuted", "questions", tally.refuted as f64, 0.0),
        Row { held: Bound::AtMost(8.0), ..row("who can take a role: 99th percentile", "ms", takers * 1e3, 5.0) },
        row("a cell of who reaches what: 99th percentile", "ms", cells * 1e3, 5.0),
    ];
    if let Some(count) = of_program(&options.program, &["who", "*", "fixtures/who", "--format", "json"]) {
        rows.push(row("who can take the roles of a folder, instructions", "millions", count / 1e6, 50.0));
    }
    rows
}

const FOLDERS: [&str; 4] =
    ["fixtures/who", "fixtures/reach", "fixtures/scenarios/tutorial", "fixtures/scenarios/tutorial-missing-amr"];

/// Prints the distribution of times, and gives the 99th percentile.
fn print(what: &str, ask: impl Fn(World<'_, '_>) -> Vec<f64>) -> f64 {
    let reference = Reference::new(Instant::from_seconds(0));
    let mut times: Vec<f64> = FOLDERS.iter().flat_map(|folder| of_folder(folder, &reference, &ask)).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).ceil() as usize];
    println!("\n{} {what}", times.len());
    println!("  median: {:8.3} ms\n    99 %: {:8.3} ms", at(0.5) * 1e3, at(0.99) * 1e3);
    at(0.99)
}

const ROUNDS: usize = 20;

/// The times of the questions that are asked of what lies in a folder.
fn of_folder(folder: &str, reference: &Reference, ask: impl Fn(World<'_, '_>) -> Vec<f64>) -> Vec<f64> {
    let mut sources = Sources::new();
    let mut folders = vec![root().join(folder)];
    let mut ids = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of fixtures") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "json") {
                let text = fs::read_to_string(&path).expect("a text");
                ids.push(sources.add(path.to_string_lossy().as_ref(), text.as_str()));
            }
        }
    }
    let mut inventory = Inventory::new(None);
    for id in ids {
        inventory.read(&sources, id);
    }
    let world = World { inventory: &inventory, sources: &sources, reference };
    (1..ROUNDS).fold(ask(world), |best, _| best.iter().zip(ask(world)).map(|(best, own)| best.min(own)).collect())
}

#[derive(Default)]
struct Tally {
    times: Vec<(f64, String)>,
    holds: usize,
    witnesses: usize,
    undecided: usize,
    refused: usize,
    refuted: usize,
}

impl Tally {
    fn ask(&mut self, name: &str, old: &Policy<'_>, new: &Policy<'_>, reference: &Reference, tell: bool) {
        let question = Question { allowed_by: vec![new], not_by: vec![old], among: Among::default() };
        let clock = Clock::start();
        let proof = prove(&question, reference, Budget::default());
        let time = clock.seconds();
        match &proof {
            Proof::Holds => self.holds += 1,
            Proof::Witness(witness) => {
                self.witnesses += 1;
                if tell {
                    println!(
                        "{time:.6} {} {} {:?}",
                        witness.action,
                        witness.resource,
                        witness.context.iter().collect::<Vec<_>>()
                    );
                }
            }
            Proof::Undecided(Doubt::Refused(_)) => {
                self.refused += 1;
                return;
            }
            Proof::Undecided(doubt) => {
                self.undecided += 1;
                self.refuted += usize::from(matches!(doubt, Doubt::Refuted));
                println!("undecided {name}: {doubt:?}");
            }
        }
        self.times.push((time, name.to_owned()));
    }

    fn at(&self, share: f64) -> f64 {
        self.times[((self.times.len() - 1) as f64 * share) as usize].0
    }

    fn print(&mut self) {
        self.times.sort_by(|a, b| a.0.total_cmp(&b.0));
        let sum: f64 = self.times.iter().map(|(time, _)| time).sum();
        println!(
            "{} questions in {sum:.2} s: {} hold, {} have a witness, {} undecided ({:.2} %), {} of policies that AWS refuses left out",
            self.times.len(),
            self.holds,
            self.witnesses,
            self.undecided,
            self.undecided as f64 / self.times.len() as f64 * 100.0,
            self.refused,
        );
        for (name, share) in [("median", 0.5), ("90 %", 0.9), ("99 %", 0.99), ("all", 1.0)] {
            println!("{name:>8}: {:8.3} ms", self.at(share) * 1e3);
        }
        for (time, name) in self.times.iter().rev().take(5) {
            println!("slowest: {:8.3} ms {name}", time * 1e3);
        }
    }
}
