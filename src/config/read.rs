//! Reads a configuration file. Everything that is wrong in it is told, at its place.

mod forbid;
mod ignore;

use std::ops::Range;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use super::keys::{TABLES, keys_of};
use super::{Check, Config, Glob, Trust};
use crate::arn::{Arn, is_account_id};
use crate::finding::{Problem, Severity};
use crate::reach::{Goal, Never};
use crate::source::{SourceId, Span};
use crate::spelling::nearest;
use crate::syntax::toml;

/// The names that a configuration may use.
#[derive(Clone, Debug)]
pub struct Known {
    /// The rules.
    pub rules: Vec<&'static str>,
    /// The themes of the rules.
    pub themes: Vec<&'static str>,
}

/// Reads the text of a configuration file. With problems there is no configuration: half of it would be another one.
pub fn read(source: SourceId, text: &str, known: &Known) -> Result<Config, Vec<Problem>> {
    let mut reader = Reader { source, known, problems: Vec::new() };
    if let Some(at) = toml::too_deep(text) {
        reader.problem(at..at + 1, "nested too deep".to_owned(), None);
        return Err(reader.problems);
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let end = text.len();
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        reader.problem(error.span().unwrap_or(end..end), format!("not TOML: {message}"), None);
    }
    let config = if errors.is_empty() { reader.config(table.get_ref()) } else { Config::default() };
    if reader.problems.is_empty() {
        return Ok(config);
    }
    reader.problems.sort_by_key(|problem| problem.span);
    Err(reader.problems)
}

/// So many names are listed where none of them is meant.
const FEW: usize = 10;

type Table<'t> = DeTable<'t>;
type Value<'t> = Spanned<DeValue<'t>>;

