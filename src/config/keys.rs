//! The tables of a configuration file with their keys: what may stand there, and what each is for. The reader, the schema, `config show` and
//! the file that `init` writes all go by this.

/// A table of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Whether there may be several: `[[assert]]`.
    pub is_list: bool,
    /// What it is for, in a sentence.
    pub says: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// Keys of which at least one must be there, where those that are needed are not all.
    pub one_of: &'static [&'static str],
}

/// A key of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub shape: Shape,
    /// What it does, in a sentence.
    pub says: &'static str,
    /// A value, as it would be written.
    pub example: &'static str,
    /// What holds where it is not given, as it would be written; `None` where that is nothing.
    pub default: Option<&'static str>,
    /// Whether it must be given.
    pub is_needed: bool,
}

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A list of names of rules and themes.
    Names,
    /// The name of a rule, or a list of them.
    Rules,
    /// A severity.
    Severity,
    /// A table from rules to severities.
    Severities,
    /// `true` or `false`.
    Truth,
    /// A pattern of paths.
    Glob,
    /// A list of patterns of paths.
    Globs,
    /// The path of a file.
    Path,
    /// A list of account ids.
    Accounts,
    /// A list of identity providers.
    Providers,
    /// A text.
    Text,
    /// A text, or a list of them.
    Texts,
    /// A JSON pointer (RFC 6901).
    Pointer,
    /// A date, as TOML writes it or as a string.
    Date,
    /// A table from condition keys to one value or several.
    Conditions,
}

/// The tables of a configuration file.
pub const TABLES: [Table; 5] = [
    Table {
        name: "check",
        is_list: false,
        says: "What is reported.",
        keys: &[
            key(
                "select",
                Shape::Names,
                "Report these rules and themes only; without this line, all of them.",
                "[\"grammar\", \"trust\", \"cognito\"]",
            ),
            key("ignore", Shape::Names, "Do not report these rules and themes.", "[\"missing-version\"]"),
            key(
                "severity",
                Shape::Severities,
                "How much the findings of a rule matter here.",
                "{ shared-group-trust = \"medium\" }",
            ),
            Key {
                default: Some("\"low\""),
                ..key("fail-on", Shape::Severity, "The least severity that makes a run fail.", "\"low\"")
            },
            key(
                "exclude",
                Shape::Globs,
                "Do not look at these: patterns of paths, relative to the folder of this file.",
                "[\"vendor\", \"**/testdata\"]",
            ),
            Key { default: Some("false"), ..key("pedantic", Shape::Truth, "Report what needs judgement, too.", "false") },
            Key {
                default: Some("false"),
                ..key("markdown", Shape::Truth, "Look at the policies in the fences of Markdown, too.", "false")
            },
            key(
                "baseline",
                Shape::Path,
                "Do not report what stands in this file, which `rolecall baseline` writes.",
                "\"rolecall-baseline.json\"",
            ),
        ],
        one_of: &[],
    },
    Table {
        name: "trust",
        is_list: false,
        says: "Who is no stranger.",
        keys: &[
            key("own-accounts", Shape::Accounts, "The accounts that are yours.", "[\"111122223333\"]"),
            key("partners", Shape::Accounts, "The accounts of others whom you know.", "[\"444455556666\"]"),
            key(
                "providers",
                Shape::Providers,
                "The identity providers that may vouch for somebody: a host with the path behind it, or an ARN.",
                "[\"token.actions.githubusercontent.com\"]",
            ),
        ],
        one_of: &[],
    },
    Table {
        name: "ignore",
        is_list: true,
        says: "A finding that is not reported, and why.",
        keys: &[
            Key {
                is_needed: true,
                ..key(
                    "path",
                    Shape::Glob,
                    "The files: a pattern of paths, relative to the folder of this file.",
                    "\"roles/readers.json\"",
                )
            },
            Key { is_needed: true, ..key("rule", Shape::Rules, "The rule, or several.", "\"guest-can-assume\"") },
            key("sid", Shape::Text, "In the statement with this `Sid` only.", "\"Readers\""),
            key(
                "pointer",
                Shape::Pointer,
                "Below this place of the file only, as a JSON pointer: `/Statement/0`.",
                "\"/Statement/0\"",
            ),
            key("value", Shape::Text, "Where this text is underlined only.", "\"cognito-identity.amazonaws.com:aud\""),
            Key {
                is_needed: true,
                ..key("reason", Shape::Text, "Why it is right as it is.", "\"guests read the front page with this role\"")
            },
            key("until", Shape::Date, "The last day on which this holds.", "2027-06-30"),
        ],
        one_of: &[],
    },
    Table {
        name: "assert",
        is_list: true,
        says: "What must never be so, however the files change.",
        keys: &[
            key("name", Shape::Text, "What the finding calls it.", "\"only administrators become administrator\""),
            key("why", Shape::Text, "A few words or a link.", "\"they alone publish articles\""),
            key(
                "from",
                Shape::Texts,
                "From whom, as `rolecall reach --from` takes it; without it, everybody.",
                "[\"guest\", \"user\", \"group:Editor\", \"foreign-pool\"]",
            ),
            key("to", Shape::Texts, "Roles: names, ARNs or patterns with `*`; or `administrator`.", "\"articles-admin\""),
            key("action", Shape::Text, "Instead of `to`: what nobody may do.", "\"s3:PutObject\""),
            key(
                "resource",
                Shape::Text,
                "To what; `*` where it is missing.",
                "\"arn:aws:s3:::articles-site/published/index.html\"",
            ),
        ],
        one_of: &["to", "action"],
    },
    Table {
        name: "forbid",
        is_list: true,
        says: "What no policy may allow.",
        keys: &[
            key("name", Shape::Text, "What the finding calls it.", "\"pages are published through our endpoint\""),
            key("why", Shape::Text, "A few words or a link.", "\"https://wiki.example/publishing\""),
            key("action", Shape::Texts, "One action or several, each written out.", "[\"s3:PutObject\", \"s3:DeleteObject\"]"),
            key(
                "resource",
                Shape::Text,
                "One ARN, written out; without it, every resource.",
                "\"arn:aws:s3:::articles-site/published/index.html\"",
            ),
            key(
                "principal",
                Shape::Text,
                "Whom no resource or trust policy may let in; without it, everybody.",
                "\"arn:aws:iam::444455556666:role/collector\"",
            ),
            key(
                "unless",
                Shape::Conditions,
                "Condition keys with patterns: a request is fine where it holds one of these for each key.",
                "{ \"aws:SourceVpce\" = \"vpce-0a1b2c3d4e5f60718\" }",
            ),
        ],
        one_of: &["action", "principal"],
    },
];

const fn key(name: &'static str, shape: Shape, says: &'static str, example: &'static str) -> Key {
    Key { name, shape, says, example, default: None, is_needed: false }
}

impl Table {
    /// The line that begins it.
    pub fn head(&self) -> String {
        if self.is_list { format!("[[{}]]", self.name) } else { format!("[{}]", self.name) }
    }
}

/// The names of the keys of a table; none where there is no such table.
pub(super) fn keys_of(table: &str) -> Vec<&'static str> {
    let table = TABLES.iter().find(|own| own.name == table);
    table.into_iter().flat_map(|table| table.keys).map(|key| key.name).collect()
}
