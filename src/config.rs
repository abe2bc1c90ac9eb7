//! What the user set: which rules report and how much each matters, what is left out, who is trusted.
//!
//! Nothing here changes what a policy means.

mod glob;
mod keys;
mod read;
mod settings;
mod template;

use crate::finding::Severity;
use crate::policy::Instant;
use crate::reach::Never;
use crate::source::Span;

pub use glob::{BadGlob, Glob};
pub use keys::{Key, Shape, TABLES, Table};
pub use read::{Known, read};
pub use settings::{Setting, quoted, settings};
pub use template::{ignore_row, template};

/// The name of the file that holds a configuration.
pub const FILE: &str = "rolecall.toml";

/// What one configuration file sets; by default nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Config {
    /// `[check]`: what is reported.
    pub check: Check,
    /// `[trust]`: who is no stranger.
    pub trust: Trust,
    /// `[[ignore]]`: what is not reported, and why.
    pub ignores: Vec<Ignore>,
    /// `[[assert]]`: what must never be so. The places are those in the configuration file.
    pub asserts: Vec<Never>,
    /// `[[forbid]]`: what no policy may allow.
    pub forbids: Vec<Forbid>,
}

/// What is not reported, though it is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ignore {
    /// The files.
    pub path: Glob,
    /// The rules.
    pub rules: Vec<&'static str>,
    /// The `Sid` of the statement; any where there is none.
    pub sid: Option<String>,
    /// The place in the file, as a JSON pointer without its first slash, part by part; any where there is none.
    pub pointer: Option<Vec<String>>,
    /// The text that is underlined; any where there is none.
    pub value: Option<String>,
    /// Why.
    pub reason: String,
    /// The first moment at which it does not hold any more.
    pub until: Option<Instant>,
    /// Where it stands in the configuration file: its path.
    pub span: Span,
}

/// What no policy may allow.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Forbid {
    /// What the finding calls it.
    pub name: String,
    /// A few words or a link.
    pub why: Option<String>,
    /// The actions, each as `service:Name`; all where there are none.
    pub actions: Vec<String>,
    /// The resource; every one where there is none.
    pub resource: Option<String>,
    /// The caller, as [`Caller::parse`](crate::evaluate::Caller::parse) reads it; everybody where there is none.
    pub principal: Option<String>,
    /// Condition keys, each with patterns: a request is fine where it holds one of these for each key.
    pub unless: Vec<(String, Vec<String>)>,
}

/// What is reported.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Check {
    /// `select` and `ignore`.
    pub choice: Choice,
    /// `severity`: how much the findings of a rule matter, by the rule's name.
    pub severity: Vec<(&'static str, Severity)>,
    /// `fail-on`: the least severity that makes a run fail.
    pub fail_on: Option<Severity>,
    /// `exclude`: what is not looked at.
    pub exclude: Vec<Glob>,
    /// `pedantic`: whether what needs judgement is reported, too.
    pub pedantic: bool,
    /// `markdown`: whether policies in the fences of Markdown are looked at, too.
    pub markdown: bool,
    /// `baseline`: the path of a file of findings that are known, relative to the folder of the configuration.
    pub baseline: Option<String>,
}

/// Who is no stranger.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trust {
    /// `own-accounts`: account ids of twelve digits.
    pub own_accounts: Vec<String>,
    /// `partners`: account ids of twelve digits.
    pub partners: Vec<String>,
    /// `providers`: identity providers, each the ARN of one or its host with the path behind it.
    pub providers: Vec<String>,
}

/// Which rules report, as one place says it: the file, or the command line. The names are those of rules and of themes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Choice {
    /// These report, and no others; all where there are none.
    pub select: Vec<&'static str>,
    /// These do not.
    pub ignore: Vec<&'static str>,
}

/// The parts of a JSON pointer (RFC 6901); `None` where it is none, or the whole document.
pub fn pointer_parts(pointer: &str) -> Option<Vec<String>> {
    let parts = pointer.strip_prefix('/')?.split('/');
    Some(parts.map(|part| part.replace("~1", "/").replace("~0", "~")).collect())
}

impl Choice {
    /// Whether a rule reports; `None` where nothing is said of it.
    ///
    /// The name of a rule counts more than that of its theme, and among equals `ignore` more than `select`. What belongs to no
    /// theme is left out by its name alone.
    pub fn of(&self, rule: &str, theme: Option<&str>) -> Option<bool> {
        if self.ignore.contains(&rule) {
            return Some(false);
        }
        if self.select.contains(&rule) {
            return Some(true);
        }
        let theme = theme?;
        if self.ignore.contains(&theme) {
            return Some(false);
        }
        (!self.select.is_empty()).then(|| self.select.contains(&theme))
    }
}

impl Check {
    /// Whether a rule reports what needs judgement, too: where that is asked for, and where the rule is selected by its name.
    pub fn is_pedantic(&self, rule: &str) -> bool {
        self.pedantic || self.choice.select.contains(&rule)
    }

    /// How much the findings of a rule matter, where that is set.
    pub fn severity_of(&self, rule: &str) -> Option<Severity> {
        self.severity.iter().find(|(own, _)| *own == rule).map(|&(_, severity)| severity)
    }

    /// Whether a path is left out: one that a pattern matches, or that lies in a folder that one matches. The path is relative to the
    /// folder of the configuration, with `/` between its parts.
    pub fn excludes(&self, path: &str) -> bool {
        let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        folders.chain([path]).any(|part| self.exclude.iter().any(|glob| glob.matches(part)))
    }
}
