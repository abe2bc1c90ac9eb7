//! `rolecall check`: what is wrong?

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use rolecall::finding::{Finding, Severity};
use rolecall::lint::Facts;
use rolecall::policy::PolicyKind;
use rolecall::report::{self, human, json};
use rolecall::rules;
use rolecall::source::Sources;

use super::input::{UNREADABLE, gather};
use super::{Common, Ending, Exit, Format, output};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Files and directories; `-` is standard input. Without any: the working directory.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to report.
    #[arg(long, default_value = "human")]
    format: Format,
    /// The least severity that makes the run fail.
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = severity())]
    fail_on: Severity,
    /// Report findings of this rule only; may be repeated.
    #[arg(long, value_name = "RULE")]
    select: Vec<String>,
    /// Report no finding of this rule; may be repeated.
    #[arg(long, value_name = "RULE")]
    ignore: Vec<String>,
    /// What the policies are attached to, where that cannot be told from what they say.
    #[arg(long, value_parser = kind())]
    kind: Option<PolicyKind>,
    /// The name to show for standard input.
    #[arg(long, value_name = "PATH")]
    stdin_path: Option<String>,
}

pub(super) fn run(args: &Args, common: Common) -> Ending {
    for name in args.select.iter().chain(&args.ignore) {
        super::rules::named(name)?;
    }
    let mut inputs = gather(&args.paths, args.stdin_path.as_deref())?;
    let unreadable = std::mem::take(&mut inputs.unreadable);
    let all_unreadable = !unreadable.is_empty() && inputs.read.is_empty() && inputs.passed_over.is_empty();
    let inventory = inputs.inventory(args.kind);
    let (mut checked, passed_over) = inputs.stock(&inventory);
    checked.findings = rules::run(&Facts { sources: &inputs.sources, inventory: &inventory });
    checked.findings.extend(unreadable);
    checked.findings.retain(|finding| {
        let named = |names: &[String]| names.iter().any(|name| name == finding.rule);
        // what could not be read is told whatever is selected: nothing is dropped in silence
        !named(&args.ignore) && (args.select.is_empty() || named(&args.select) || finding.rule == UNREADABLE.name)
    });
    sort(&mut checked.findings, &inputs.sources);
    output::tell_passed_over(&passed_over, common);
    output::print(&match args.format.into() {
        report::Format::Human => human::checked(&checked, &inputs.sources, output::look(common.color)),
        report::Format::Json => json::checked(&checked, &inputs.sources),
    })?;
    if all_unreadable {
        return Ok(Exit::Failed);
    }
    if checked.findings.iter().any(|finding| finding.severity >= args.fail_on) {
        return Ok(Exit::Found);
    }
    if inputs.searched && checked.looked_at == 0 {
        output::warn("error: nothing to check: no policy, role or pool was recognised");
        return Ok(Exit::Nothing);
    }
    Ok(Exit::Fine)
}

/// A parser of names of severities.
fn severity() -> impl TypedValueParser<Value = Severity> {
    named(Severity::ALL.map(|severity| (severity.name(), severity)).to_vec())
}

/// A parser of names of kinds of policies.
fn kind() -> impl TypedValueParser<Value = PolicyKind> {
    named(PolicyKind::ALL.to_vec())
}

fn named<T: Copy + Send + Sync + 'static>(names: Vec<(&'static str, T)>) -> impl TypedValueParser<Value = T> {
    let words: Vec<&str> = names.iter().map(|(word, _)| *word).collect();
    PossibleValuesParser::new(words)
        .try_map(move |word| names.iter().find(|(own, _)| *own == word).map(|(_, value)| *value).ok_or("not one of the names"))
}

fn sort(findings: &mut [Finding], sources: &Sources) {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.primary.span.start, finding.primary.span.end);
        let name = |finding: &Finding| sources.get(finding.primary.span.source).name();
        (name(a), key(a), a.rule).cmp(&(name(b), key(b), b.rule))
    });
}