struct Reader<'k> {
    source: SourceId,
    known: &'k Known,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn config(&mut self, root: &Table<'_>) -> Config {
        let mut config = Config::default();
        for (key, value) in root {
            match key.get_ref().as_ref() {
                "check" => config.check = self.table(value, "check").map(|table| self.check(table)).unwrap_or_default(),
                "trust" => config.trust = self.table(value, "trust").map(|table| self.trust(table)).unwrap_or_default(),
                "assert" => config.asserts = self.tables(value, "assert", Self::assert),
                "forbid" => config.forbids = self.tables(value, "forbid", Self::forbid),
                "ignore" => config.ignores = self.tables(value, "ignore", Self::ignore),
                name => match TABLES.iter().find(|table| !table.is_list && keys_of(table.name).contains(&name)) {
                    Some(table) => self.misplaced(key.span(), name, table.name),
                    None => {
                        self.unknown(key.span(), &format!("there is no table `[{name}]`"), name, &TABLES.map(|table| table.name));
                    }
                },
            }
        }
        config
    }

    fn check(&mut self, table: &Table<'_>) -> Check {
        let mut check = Check::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "select" => check.choice.select = self.names(value, "select"),
                "ignore" => check.choice.ignore = self.names(value, "ignore"),
                "severity" => check.severity = self.severities(value),
                "fail-on" => check.fail_on = self.severity(value),
                "exclude" => check.exclude = self.list(value, "exclude", Self::glob),
                "pedantic" => check.pedantic = self.truth(value),
                "markdown" => check.markdown = self.truth(value),
                "baseline" => check.baseline = self.text(value, "a path").map(str::to_owned),
                name => self.unknown_key(key.span(), name, "check"),
            }
        }
        check
    }

    fn trust(&mut self, table: &Table<'_>) -> Trust {
        let mut trust = Trust::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "own-accounts" => trust.own_accounts = self.list(value, "own-accounts", Self::account),
                "partners" => trust.partners = self.list(value, "partners", Self::account),
                "providers" => trust.providers = self.list(value, "providers", Self::provider),
                name => self.unknown_key(key.span(), name, "trust"),
            }
        }
        trust
    }

    /// The tables of a list, each as `read` takes it.
    fn tables<T>(&mut self, value: &Value<'_>, name: &str, read: impl Fn(&mut Self, &Value<'_>) -> Option<T>) -> Vec<T> {
        let DeValue::Array(items) = value.get_ref() else {
            let help = format!("write `[[{name}]]` on a line of its own, with both brackets");
            self.wrong_type(value, &format!("`{name}` is a list of tables"), Some(help));
            return Vec::new();
        };
        // names of rules, which stand in another table
        if let Some(item) = items.iter().find(|item| name == "ignore" && matches!(item.get_ref(), DeValue::String(_))) {
            let help =
                "a list of names belongs below a line `[check]`; `[[ignore]]` begins a table with `path`, `rule` and `reason`";
            self.wrong_type(item, "`ignore` is a list of tables", Some(help.to_owned()));
            return Vec::new();
        }
        items.iter().filter_map(|item| read(self, item)).collect()
    }

    fn assert(&mut self, value: &Value<'_>) -> Option<Never> {
        let table = self.table(value, "assert")?;
        let (mut name, mut why, mut from, mut to, mut action, mut resource) = (None, None, Vec::new(), None, None, None);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => name = self.text(value, "a name").map(|text| (text.to_owned(), value.span())),
                "why" => why = self.text(value, "a reason").map(str::to_owned),
                "from" => from = self.texts(value, "from"),
                "to" => to = Some(self.texts(value, "to")),
                "action" => action = self.text(value, "an action").map(str::to_owned),
                "resource" => resource = self.text(value, "a resource").map(|text| (text.to_owned(), value.span())),
                name => self.unknown_key(key.span(), name, "assert"),
            }
        }
        let (name, span) = name.unwrap_or_else(|| ("without a name".to_owned(), value.span()));
        let goal = match (to, action) {
            (Some(roles), None) => Goal::Roles(roles),
            (None, Some(action)) => {
                Goal::Access { action, resource: resource.take().map_or_else(|| "*".to_owned(), |(text, _)| text) }
            }
            _ => {
                let help = "give `to`, one or more roles, or `action` with `resource`".to_owned();
                self.problem(span, "it is not told what must never be reached, or told twice".to_owned(), Some(help));
                return None;
            }
        };
        if let Some((_, span)) = resource {
            self.problem(span, "a resource without an action".to_owned(), Some("add `action`".to_owned()));
        }
        Some(Never { name, span: self.place(span), why, from, goal })
    }

    /// A text, or the texts of a list.
    fn texts(&mut self, value: &Value<'_>, key: &str) -> Vec<String> {
        match value.get_ref() {
            DeValue::String(text) => vec![text.to_string()],
            _ => self.list(value, key, |_, _, text| Some(text.to_owned())),
        }
    }

    /// A place in the file.
    fn place(&self, span: Range<usize>) -> Span {
        Span::new(self.source, span.start as u32, span.end as u32)
    }

    /// The names of rules and themes in a list.
    fn names(&mut self, value: &Value<'_>, key: &str) -> Vec<&'static str> {
        self.list(value, key, |reader, span, name| {
            let known = || reader.known.rules.iter().chain(&reader.known.themes).copied();
            let found = known().find(|own| *own == name);
            if found.is_none() {
                let help = nearest(name, known())
                    .map_or_else(|| "`rolecall rules` lists them".to_owned(), |meant| format!("did you mean `{meant}`?"));
                reader.problem(span, format!("there is no rule or theme `{name}`"), Some(help));
            }
            found
        })
    }

    fn severities(&mut self, value: &Value<'_>) -> Vec<(&'static str, Severity)> {
        let Some(table) = self.table(value, "check.severity") else { return Vec::new() };
        let mut severities = Vec::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let rule = self.known.rules.iter().copied().find(|own| *own == name);
            let severity = self.severity(value);
            match rule {
                Some(rule) => severities.extend(severity.map(|severity| (rule, severity))),
                None if self.known.themes.contains(&name) => {
                    let help = "severities are set rule by rule".to_owned();
                    self.problem(key.span(), format!("`{name}` is a theme, not a rule"), Some(help));
                }
                None => {
                    let rules = self.known.rules.clone();
                    self.unknown(key.span(), &format!("there is no rule `{name}`"), name, &rules);
                }
            }
        }
        severities
    }

    fn truth(&mut self, value: &Value<'_>) -> bool {
        if let DeValue::Boolean(truth) = value.get_ref() {
            return *truth;
        }
        self.wrong_type(value, "`true` or `false` is due here", None);
        false
    }

    fn severity(&mut self, value: &Value<'_>) -> Option<Severity> {
        let words = Severity::ALL.map(Severity::name);
        let word = self.text(value, "a severity")?;
        let found = Severity::ALL.into_iter().find(|severity| severity.name() == word);
        if found.is_none() {
            self.unknown(value.span(), &format!("there is no severity `{word}`"), word, &words);
        }
        found
    }

    fn glob(&mut self, span: Range<usize>, text: &str) -> Option<Glob> {
        Glob::new(text)
            .inspect_err(|bad| self.problem(span, format!("the pattern `{text}` matches nothing"), Some(bad.to_string())))
            .ok()
    }

    fn account(&mut self, span: Range<usize>, text: &str) -> Option<String> {
        if is_account_id(text) {
            return Some(text.to_owned());
        }
        self.problem(span, format!("`{text}` is no account id"), Some("an account id has twelve digits".to_owned()));
        None
    }

    fn provider(&mut self, span: Range<usize>, text: &str) -> Option<String> {
        let help = match Arn::parse(text) {
            Some(arn) if ["oidc-provider/", "saml-provider/"].iter().any(|kind| arn.resource.starts_with(kind)) => None,
            Some(_) => Some("the ARN of a provider ends in `oidc-provider/…` or `saml-provider/…`"),
            None if text.contains("://") => Some("leave out the scheme, as IAM does"),
            None if is_host(text) => None,
            None => Some("a provider is its ARN, or its host with the path behind it: `token.actions.githubusercontent.com`"),
        };
        if let Some(help) = help {
            self.problem(span, format!("`{text}` is no identity provider"), Some(help.to_owned()));
            return None;
        }
        Some(text.to_owned())
    }

    /// The texts of a list, each as `read` takes it.
    fn list<T>(
        &mut self,
        value: &Value<'_>,
        key: &str,
        mut read: impl FnMut(&mut Self, Range<usize>, &str) -> Option<T>,
    ) -> Vec<T> {
        let DeValue::Array(items) = value.get_ref() else {
            let help = format!("write `{key} = [\"…\"]`");
            self.wrong_type(value, &format!("`{key}` is a list"), Some(help));
            return Vec::new();
        };
        let mut taken = Vec::new();
        for item in items {
            if let Some(text) = self.text(item, "each item of this list") {
                taken.extend(read(self, item.span(), text));
            }
        }
        taken
    }

    fn text<'v>(&mut self, value: &'v Value<'_>, what: &str) -> Option<&'v str> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text);
        }
        self.wrong_type(value, &format!("{what} is a string"), Some("put it in quotes".to_owned()));
        None
    }

    fn table<'v, 't>(&mut self, value: &'v Value<'t>, name: &str) -> Option<&'v Table<'t>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        self.wrong_type(value, &format!("`{name}` is a table"), Some(format!("write `[{name}]` on a line of its own")));
        None
    }

    fn wrong_type(&mut self, value: &Value<'_>, wanted: &str, help: Option<String>) {
        let got = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.problem(value.span(), format!("{wanted}, not {got}"), help);
    }

    fn misplaced(&mut self, span: Range<usize>, key: &str, table: &str) {
        let help = Some(format!("it belongs below a line `[{table}]`"));
        self.problem(span, format!("`{key}` is in no table"), help);
    }

    fn unknown_key(&mut self, span: Range<usize>, name: &str, table: &str) {
        let is_list = TABLES.iter().any(|own| own.name == table && own.is_list);
        let shown = if is_list { format!("[[{table}]]") } else { format!("[{table}]") };
        self.unknown(span, &format!("unknown key `{name}` in `{shown}`"), name, &keys_of(table));
    }

    fn unknown(&mut self, span: Range<usize>, message: &str, name: &str, known: &[&'static str]) {
        let help = match nearest(name, known.iter().copied()) {
            Some(meant) => Some(format!("did you mean `{meant}`?")),
            None if known.len() <= FEW => Some(format!("known are `{}`", known.join("`, `"))),
            None => Some("`rolecall rules` lists them".to_owned()),
        };
        self.problem(span, message.to_owned(), help);
    }

    fn problem(&mut self, span: Range<usize>, message: String, help: Option<String>) {
        let span = self.place(span);
        self.problems.push(Problem { span, message, help });
    }
}

/// Whether a text is a host in lower case, perhaps with a path: the form in which IAM names an OIDC provider.
fn is_host(text: &str) -> bool {
    let host = text.split('/').next().unwrap_or(text);
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
    let path = text.bytes().all(|c| c.is_ascii_graphic());
    host.contains('.') && host.split('.').all(label) && path
}
