//! `rolecall check`: what is wrong?

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use rolecall::config::Choice;
use rolecall::finding::{Finding, Severity};
use rolecall::fix::{self, together};
use rolecall::lint::Facts;
use rolecall::policy::PolicyKind;
use rolecall::reach::{Goal, unknown_names};
use rolecall::report::{Checked, Format, Run, ServiceData, not_known, text};
use rolecall::simulate::Access;
use rolecall::source::{Sources, Span};
use rolecall::spelling::nearest;
use rolecall::suppress::Suppressed;

use super::config::{self, Loaded};
use super::fix::{Fixes, Mended, Round, print_standard};
use super::input::{Assumed, Inputs, gather, gather_beside, gather_to_mend, tell_unread};
use super::judge::Judge;
use super::live::Live;
use super::rules::{all, known};
use super::{Common, Ending, Exit, Failure, baseline, now, output, reference};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Files and directories; `-` is standard input. Without any: the working directory.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to report on standard output.
    #[arg(long, default_value = "human", value_parser = format())]
    format: Format,
    /// Report to a file as well; may be repeated.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output_file)]
    output: Vec<(Format, PathBuf)>,
    /// The least severity that makes the run fail: `low`, if neither this nor the configuration says otherwise. With
    /// `--format sarif`, findings make a run fail only where this is given.
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    fail_on: Option<Severity>,
    /// Report findings of this rule or theme only, whatever the configuration says; may be repeated.
    #[arg(long, value_name = "RULE")]
    select: Vec<String>,
    /// Report no finding of this rule or theme; may be repeated.
    #[arg(long, value_name = "RULE")]
    ignore: Vec<String>,
    /// Report what needs judgement, too; so does `--select` with the name of a rule.
    #[arg(long)]
    pedantic: bool,
    /// Look at the policies in the fences of Markdown, too.
    #[arg(long)]
    markdown: bool,
    /// What the policies are attached to, where that cannot be told from what they say.
    #[arg(long, value_parser = kind())]
    kind: Option<PolicyKind>,
    /// Do not report what stands in this file, which `rolecall baseline` writes.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Report what is suppressed, too: by comments, metadata, the configuration and the baseline.
    #[arg(long)]
    ignore_suppressions: bool,
    #[command(flatten)]
    assumed: Assumed,
    /// The name to show for standard input.
    #[arg(long, value_name = "PATH")]
    stdin_path: Option<String>,
    #[command(flatten)]
    fixes: Fixes,
    #[command(flatten)]
    live: Live,
}

pub(super) fn run(args: &Args, config: &config::Args, reference: &reference::Args, common: Common) -> Ending {
    refuse_same_file(&args.output)?;
    let reference = reference::load(reference)?;
    let mut loaded = config::load(config)?;
    let flags = Choice { select: names(&args.select)?, ignore: names(&args.ignore)? };
    loaded.config.check.pedantic |= args.pedantic;
    loaded.config.check.markdown |= args.markdown;
    // what the command line says goes first in any case; so the rules know what was selected
    loaded.config.check.choice.select.extend_from_slice(&flags.select);
    let mends = args.fixes.mends()?;
    let gather = if mends { gather_to_mend } else { gather };
    let mut inputs = gather_beside(args.live.texts()?, args.paths.is_empty(), &loaded, || {
        gather(&args.paths, args.stdin_path.as_deref(), &loaded)
    })?;
    let baseline =
        if args.ignore_suppressions { None } else { baseline::load(args.baseline.as_deref(), &loaded, &mut inputs.sources)? };
    let judge = Judge {
        loaded: &loaded,
        reference: &reference,
        rules: asked(&flags, &loaded),
        paths: &args.paths,
        baseline,
        ignores_suppressions: args.ignore_suppressions,
        prints: formats(args).any(Format::has_fingerprints),
        at: now(),
    };
    let lint = Lint { args, judge };
    let mut mended = Mended::default();
    if mends {
        mended = Mended::of(&mut inputs, |inputs| lint.round(inputs))?;
        if args.fixes.shows() {
            return mended.show(&inputs, output::look(common.color));
        }
        mended.write(&mut inputs);
    }
    lint.end(&inputs, &mended, common)
}

/// What is asked for, and what the inputs are looked at by.
struct Lint<'a> {
    args: &'a Args,
    judge: Judge<'a>,
}

