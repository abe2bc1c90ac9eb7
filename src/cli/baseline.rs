//! `rolecall baseline`: what is found now and need not be mended at once.

use std::path::{Path, PathBuf};

use rolecall::config::Choice;
use rolecall::policy::PolicyKind;
use rolecall::report::{json, text};
use rolecall::rules::suppression;
use rolecall::source::{SourceId, Sources, Span};
use rolecall::suppress::{Baseline, Entry};

use super::check::{asked, kind};
use super::config::{self, Loaded, failure, read_text};
use super::input::{Assumed, gather};
use super::judge::Judge;
use super::rules::UNREADABLE;
use super::{Ending, Exit, Failure, now, output, reference};

/// The name of the file where nobody says another.
const FILE: &str = "rolecall-baseline.json";

/// More than any baseline.
const LONGEST: u64 = 256 << 20;

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Files and directories. Without any: the working directory.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write this file. Without it, the one that `baseline` of the configuration names, else `rolecall-baseline.json` beside the configuration.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only take out what is not found any more.
    #[arg(long)]
    prune: bool,
    /// What the policies are attached to, where that cannot be told from what they say.
    #[arg(long, value_parser = kind())]
    kind: Option<PolicyKind>,
    #[command(flatten)]
    assumed: Assumed,
}

pub(super) fn run(args: &Args, config: &config::Args, reference: &reference::Args) -> Ending {
    let reference = reference::load(reference)?;
    let loaded = config::load(config)?;
    let named = loaded.config.check.baseline.as_deref();
    let file = args.output.clone().unwrap_or_else(|| loaded.beside(named.unwrap_or(FILE)));
    let mut inputs = gather(&args.paths, None, &loaded)?;
    let before = if args.prune { Some(read(&file, &loaded, &mut inputs.sources)?) } else { None };
    let judge = Judge {
        loaded: &loaded,
        reference: &reference,
        rules: asked(&Choice::default(), &loaded),
        paths: &args.paths,
        baseline: None,
        ignores_suppressions: false,
        prints: true,
        at: now(),
    };
    let inventory = args.assumed.inventory(&inputs, args.kind)?;
    let facts = judge.facts(&inputs, &inventory);
    let sifted = judge.sifted(&facts, &inputs, inputs.unreadable.clone());
    if let Some(finding) = inputs.unreadable.first() {
        // what could not be read may hold what is known
        return Err(Failure::new(finding.message.clone()));
    }
    let own = suppression::RULES.iter().map(|rule| rule.name).chain([UNREADABLE.name]).collect::<Vec<_>>();
    let found = sifted.reported.into_iter().filter(|(finding, _)| !own.contains(&finding.rule));
    let found = found.filter_map(|(finding, print)| {
        let path = loaded.relative_to(&file, inputs.sources.get(finding.primary.span.source).name());
        let (rule, span) = (finding.rule.to_owned(), Span::new(SourceId::NONE, 0, 0));
        Some(Entry { path, rule, fingerprint: print?, message: finding.message, span })
    });
    let mut entries: Vec<Entry> = found.collect();
    let mut gone = 0;
    if let Some(before) = before {
        let looked_at = |path: &Option<String>| {
            let paths = inventory.documents.iter().map(|own| loaded.relative(Path::new(inputs.sources.get(own.source).name())));
            inputs.searched && loaded.is_below(&args.paths) || paths.into_iter().any(|own| own.is_some() && own == *path)
        };
        let found = |own: &Entry| entries.iter().any(|entry| entry.fingerprint == own.fingerprint);
        let count = before.entries.len();
        let kept = before.entries.iter().zip(&before.paths).filter(|(own, path)| found(own) || !looked_at(path));
        entries = kept.map(|(own, _)| own.clone()).collect();
        gone = count - entries.len();
    }
    entries.sort();
    output::write(&file, &json::baseline(&entries))?;
    let findings = |count: usize| format!("{count} finding{}", if count == 1 { "" } else { "s" });
    let shown = text::escape(&file.to_string_lossy()).into_owned();
    let taken_out = if args.prune { format!(", {gone} taken out") } else { String::new() };
    output::print(&format!("`{shown}`: {} known{taken_out}\n", findings(entries.len())))?;
    let is_used = named.is_some_and(|named| loaded.beside(named) == file);
    if !is_used {
        let name = loaded.relative(&file).map_or(shown, |name| text::escape(&name).into_owned());
        output::print(&format!(
            "so that `check` goes by it, write `baseline = \"{name}\"` below `[check]` in `{}`\n",
            rolecall::config::FILE
        ))?;
    }
    Ok(Exit::Fine)
}

/// The baseline that holds: that of the command line, else that of the configuration.
pub(super) fn load(given: Option<&Path>, loaded: &Loaded, sources: &mut Sources) -> Result<Option<Baseline>, Failure> {
    let named = || loaded.config.check.baseline.as_deref().map(|name| loaded.beside(name));
    let Some(file) = given.map(Path::to_owned).or_else(named) else { return Ok(None) };
    read(&file, loaded, sources).map(Some)
}

fn read(file: &Path, loaded: &Loaded, sources: &mut Sources) -> Result<Baseline, Failure> {
    let text = read_text(file, "the baseline", LONGEST)?;
    let id = sources.add(file.to_string_lossy(), text);
    let entries = Baseline::read(id, sources.get(id).text()).map_err(|problems| failure(&problems, sources))?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let paths = entries.iter().map(|own| loaded.relative(&folder.join(&own.path))).collect();
    Ok(Baseline { entries, paths })
}
