//! What is found and not reported, because somebody said so: in a comment, in the metadata of a template, in the configuration or in a baseline.
//! And what is wrong with such words: that they suppress nothing, that their day is over, that they give no reason.

mod baseline;
mod comment;
mod metadata;

use std::collections::HashMap;

use crate::config::{Ignore, pointer_parts};
use crate::finding::{Finding, Label};
use crate::fingerprint::{Holders, fingerprints};
use crate::inventory::{Document, Form, Look, look_at};
use crate::lint::Facts;
use crate::policy::Instant;
use crate::rules;
use crate::rules::suppression::{EXPIRED, MALFORMED, RULES, STALE};
use crate::source::{SourceId, Sources, Span};
use crate::spelling::nearest;
use crate::syntax::{Node, Tree, hcl, json, yaml};

pub use baseline::{Baseline, Entry};

/// A finding that is not reported, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// What makes it the same one in the next run; nothing where nobody wants to know.
    pub fingerprint: Option<String>,
    /// Why it is not reported.
    pub by: Suppression,
}

/// Why a finding is not reported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suppression {
    /// How that is said.
    pub means: Means,
    /// The reason, in the words of whoever gave it. A baseline gives none.
    pub reason: Option<String>,
    /// Where that is said.
    pub place: Span,
}

/// How it is said that something is not to be reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Means {
    /// A comment in the file.
    Comment,
    /// `Metadata.rolecall.ignore` in a template of CloudFormation.
    Metadata,
    /// `[[ignore]]` in the configuration.
    Configuration,
    /// An entry of the baseline.
    Baseline,
}

impl Means {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Metadata => "metadata",
            Self::Configuration => "configuration",
            Self::Baseline => "baseline",
        }
    }

    /// Whether it stands in the file that it is about.
    pub fn is_in_source(self) -> bool {
        matches!(self, Self::Comment | Self::Metadata)
    }
}

/// What may suppress findings in a run, and what is known of the run.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The path of an input, relative to the folder of the configuration; `None` where it lies outside.
    pub path: &'a dyn Fn(&str) -> Option<String>,
    /// The findings that are known.
    pub baseline: Option<&'a Baseline>,
    /// The rules that report.
    pub rules: &'a [&'static str],
    /// Whether folders were looked through, rather than files named: only then something can be told to suppress nothing, for a finding may
    /// hang on a file beside.
    pub searched: bool,
    /// Whether the whole folder of the configuration was: then a pattern that no file matches suppresses nothing.
    pub searched_all: bool,
    /// The time.
    pub at: Instant,
}

/// What is left of the findings.
#[derive(Clone, Debug, Default)]
pub struct Sifted {
    /// Those that are reported, each with its fingerprint where that is asked for. What is wrong with suppressions comes last.
    pub reported: Vec<(Finding, Option<String>)>,
    /// Those that are not.
    pub suppressed: Vec<Suppressed>,
}

/// Parts the findings that are reported from those that are not; `with_prints`: with their fingerprints.
pub fn sift(findings: Vec<Finding>, with_prints: bool, facts: &Facts<'_, '_>, scope: &Scope<'_>) -> Sifted {
    let mut told = Vec::new();
    let mut rows = rows(facts, scope, &mut told);
    let with_prints = with_prints || scope.baseline.is_some();
    // most runs need to know of no finding which statement it is in
    let holders = (with_prints || rows.iter().any(|row| row.covers.sid().is_some())).then(|| Holders::new(facts));
    let prints = |findings: &[Finding]| {
        holders.as_ref().filter(|_| with_prints).map_or_else(Vec::new, |holders| fingerprints(findings, facts, holders))
    };
    let mut own = prints(&findings).into_iter();
    let entries = scope.baseline.into_iter().flat_map(|baseline| &baseline.entries);
    let mut known: HashMap<&str, (bool, &Entry)> = entries.map(|own| (own.fingerprint.as_str(), (false, own))).collect();
    let mut sifted = Sifted::default();
    for finding in findings {
        let fingerprint = own.next();
        let mut by = None;
        let may_be = !RULES.iter().any(|rule| rule.name == finding.rule);
        for row in rows.iter_mut().filter(|row| may_be && row.rules.contains(&finding.rule)) {
            if row.covers.covers(&finding, facts, holders.as_ref()) {
                row.is_used = true;
                if !row.is_over(scope.at) {
                    by = by.or_else(|| Some(row.suppression()));
                }
            }
        }
        let entry = fingerprint.as_deref().filter(|_| may_be).and_then(|print| known.get_mut(print));
        if let Some((is_known, entry)) = entry {
            *is_known = true;
            by = by.or(Some(Suppression { means: Means::Baseline, reason: None, place: entry.span }));
        }
        match by {
            Some(by) => sifted.suppressed.push(Suppressed { finding, fingerprint, by }),
            None => sifted.reported.push((finding, fingerprint)),
        }
    }
    told.extend(rows.iter().filter_map(|row| row.complaint(scope)));
    let is_known = |own: &str| known.get(own).is_some_and(|(is_known, _)| *is_known);
    told.extend(scope.baseline.and_then(|baseline| baseline.complaint(is_known, facts, scope)));
    told.retain(|finding| scope.rules.contains(&finding.rule));
    let prints = prints(&told).into_iter().map(Some).chain(std::iter::repeat(None));
    sifted.reported.extend(told.into_iter().zip(prints));
    sifted
}