impl Lint<'_> {
    /// The fixes to make at once.
    fn round(&self, inputs: &Inputs) -> Result<Round, Failure> {
        let inventory = self.args.assumed.inventory(inputs, self.args.kind)?;
        let facts = self.judge.facts(inputs, &inventory);
        let sifted = self.judge.sifted(&facts, inputs, Vec::new());
        let mut findings: Vec<Finding> = sifted.reported.into_iter().map(|(finding, _)| finding).collect();
        fix::settle(&mut findings, &facts);
        let made = together(&findings, &facts, self.args.fixes.chosen(), |id| inputs.is_as_read(id));
        let fixes = || made.iter().filter_map(|at| findings.get(*at)?.fix.as_ref());
        let places = fixes().filter_map(|fix| fix.edits.first()).map(|edit| edit.span.source);
        Ok((places.collect(), fixes().flat_map(|fix| fix.edits.iter().cloned()).collect()))
    }

    /// Reports, and tells how the run ends.
    fn end(&self, inputs: &Inputs, mended: &Mended, common: Common) -> Ending {
        let (args, judge) = (self.args, &self.judge);
        let inventory = args.assumed.inventory(inputs, args.kind)?;
        let facts = self.judge.facts(inputs, &inventory);
        let (mut checked, passed_over) = inputs.stock(&inventory);
        checked.failed = inputs.all_unreadable();
        checked.data = Some(ServiceData::from(judge.reference));
        let sifted = self.judge.sifted(&facts, inputs, inputs.unreadable.clone());
        let prints: Vec<Option<String>>;
        (checked.findings, prints) = sifted.reported.into_iter().unzip();
        checked.fingerprints = prints.into_iter().flatten().collect();
        checked.suppressed = sifted.suppressed;
        fix::settle(&mut checked.findings, &facts);
        checked.rules.clone_from(&judge.rules);
        checked.fixed = mended.count();
        warn_of_asserts(&facts);
        output::tell_passed_over(&passed_over, common);
        tell_suppressed(&checked.suppressed, &inputs.sources, common);
        checked.unread = tell_unread(&inventory, &inputs.sources, common);
        checked.not_known = not_known(&inventory);
        tell_not_known(&checked.not_known, &inputs.sources, common);
        report(args, common, &checked, inputs)?;
        let fail_on = args.fail_on.or(judge.loaded.config.check.fail_on).unwrap_or(Severity::Low);
        // who uploads the report decides on the findings there
        let told = args.format == Format::Sarif && args.fail_on.is_none();
        if checked.failed || mended.failed {
            return Ok(Exit::Failed);
        }
        if !told && checked.findings.iter().any(|finding| finding.severity >= fail_on) {
            return Ok(Exit::Found);
        }
        if inputs.searched && checked.looked_at == 0 {
            output::warn("error: nothing to check: no policy, role or pool was recognised");
            return Ok(Exit::Nothing);
        }
        Ok(Exit::Fine)
    }
}

/// Tells on standard error what is suppressed and why, where that is asked for.
fn tell_suppressed(suppressed: &[Suppressed], sources: &Sources, common: Common) {
    for own in suppressed.iter().filter(|_| common.verbose) {
        let reason = own.by.reason.as_deref().map_or_else(String::new, |reason| format!(": {reason}"));
        let (what, why) = (address(own.finding.primary.span, sources), address(own.by.place, sources));
        output::warn(&text::escape(&format!("suppressed: {what}: {}{reason} ({why})", own.finding.rule)));
    }
}

/// Tells on standard error what in policies is not known, where that is asked for.
fn tell_not_known(places: &[Span], sources: &Sources, common: Common) {
    for place in places.iter().filter(|_| common.verbose) {
        let written = sources.slice(*place).lines().next().unwrap_or_default();
        output::warn(&text::escape(&format!("not known: {}: {written}", address(*place, sources))));
    }
}

fn address(span: Span, sources: &Sources) -> String {
    let place = sources.place(span);
    format!("{}:{}:{}", sources.get(span.source).name(), place.line, place.column)
}

/// Tells which assertions of the configuration name somebody or a role that is not among the inputs, or what no request has: they cannot
/// break here.
fn warn_of_asserts(facts: &Facts<'_, '_>) {
    for never in &facts.config.asserts {
        let unknown = unknown_names(facts.world(), never);
        if !unknown.is_empty() {
            let names = unknown.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let line = format!("warning: assertion `{}`: {names} is not among the inputs", never.name);
            output::warn(&text::escape(&line));
        }
        let Goal::Access { action, resource } = &never.goal else { continue };
        for (_, message) in (Access { action, resource }).doubts(facts.reference) {
            output::warn(&text::escape(&format!("warning: assertion `{}`: {message}", never.name)));
        }
    }
}

/// A parser of names of kinds of policies.
pub(super) fn kind() -> impl TypedValueParser<Value = PolicyKind> {
    one_of(PolicyKind::ALL.map(|kind| (kind.name(), None, kind)).to_vec())
}

fn severity() -> impl TypedValueParser<Value = Severity> {
    one_of(Severity::ALL.map(|severity| (severity.name(), None, severity)).to_vec())
}

