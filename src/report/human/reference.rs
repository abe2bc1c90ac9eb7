//! What a name of AWS stands for, on a few lines.

use super::super::text::{self, Colour, paint};
use super::super::{Listing, Look};
use crate::reference::{Action, ConditionKey, Global, KeyTopic, Level, Operation, Reference, ResourceType, Service, Topic};

/// All that a name stands for. Long lists are cut, unless all is asked for.
pub fn topics(name: &str, topics: &[Topic<'_>], reference: &Reference, listing: Listing, look: Look) -> String {
    let mut page = Page { out: String::new(), reference, listing, look };
    for (at, topic) in topics.iter().enumerate() {
        page.out.push_str(if at > 0 { "\n" } else { "" });
        page.topic(name, topic);
    }
    page.out
}

/// Rows of a list that is cut.
const ROWS: usize = 8;
/// Names of a list that is cut and runs on in lines.
const NAMES: usize = 12;
/// Services whose actions are named.
const SERVICES: usize = 3;
/// The columns of what stands before each part, without the blanks around.
const LABEL: usize = 11;

struct Page<'p> {
    out: String,
    reference: &'p Reference,
    listing: Listing,
    look: Look,
}

impl Page<'_> {
    fn topic(&mut self, name: &str, topic: &Topic<'_>) {
        match topic {
            Topic::Service(service) => self.service(service),
            Topic::Action(action) => self.action(*action),
            Topic::Actions(service, actions) => self.actions(name, service, actions),
            Topic::Key(key) => self.key(key),
            Topic::Resource(kind, takers) => self.resource(*kind, takers),
            Topic::Operation(operation, actions) => self.operation(*operation, actions),
            Topic::Arn(kinds) => self.arn(name, kinds),
        }
    }

    fn operation(&mut self, operation: Operation, actions: &[Action<'_>]) {
        let doubt = if operation.sure { "" } else { ", though AWS itself takes it for one in places" };
        self.head(operation.name, &format!("an API operation, not an action{doubt}"));
        self.names("allowed by", &actions.iter().map(|action| name_of(*action)).collect::<Vec<_>>());
        if actions.len() > 1 {
            self.part("", &["which of these counts depends on the request".to_owned()]);
        }
        if let Some(action) = actions.first() {
            self.source(action.service);
        }
    }

    fn service(&mut self, service: &Service) {
        self.head(service.prefix(), service.title());
        let actions: Vec<Action<'_>> = service.actions().collect();
        self.part("actions", &[by_level(&actions)]);
        self.names("resources", &service.resources().map(|kind| kind.name().into_owned()).collect::<Vec<_>>());
        self.names("keys", &service.keys().map(|key| key.name.to_string()).collect::<Vec<_>>());
        self.part("RCPs", &[if service.has_rcps() { "hold for it" } else { "do not hold for it" }.to_owned()]);
        self.source(service);
    }

    fn action(&mut self, action: Action<'_>) {
        let service = action.service;
        self.head(&name_of(action), action.level().name());
        self.about("grants permission to", action.about());
        let mut kinds: Vec<[String; 2]> = Vec::new();
        for own in action.resources() {
            let mark = if own.required { " (required)" } else { "" };
            let formats = own.kind(service).into_iter().flat_map(ResourceType::formats);
            kinds.extend(
                formats.enumerate().map(|(at, format)| {
                    [if at == 0 { format!("{}{mark}", own.name()) } else { String::new() }, format.to_owned()]
                }),
            );
        }
        if action.is_unsure() {
            self.part("", &["sources disagree on which resources it takes; these are all that any of them names".to_owned()]);
        }
        match kinds.as_slice() {
            [] => self.part("resources", &["only `*`".to_owned()]),
            _ => self.table("resources", &kinds),
        }
        let keys = action.all_keys().into_iter().map(|(key, kinds)| {
            let kind = self.reference.key(&key.to_string()).map_or_else(String::new, kind_of);
            let with = if kinds.is_empty() { String::new() } else { format!(", with {}", kinds.join(", ")) };
            [key.to_string(), format!("{kind}{with}")]
        });
        let keys: Vec<[String; 2]> = keys.collect();
        self.table("keys", &keys);
        self.names("needs too", &action.needs().map(str::to_owned).collect::<Vec<_>>());
        self.source(service);
    }

    fn actions(&mut self, name: &str, service: &Service, actions: &[Action<'_>]) {
        self.head(&text::escape(name), &format!("{} of {}", count(actions.len(), "action"), service.title()));
        for level in LEVELS {
            let own: Vec<String> = actions.iter().filter(|own| own.level() == level).map(|own| own.name.to_owned()).collect();
            self.names(if level == Level::PermissionsManagement { "permissions" } else { level.name() }, &own);
        }
        self.source(service);
    }

    fn key(&mut self, topic: &KeyTopic<'_>) {
        let key = topic.key;
        self.head(&key.name.to_string(), &kind_of(key));
        // the words of some begin otherwise: "based on the type of …"
        let other = topic.about.and_then(|about| about.strip_prefix("Filters access "));
        self.about(if other.is_some() { "filters access" } else { "filters access by" }, other.or(topic.about));
        if let Some(global) = key.global {
            let held = match global {
                Global { unsupported: true, .. } => "it only looks like a condition key: no request holds it",
                Global { always: true, .. } => "global: every request holds it",
                Global { signed: true, .. } => "global: every signed request holds it",
                Global { of_principal: true, .. } => "global: some requests of IAM principals hold it",
                _ => "global: some requests hold it",
            };
            let advice = if global.deprecated { "; AWS advises against it" } else { "" };
            self.part("requests", &[format!("{held}{advice}")]);
        }
        let all: usize = topic.actions.iter().map(|(_, actions)| actions.len()).sum();
        if topic.actions.len() <= SERVICES || self.listing == Listing::All {
            for (at, (_, actions)) in topic.actions.iter().enumerate() {
                self.names(if at == 0 { "actions" } else { "" }, &actions.iter().map(|own| name_of(*own)).collect::<Vec<_>>());
            }
        } else {
            self.part("actions", &[format!("{all} of {} ({MORE})", count(topic.actions.len(), "service"))]);
        }
        if let Some(service) = topic.service {
            self.source(service);
        } else {
            self.part("page", &[GLOBAL_KEYS.to_owned()]);
            self.part("data of", &[Reference::date().to_owned()]);
        }
    }

    fn resource(&mut self, kind: ResourceType<'_>, takers: &[Action<'_>]) {
        let service = kind.service();
        self.head(&format!("{}:{}", service.prefix(), kind.name()), &format!("resource type of {}", service.title()));
        self.part("ARN", &kind.formats().map(str::to_owned).collect::<Vec<_>>());
        self.names("keys", &kind.keys().map(|key| key.to_string()).collect::<Vec<_>>());
        self.takers(takers);
        self.source(service);
    }

    fn arn(&mut self, name: &str, kinds: &[(ResourceType<'_>, Vec<Action<'_>>)]) {
        self.head(&text::escape(name), &format!("may be of {}", count(kinds.len(), "resource type")));
        let shown = if self.listing == Listing::All { usize::MAX } else { ROWS };
        for (kind, takers) in kinds.iter().take(shown) {
            self.out.push('\n');
            let named = format!("{}:{}", kind.service().prefix(), kind.name());
            self.out.extend(["  ", &*paint(&named, Colour::Bold, self.look.colour), "\n"]);
            self.part("ARN", &kind.formats().map(str::to_owned).collect::<Vec<_>>());
            self.takers(takers);
        }
        if kinds.len() > shown {
            self.out.extend(["\n  ", &*self.more(kinds.len() - shown), "\n"]);
        }
        self.out.push('\n');
        let mut sources: Vec<String> = kinds.iter().map(|(kind, _)| self.origin(kind.service())).collect();
        sources.sort();
        sources.dedup();
        self.part("data of", &[sources.join(", ")]);
    }

    fn takers(&mut self, takers: &[Action<'_>]) {
        match takers {
            [] => self.part("actions", &["none takes it".to_owned()]),
            _ => self.names("actions", &takers.iter().map(|own| own.name.to_owned()).collect::<Vec<_>>()),
        }
    }

    /// The name, and what it is.
    fn head(&mut self, name: &str, what: &str) {
        let painted = format!("{}  ", paint(name, Colour::Bold, self.look.colour));
        text::push_hanging(&mut self.out, &format!("{name}  "), &painted, what, self.look.width);
    }

    fn about(&mut self, verb: &str, words: Option<&str>) {
        if let Some(words) = words {
            text::push_hanging(&mut self.out, "  ", "  ", &text::escape(&format!("{verb} {words}")), self.look.width);
        }
    }

    /// Where it stands, and of which day.
    fn source(&mut self, service: &Service) {
        self.part("page", &service.page().into_iter().collect::<Vec<_>>());
        self.part("data of", &[self.origin(service)]);
    }

    /// The day of its data, or the file that they are from.
    fn origin(&self, service: &Service) -> String {
        self.reference
            .overlay_of(service.prefix())
            .map_or_else(|| Reference::date().to_owned(), |own| text::escape(own).into_owned())
    }

    /// Names that run on, or the first of them.
    fn names(&mut self, label: &str, names: &[String]) {
        let shown = self.shown(names.len(), NAMES);
        let mut line = names.iter().take(shown).map(String::as_str).collect::<Vec<_>>().join(", ");
        if names.len() > shown {
            line.extend([" ", &*self.more(names.len() - shown)]);
        }
        let total = if names.len() > NAMES { format!("{}: ", names.len()) } else { String::new() };
        if !names.is_empty() {
            self.part(label, &[format!("{total}{line}")]);
        }
    }

    /// Rows of two columns, or the first of them.
    fn table(&mut self, label: &str, rows: &[[String; 2]]) {
        let shown = self.shown(rows.len(), ROWS);
        let column = rows.iter().take(shown).map(|[first, _]| text::width(first)).max().unwrap_or(0);
        let pad = |first: &str| format!("{first}{}", " ".repeat(column.saturating_sub(text::width(first))));
        let mut lines: Vec<String> = rows.iter().take(shown).map(|[first, second]| format!("{}  {second}", pad(first))).collect();
        if rows.len() > shown {
            lines.push(self.more(rows.len() - shown));
        }
        for (at, line) in lines.iter().enumerate() {
            let head = format!("  {:LABEL$}  ", if at == 0 { label } else { "" });
            let painted = paint(&head, Colour::Cyan, self.look.colour);
            // the columns must keep their blanks, which breaking would take out
            match line.split_once("  ").filter(|_| at < shown) {
                Some((first, second)) => {
                    let gap = line.len() - first.len() - second.trim_start().len();
                    let (head, painted) =
                        (format!("{head}{first}{}", " ".repeat(gap)), format!("{painted}{first}{}", " ".repeat(gap)));
                    text::push_hanging(&mut self.out, &head, &painted, second.trim_start(), self.look.width);
                }
                None => text::push_hanging(&mut self.out, &head, &painted, line, self.look.width),
            }
        }
    }

    /// Lines behind a label.
    fn part(&mut self, label: &str, lines: &[String]) {
        for (at, line) in lines.iter().enumerate() {
            let head = format!("  {:LABEL$}  ", if at == 0 { label } else { "" });
            let painted = paint(&head, Colour::Cyan, self.look.colour);
            text::push_hanging(&mut self.out, &head, &painted, line, self.look.width);
        }
    }

    /// How many of a list to show. What is only a little longer is shown whole.
    fn shown(&self, all: usize, limit: usize) -> usize {
        if self.listing == Listing::All || all <= limit + 2 { all } else { limit }
    }

    /// That so many more are not shown.
    fn more(&self, count: usize) -> String {
        format!("{} {count} more ({MORE})", if self.look.unicode { "…" } else { "..." })
    }
}

/// The page of the IAM user guide on global condition keys.
const GLOBAL_KEYS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html";

const MORE: &str = "`-v` shows all";

const LEVELS: [Level; 5] = [Level::List, Level::Read, Level::Write, Level::Tagging, Level::PermissionsManagement];

/// `183: 13 list, 60 read`.
fn by_level(actions: &[Action<'_>]) -> String {
    let counts = LEVELS.map(|level| (level.name(), actions.iter().filter(|own| own.level() == level).count()));
    let counts: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}")).collect();
    format!("{}: {}", actions.len(), counts.join(", "))
}

/// The type of a key's values, and whether it may have several.
fn kind_of(key: ConditionKey<'_>) -> String {
    format!("{}{}", key.kind.name(), if key.many { ", several values" } else { "" })
}

fn name_of(action: Action<'_>) -> String {
    format!("{}:{}", action.service.prefix(), action.name)
}

fn count(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