/// Something that is not to be reported.
#[derive(Debug)]
struct Row {
    means: Means,
    rules: Vec<&'static str>,
    reason: String,
    /// Where it is said.
    place: Span,
    covers: Covers,
    until: Option<Instant>,
    /// Whether there is a finding that it is about.
    is_used: bool,
}

/// What a row is about.
#[derive(Debug)]
enum Covers {
    /// What is underlined in this range.
    Range(Span),
    /// What is underlined in one of these statements: those of this name in this range.
    Statement(Span, String),
    /// What is underlined in files: of each the whole, or where a pointer leads to, or `None` where that leads nowhere. With this name of the
    /// statement, and this text.
    Files(Vec<Option<Span>>, Option<String>, Option<String>),
}

impl Covers {
    /// The name of the statement, where it is about such only.
    fn sid(&self) -> Option<&str> {
        match self {
            Self::Statement(_, sid) => Some(sid),
            Self::Files(_, sid, _) => sid.as_deref(),
            Self::Range(_) => None,
        }
    }

    fn covers(&self, finding: &Finding, facts: &Facts<'_, '_>, holders: Option<&Holders<'_, '_>>) -> bool {
        let place = finding.primary.span;
        let is_in = match self {
            Self::Range(range) | Self::Statement(range, _) => range.contains(place),
            Self::Files(files, _, value) => {
                let text = || facts.sources.slice(place).trim_matches(['"', '\'']);
                let mut files = files.iter().flatten();
                files.any(|below| below.contains(place)) && value.as_ref().is_none_or(|value| value == text())
            }
        };
        let own = || holders.and_then(|own| own.statement_at(place)?.sid.as_ref()?.known());
        is_in && self.sid().is_none_or(|sid| own() == Some(sid))
    }
}

impl Row {
    fn suppression(&self) -> Suppression {
        Suppression { means: self.means, reason: Some(self.reason.clone()), place: self.place }
    }

    fn is_over(&self, at: Instant) -> bool {
        self.until.is_some_and(|until| at >= until)
    }

    /// What is wrong with it: that its day is over, or that it suppresses nothing.
    fn complaint(&self, scope: &Scope<'_>) -> Option<Finding> {
        let rules = self.rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(", ");
        if self.is_over(scope.at) {
            if !self.is_about_inputs() {
                return None;
            }
            let finding =
                EXPIRED.finding(format!("the day is over up to which {rules} was to be suppressed here"), self.place, "over");
            return Some(Finding {
                help: Some("mend what is found, or take it out; give a later day if it still holds".to_owned()),
                ..finding
            });
        }
        if self.is_used || !scope.searched || !self.rules.iter().all(|rule| scope.rules.contains(rule)) {
            return None;
        }
        let is_told = self.is_about_inputs() || scope.searched_all;
        let finding = || {
            let finding = STALE.finding(
                format!("nothing is found here that {rules} would be suppressed for"),
                self.place,
                "suppresses nothing",
            );
            Finding { help: Some("take it out".to_owned()), ..finding }
        };
        is_told.then(finding)
    }

    /// Whether a file that it is about is among those that were looked at.
    fn is_about_inputs(&self) -> bool {
        !matches!(&self.covers, Covers::Files(files, ..) if files.is_empty())
    }
}