fn format() -> impl TypedValueParser<Value = Format> {
    one_of(Format::ALL.map(|format| (format.name(), Some(format.summary()), format)).to_vec())
}

/// A parser of words, some with a summary, that stand for values.
fn one_of<T: Copy + Send + Sync + 'static>(
    words: Vec<(&'static str, Option<&'static str>, T)>,
) -> impl TypedValueParser<Value = T> {
    let values =
        words.iter().map(|&(word, summary, _)| summary.iter().fold(PossibleValue::new(word), |value, own| value.help(*own)));
    PossibleValuesParser::new(values.collect::<Vec<_>>())
        .try_map(move |word| words.iter().find(|(own, ..)| *own == word).map(|&(.., value)| value).ok_or("not one of the names"))
}

/// Reads `FORMAT=FILE`.
fn output_file(text: &str) -> Result<(Format, PathBuf), String> {
    let formats = Format::ALL.map(Format::name);
    let Some((word, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err(format!("it takes a format and a file, such as `{}=FILE`", formats.last().unwrap_or(&"")));
    };
    let format = Format::ALL.into_iter().find(|format| format.name() == word);
    let format = format.ok_or_else(|| format!("there is no format `{word}`, only {}", formats.join(", ")))?;
    if file == "-" {
        return Err(format!("it writes files; `--format {word}` writes to standard output"));
    }
    Ok((format, file.into()))
}

/// The names of rules and themes that the user typed.
fn names(typed: &[String]) -> Result<Vec<&'static str>, Failure> {
    let known = known();
    let all = || known.rules.iter().chain(&known.themes).copied();
    let own = typed.iter().map(|name| {
        all().find(|own| own == name).ok_or_else(|| {
            let help = nearest(name, all())
                .map_or_else(|| "`rolecall rules` lists them".to_owned(), |meant| format!("did you mean `{meant}`?"));
            Failure::with_help(format!("there is no rule or theme `{name}`"), help)
        })
    });
    own.collect()
}

/// The rules that report, each as it is set. What the command line says of a rule goes before what the configuration says.
pub(super) fn asked(flags: &Choice, loaded: &Loaded) -> Vec<Run> {
    let check = &loaded.config.check;
    let runs = all().map(|(theme, rule)| (theme, rule, check.severity_of(rule.name).unwrap_or(rule.severity)));
    let on = |name: &str, theme| flags.of(name, theme).or_else(|| check.choice.of(name, theme)).unwrap_or(true);
    runs.filter(|(theme, rule, _)| on(rule.name, *theme)).map(|(theme, rule, severity)| Run { rule, theme, severity }).collect()
}

/// The formats that are asked for.
fn formats(args: &Args) -> impl Iterator<Item = Format> {
    std::iter::once(args.format).chain(args.output.iter().map(|(format, _)| *format))
}

/// Writes the files first: what stands on standard output is the end of the run.
fn report(args: &Args, common: Common, checked: &Checked, inputs: &Inputs) -> Result<(), Failure> {
    for (format, file) in &args.output {
        if is_input(file, inputs) {
            let help = "give the report a name of its own";
            return Err(Failure::with_help(format!("`{}` is one of the inputs", file.to_string_lossy()), help));
        }
        output::write_report(file, &checked.report(*format, &inputs.sources, output::look_of_file(common.color)))?;
    }
    let printed = checked.report(args.format, &inputs.sources, output::look(common.color));
    // where the mended text itself goes to standard output, the report goes beside it
    if print_standard(inputs)? {
        output::warn(printed.trim_end_matches('\n'));
        return Ok(());
    }
    output::print(&printed)
}

/// Of two reports in one file the second would be all that is left.
fn refuse_same_file(output: &[(Format, PathBuf)]) -> Result<(), Failure> {
    // a file need not be there yet, but its folder
    let whole = |file: &Path| {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        file.canonicalize().unwrap_or_else(|_| folder.join(file.file_name().unwrap_or_default()))
    };
    let mut seen = HashSet::new();
    match output.iter().find(|(_, file)| !seen.insert(whole(file))) {
        Some((_, file)) => {
            let help = "give each report a file of its own";
            Err(Failure::with_help(format!("two reports would go to `{}`", file.to_string_lossy()), help))
        }
        None => Ok(()),
    }
}

/// Whether a file holds something that was looked at.
fn is_input(file: &Path, inputs: &Inputs) -> bool {
    let Ok(own) = file.canonicalize() else { return false };
    let mut looked_at = inputs.read.iter().map(|&id| Path::new(inputs.sources.get(id).name()));
    looked_at.any(|path| path.canonicalize().is_ok_and(|path| path == own))
}
