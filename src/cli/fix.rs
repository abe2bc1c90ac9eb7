//! `rolecall check --fix`: the changes that mend findings, made in the files.

use std::collections::BTreeMap;
use std::path::Path;

use rolecall::finding::Edit;
use rolecall::fix::Chosen;
use rolecall::report::{Look, is_exact, text, unified};
use rolecall::script::apply;
use rolecall::source::{SourceId, Span};

use super::input::Inputs;
use super::output;
use super::whole::replace;
use super::{Exit, Failure};

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Fixes")]
pub(super) struct Fixes {
    /// Mend in the files what can be mended without any policy getting wider, and report what remains. Standard input is written to standard
    /// output, and the report to standard error.
    #[arg(long, conflicts_with = "live")]
    fix: bool,
    /// With `--fix` or `--diff`: mend also where that may not be what was meant, or is not shown to leave every policy as narrow.
    #[arg(long)]
    unsafe_fixes: bool,
    /// Print the changes as a unified diff, write nothing, and fail if there are any.
    #[arg(long, conflicts_with = "live")]
    diff: bool,
}

/// What was mended.
#[derive(Debug, Default)]
pub(super) struct Mended {
    /// The texts before, of those that were changed, each with the number of its fixes.
    changed: BTreeMap<SourceId, (String, usize)>,
    /// Whether a file could not be written.
    pub(super) failed: bool,
}

/// Fixes that are made at once: how many in each text, and their edits.
pub(super) type Round = (Vec<SourceId>, Vec<Edit>);

/// After so many rounds something is never done.
const MOST_ROUNDS: usize = 100;

impl Fixes {
    /// Whether something is to be mended, or shown mended.
    pub(super) fn mends(&self) -> Result<bool, Failure> {
        if self.unsafe_fixes && !self.fix && !self.diff {
            return Err(Failure::with_help("`--unsafe-fixes` mends nothing by itself", "give `--fix` or `--diff` with it"));
        }
        Ok(self.fix || self.diff)
    }

    /// Whether changes are shown only.
    pub(super) fn shows(&self) -> bool {
        self.diff
    }

    /// Which fixes are made.
    pub(super) fn chosen(&self) -> Chosen {
        if self.unsafe_fixes { Chosen::All } else { Chosen::Safe }
    }
}

impl Mended {
    /// Makes fixes in the texts of inputs until `next` has no more.
    pub(super) fn of(inputs: &mut Inputs, next: impl Fn(&Inputs) -> Result<Round, Failure>) -> Result<Self, Failure> {
        let mut mended = Self::default();
        for _ in 0..MOST_ROUNDS {
            let (places, edits) = next(inputs)?;
            if places.is_empty() {
                return Ok(mended);
            }
            mended.make(inputs, &places, &edits);
        }
        output::warn(&format!("warning: fixes make room for others without end; stopped after {MOST_ROUNDS} rounds"));
        Ok(mended)
    }

    fn make(&mut self, inputs: &mut Inputs, places: &[SourceId], edits: &[Edit]) {
        let mut ids: Vec<SourceId> = edits.iter().map(|edit| edit.span.source).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            let old = inputs.sources.get(id).text().to_owned();
            let own: Vec<Edit> = edits.iter().filter(|edit| edit.span.source == id).cloned().collect();
            let Some(new) = apply(&old, Span::new(id, 0, old.len() as u32), &own) else { continue };
            inputs.sources.replace(id, new);
            let (_, count) = self.changed.entry(id).or_insert((old, 0));
            *count += places.iter().filter(|own| **own == id).count();
        }
    }

    /// How many findings were mended.
    pub(super) fn count(&self) -> usize {
        self.changed.values().map(|(_, count)| count).sum()
    }

    /// Writes the files. One that cannot be written has its text as it was, and that is told.
    pub(super) fn write(&mut self, inputs: &mut Inputs) {
        let standard = inputs.standard.as_ref().and_then(|own| own.id);
        let mut failed = Vec::new();
        for (&id, (old, _)) in self.changed.iter().filter(|(id, _)| Some(**id) != standard) {
            let source = inputs.sources.get(id);
            if let Err(why) = replace(Path::new(source.name()), old.as_bytes(), source.text().as_bytes()) {
                output::warn(&text::escape(&format!("error: cannot fix `{}`: {why}", source.name())));
                failed.push(id);
            }
        }
        self.failed = !failed.is_empty();
        for (id, (old, _)) in failed.into_iter().filter_map(|id| self.changed.remove_entry(&id)) {
            inputs.sources.replace(id, old);
        }
    }

    /// Prints the changes, and says how many fixes they are.
    pub(super) fn show(&self, inputs: &Inputs, look: Look) -> Result<Exit, Failure> {
        let mut out = String::new();
        let mut inexact = Vec::new();
        for (&id, (old, _)) in &self.changed {
            let source = inputs.sources.get(id);
            out.push_str(&unified(source.name(), old, source.text(), look));
            if !is_exact(old) || !is_exact(source.text()) {
                inexact.push(source.name());
            }
        }
        output::print(&out)?;
        for name in inexact {
            let words = "holds characters that cannot be shown as they are; do not apply this diff, use `--fix`";
            output::warn(&format!("warning: `{}` {words}", text::escape(name)));
        }
        if out.is_empty() {
            output::warn("nothing to fix");
            return Ok(Exit::Fine);
        }
        let files = self.changed.len();
        output::warn(&format!("would fix {} in {}", counted(self.count(), "finding"), counted(files, "file")));
        Ok(Exit::Found)
    }
}

/// Standard input as it is now, where it was read to be mended.
pub(super) fn print_standard(inputs: &Inputs) -> Result<bool, Failure> {
    let Some(standard) = &inputs.standard else { return Ok(false) };
    match standard.id.filter(|id| inputs.is_as_read(*id)) {
        Some(id) => output::print_bytes(inputs.sources.get(id).text().as_bytes())?,
        None => output::print_bytes(&standard.bytes)?,
    }
    Ok(true)
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