/// The inputs in which something was recognised.
fn looked_at<'i>(facts: &Facts<'i, '_>) -> impl Iterator<Item = &'i Document> {
    facts.inventory.documents.iter().filter(|own| !matches!(own.form, Form::Nothing(_)))
}

/// All that is said, and what is wrong with the way in which it is said.
fn rows(facts: &Facts<'_, '_>, scope: &Scope<'_>, told: &mut Vec<Finding>) -> Vec<Row> {
    let mut rows = Vec::new();
    for document in looked_at(facts) {
        if comment::may_hold(facts.sources.get(document.source).text()) {
            let trees = trees(facts.sources, document.source);
            comment::rows(document.source, facts, &trees, &mut rows, told);
            metadata::rows(&trees, &mut rows, told);
        }
    }
    if facts.config.ignores.is_empty() {
        return rows;
    }
    let inputs = looked_at(facts).map(|own| own.source);
    let inputs: Vec<(SourceId, String)> =
        inputs.filter_map(|id| Some((id, (scope.path)(facts.sources.get(id).name())?))).collect();
    rows.extend(facts.config.ignores.iter().map(|own| of_configuration(own, &inputs, facts.sources)));
    rows
}

fn of_configuration(ignore: &Ignore, inputs: &[(SourceId, String)], sources: &Sources) -> Row {
    let below = |id: SourceId| match &ignore.pointer {
        Some(pointer) => trees(sources, id).iter().find_map(|tree| Some(pointed(tree.root(), pointer)?.outer())),
        None => Some(Span::new(id, 0, u32::MAX)),
    };
    let files = inputs.iter().filter(|(_, path)| ignore.path.matches(path));
    let files = files.map(|(id, _)| below(*id)).collect();
    Row {
        means: Means::Configuration,
        rules: ignore.rules.clone(),
        reason: ignore.reason.clone(),
        place: ignore.span,
        covers: Covers::Files(files, ignore.sid.clone(), ignore.value.clone()),
        until: ignore.until,
        is_used: false,
    }
}

/// The node that a JSON pointer leads to.
fn pointed<'t, 's>(root: Node<'t, 's>, parts: &[String]) -> Option<Node<'t, 's>> {
    parts.iter().try_fold(root, |node, part| {
        let item = || node.items().nth(part.parse().ok()?);
        node.get(part).or_else(item)
    })
}

/// Whether a JSON pointer leads somewhere in a text.
pub fn leads_somewhere(sources: &Sources, id: SourceId, pointer: &str) -> bool {
    let parts = pointer_parts(pointer);
    parts.is_some_and(|parts| trees(sources, id).iter().any(|tree| pointed(tree.root(), &parts).is_some()))
}

/// The documents of a text, as it is read.
fn trees(sources: &Sources, id: SourceId) -> Vec<Tree<'_>> {
    let text = sources.get(id).text();
    match look_at(sources.get(id).name(), text) {
        Ok(Look::Json) => vec![json::read(id, text)],
        Ok(Look::Yaml) => yaml::read_all(id, text),
        Ok(Look::Hcl) => vec![hcl::read(id, text)],
        _ => Vec::new(),
    }
}

/// The rules of these names; a finding for each that there is none of.
fn named(names: &[(&str, Span)], told: &mut Vec<Finding>) -> Vec<&'static str> {
    let mut found = Vec::new();
    for (name, span) in names {
        let rule = rules::named(name).filter(|rule| !RULES.iter().any(|own| own.name == rule.name));
        let Some(rule) = rule else {
            let meant = nearest(name, rules::all().map(|rule| rule.name));
            let help = meant.map_or_else(|| "`rolecall rules` lists them".to_owned(), |meant| format!("did you mean `{meant}`?"));
            told.push(malformed(format!("there is no rule `{name}` that could be suppressed"), *span, "no rule", help));
            continue;
        };
        found.push(rule.name);
    }
    found
}

fn malformed(message: String, span: Span, label: &str, help: impl Into<String>) -> Finding {
    let finding = MALFORMED.finding(message, span, label);
    Finding { help: Some(help.into()), ..finding }
}

/// As many places as are worth showing.
fn few(places: impl Iterator<Item = Span>, text: &str) -> Vec<Label> {
    places.take(FEW).map(|span| Label::new(span, text)).collect()
}

const FEW: usize = 4;
