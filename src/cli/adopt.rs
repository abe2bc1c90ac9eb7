//! `rolecall init` and `rolecall ignore`: the configuration file, and rows in it.

use std::path::{Path, PathBuf};

use rolecall::config::{self, FILE, Glob, ignore_row, quoted, template};
use rolecall::inventory::Inventory;
use rolecall::policy::Instant;
use rolecall::report::text;
use rolecall::rules::{self, suppression};
use rolecall::source::{SourceId, Sources};
use rolecall::spelling::nearest;
use rolecall::suppress::leads_somewhere;

use super::config::{Loaded, failure, load};
use super::input::gather;
use super::rules::known;
use super::{Ending, Exit, Failure, output};

#[derive(clap::Args, Debug)]
pub(super) struct InitArgs {
    /// Write over a `rolecall.toml` that is there.
    #[arg(long)]
    force: bool,
}

/// Writes a configuration file in which nothing is set.
pub(super) fn init(args: &InitArgs) -> Ending {
    let file = Path::new(FILE);
    if file.exists() && !args.force {
        return Err(Failure::with_help(format!("`{FILE}` is there already"), "`--force` writes over it"));
    }
    output::write(file, &template())?;
    output::print(&format!(
        "`{FILE}`: every key with what it does, none of them set\n\
         `rolecall baseline` writes down what is found now, so that `rolecall check` reports only what is new\n"
    ))?;
    Ok(Exit::Fine)
}

#[derive(clap::Args, Debug)]
pub(super) struct IgnoreArgs {
    /// The rule.
    rule: String,
    /// Where: a file, or the statement with a `Sid` in it, or the place that a JSON pointer leads to.
    #[arg(long, value_name = "FILE[#SID|#/POINTER]")]
    at: String,
    /// Why it is right as it is.
    #[arg(long)]
    reason: String,
    /// Where this text is underlined only.
    #[arg(long)]
    value: Option<String>,
    /// The last day on which this holds: `2027-01-31`.
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
}

/// Adds a row to the configuration that holds.
pub(super) fn ignore(args: &IgnoreArgs, config: &super::config::Args) -> Ending {
    let loaded = load(config)?;
    let rule = rule(&args.rule)?;
    if args.reason.trim().is_empty() {
        return Err(Failure::with_help("the reason is empty", "say why it is right as it is"));
    }
    if let Some(day) = args.until.as_ref().filter(|day| Instant::last_of_day(day).is_none()) {
        return Err(Failure::with_help(format!("`--until {day}` is no day"), "write `2027-01-31`"));
    }
    // a name may hold the sign itself
    let (path, place) = match args.at.split_once('#').filter(|_| !Path::new(&args.at).is_file()) {
        Some((path, place)) => (path, Some(place).filter(|place| !place.is_empty())),
        None => (args.at.as_str(), None),
    };
    find(path, place)?;
    let relative = loaded.relative(Path::new(path)).ok_or_else(|| {
        Failure::with_help(
            format!("`{path}` lies outside of the folder of the configuration"),
            "write the row into the file of another folder",
        )
    })?;
    let mut values = vec![("path", quoted(&Glob::literal(&relative))), ("rule", quoted(rule))];
    match place {
        Some(pointer) if pointer.starts_with('/') => values.push(("pointer", quoted(pointer))),
        Some(sid) => values.push(("sid", quoted(sid))),
        None => {}
    }
    values.extend(args.value.iter().map(|value| ("value", quoted(value))));
    values.push(("reason", quoted(args.reason.trim())));
    values.extend(args.until.iter().map(|day| ("until", day.clone())));
    let file = write(&loaded, &ignore_row(&values))?;
    output::print(&format!(
        "`{}`: `{rule}` is ignored in `{}`\n",
        text::escape(&file.to_string_lossy()),
        text::escape(&args.at)
    ))?;
    Ok(Exit::Fine)
}

/// Appends to the configuration that holds, or begins one. What comes out can be read.
fn write(loaded: &Loaded, row: &str) -> Result<PathBuf, Failure> {
    let (file, mut text) = loaded.file.clone().unwrap_or_else(|| (PathBuf::from(FILE), String::new()));
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(if text.is_empty() { row.trim_start() } else { row });
    let mut sources = Sources::new();
    let id: SourceId = sources.add(file.to_string_lossy(), text);
    let text = sources.get(id).text();
    config::read(id, text, &known()).map_err(|problems| failure(&problems, &sources))?;
    output::write(&file, text)?;
    Ok(file)
}

fn rule(name: &str) -> Result<&'static str, Failure> {
    let own = || rules::all().filter(|rule| !suppression::RULES.iter().any(|own| own.name == rule.name)).map(|rule| rule.name);
    own().find(|own| *own == name).ok_or_else(|| {
        let help = nearest(name, own())
            .map_or_else(|| "`rolecall rules` lists them".to_owned(), |meant| format!("did you mean `{meant}`?"));
        Failure::with_help(format!("there is no rule `{name}` that could be ignored"), help)
    })
}

/// Makes sure that there is what is named: the file, and the place in it.
fn find(path: &str, place: Option<&str>) -> Result<(), Failure> {
    let inputs = gather(&[PathBuf::from(path)], None, &Loaded::default())?;
    if let Some(finding) = inputs.unreadable.first() {
        return Err(Failure::new(finding.message.clone()));
    }
    let Some(&id) = inputs.read.first() else {
        return Err(Failure::with_help(format!("nothing is looked at in `{path}`"), "`rolecall files` tells why"));
    };
    let Some(place) = place else { return Ok(()) };
    if place.starts_with('/') {
        if leads_somewhere(&inputs.sources, id, place) {
            return Ok(());
        }
        return Err(Failure::new(format!("the pointer `{place}` leads nowhere in `{path}`")));
    }
    let inventory: Inventory<'_> = inputs.inventory(None);
    let statements = inventory.all_policies().flat_map(|(policy, _)| &policy.statements);
    let sids: Vec<&str> = statements.filter_map(|statement| statement.sid.as_ref()?.known()).collect();
    if sids.contains(&place) {
        return Ok(());
    }
    let help = nearest(place, sids.iter().copied()).map(|meant| format!("did you mean `{meant}`?"));
    Err(Failure { message: format!("there is no statement `{place}` in `{path}`"), help })
}
