//! Every page below `rules` is at once documentation and test.
//!
//! ````text
//! # the-rule's-name
//!
//! One sentence: what it reports.
//!
//! ## Why it matters
//!
//! ## Bad: a few words, or none
//!
//! ```json trust.json
//! the input, under this name; several blocks are several files; `trust.json --kind trust` tells the kind
//! ```
//!
//! ```text
//! the findings as the tool prints them, 100 columns wide and without the last line that counts them
//! ```
//!
//! ## Good: a few words, or none
//!
//! ```json trust.json
//! an input without any finding
//! ```
//!
//! ## Remedy
//!
//! ## Sources
//!
//! - <https://…>
//! ````
//!
//! There may be several Bad and several Good sections. A block ```` ```toml rolecall.toml ```` is the configuration that its section is
//! checked by.

mod fixes;

use rolecall::config::{self, Config, Known};
use rolecall::evaluate::{Caller, Context, ContextValue, Request, Verdict, evaluate};
use rolecall::finding::Finding;
use rolecall::fix;
use rolecall::identity::Token;
use rolecall::lint::Facts;
use rolecall::policy::{Instant, PolicyKind};
use rolecall::reference::Reference;
use rolecall::report::{Look, human};
use rolecall::rules;
use rolecall::simulate::{Flow, GateKind, GateState, Login, Outcome, Question, simulate};
use rolecall::source::Sources;
use rolecall::suppress::{Scope, sift};
use serde_json::Value;

use crate::markdown::{Block, Change, Markdown, Part};
use crate::support;

/// What the findings of a page are printed for.
const LOOK: Look = Look { width: 100, colour: false, unicode: true };

/// What stands behind the name of a file that is to be taken for a policy of a kind.
const KIND: &str = " --kind ";

/// The sections behind the title, in order.
const ORDER: [&str; 5] = ["Why it matters", "Bad", "Good", "Remedy", "Sources"];

/// A page, by its path from the root.
struct Page {
    path: String,
    text: Markdown,
    /// The first is the title.
    sections: Vec<Section>,
}

/// A heading with what stands under it.
struct Section {
    level: usize,
    title: String,
    /// The lines that are neither heading nor fenced.
    prose: Vec<String>,
    blocks: Vec<Block>,
}

#[test]
fn every_rule_has_a_page_and_every_page_a_rule() {
    let pages = support::files("rules", "md");
    let mut complaints = Vec::new();
    for rule in rules::all() {
        let own: Vec<&String> = pages.iter().filter(|path| name_of(path) == rule.name).collect();
        match own.as_slice() {
            [path] if support::read(path) == rule.page => {}
            [path] => complaints.push(format!("`{}`: its record includes another page than {path}", rule.name)),
            _ => complaints.push(format!("`{}`: there must be one page rules/<theme>/{}.md", rule.name, rule.name)),
        }
    }
    let strays = pages.iter().filter(|path| rules::named(name_of(path)).is_none() || path.split('/').count() != 3);
    complaints.extend(strays.map(|path| format!("{path}: belongs to no rule; pages are rules/<theme>/<name of the rule>.md")));
    assert!(rules::all().next().is_some(), "there is no rule at all");
    support::none(complaints);
}

#[test]
fn pages_have_the_same_form() {
    support::none(pages().iter().flat_map(misformed));
}

#[test]
fn bad_examples_show_their_rule_and_good_ones_none() {
    support::none(pages().iter().flat_map(misbehaved));
}

#[test]
fn pages_show_what_the_tool_prints() {
    support::none(pages().iter().filter_map(|page| support::settle(&page.path, &page.text.text(), &with_outputs(page))));
}

#[test]
fn witnesses_of_pages_get_through() {
    let mut count = 0;
    let pages = pages();
    let bad = pages.iter().flat_map(|page| page.sections.iter().filter(|own| own.kind() == "Bad").map(move |own| (page, own)));
    let refused = bad.flat_map(|(page, section)| {
        page.check_in(section, |facts, findings| {
            let witnesses: Vec<_> = findings.iter().filter_map(|finding| finding.witness.as_ref()).collect();
            count += witnesses.len();
            let refused = witnesses.into_iter().filter(|witness| !gets_through(facts, &witness.claims));
            refused.map(|own| format!("{}: `{}` is refused: {}", page.path, section.title, own.claims)).collect::<Vec<_>>()
        })
    });
    support::none(refused.collect::<Vec<_>>());
    assert!(count > 40, "{count}");
}

/// Whether the simulator lets a witness have a role, or the evaluator a request.
fn gets_through(facts: &Facts<'_, '_>, witness: &str) -> bool {
    let told: Value = serde_json::from_str(witness).unwrap();
    if let Some(principal) = told["principal"].as_str() {
        let mut context = Context::new();
        for (key, value) in told["context"].as_object().into_iter().flatten() {
            context.set(key.clone(), ContextValue::One(value.as_str().unwrap().to_owned().into()));
        }
        let (action, resource) = (told["action"].as_str().unwrap(), told["resource"].as_str().unwrap());
        let request = Request { principal: Caller::parse(principal).unwrap(), action, resource, context: &context };
        let mut policies = facts.inventory.all_policies();
        return policies.any(|(policy, _)| matches!(evaluate([policy], &request, &mut ()), Verdict::Allowed(_)));
    }
    let token = Token::read(witness).unwrap();
    let gets_in = |pool: Option<&str>, flow: Flow, role: Option<&str>| {
        let at = Instant::from_seconds(1_800_000_000);
        let question = Question { pool, flow, role, ..Question::new(Login::Token(&token), at) };
        let simulation = simulate(facts.world(), &question);
        // what is about the choice of a role needs no trust policies, and shows none
        let gates = || simulation.gates.iter().take_while(|gate| gate.kind != GateKind::RoleMapping);
        let is_taken = gates().any(|gate| gate.kind == GateKind::Audience && gate.state == GateState::Pass)
            && gates().all(|gate| gate.state != GateState::Fail);
        let no_trust = facts.inventory.roles.iter().all(|role| role.trust.is_none());
        simulation.outcome == Outcome::Allowed || no_trust && flow == Flow::Enhanced && is_taken
    };
    let pools = facts.inventory.identity_pools.iter().map(|pool| pool.id.known());
    let roles: Vec<String> = facts.inventory.roles.iter().map(|role| role.id().into_owned()).collect();
    pools.chain([None]).any(|pool| {
        gets_in(pool, Flow::Enhanced, None)
            || roles.iter().any(|role| [Flow::Classic, Flow::Direct].into_iter().any(|flow| gets_in(pool, flow, Some(role))))
    })
}

/// What is wrong with the form of a page.
fn misformed(page: &Page) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut wrong = |condition: bool, complaint: String| {
        if condition {
            complaints.push(format!("{}: {complaint}", page.path));
        }
    };
    let name = name_of(&page.path);
    wrong(page.sections[0].title != name, format!("the title must be `# {name}`"));
    wrong(
        !is_one_sentence(&page.sections[0].summary()),
        "behind the title there must be one sentence with a final stop".to_owned(),
    );

    let kinds: Vec<&str> = page.sections[1..].iter().map(Section::kind).collect();
    for kind in ORDER {
        wrong(!kinds.contains(&kind), format!("`## {kind}` is missing"));
    }
    for section in &page.sections[1..] {
        wrong(!ORDER.contains(&section.kind()) || section.level != 2, format!("`{}` is no section of a page", section.title));
    }
    let places: Vec<_> = kinds.iter().map(|kind| ORDER.iter().position(|own| own == kind)).collect();
    wrong(!places.is_sorted(), format!("the sections must come in this order: {}", ORDER.join(", ")));

    for section in page.sections[1..].iter().filter(|section| !section.is_example()) {
        wrong(section.summary().is_empty() && section.blocks.is_empty(), format!("`## {}` is empty", section.title));
    }
    for section in page.sections.iter().filter(|section| section.kind() == "Sources") {
        let links: Vec<&str> = section.prose.iter().flat_map(|line| line.split("://").skip(1)).collect();
        let secure = section.prose.iter().map(|line| line.matches("https://").count()).sum::<usize>();
        wrong(secure == 0 || links.len() != secure, "`## Sources` must link to pages, by https".to_owned());
    }
    for section in page.sections.iter().filter(|section| section.is_example()) {
        let files = section.files().count();
        let texts = section.blocks.len() - files;
        let last = section.blocks.last().is_some_and(|block| block.info == "text");
        wrong(files == 0, format!("`## {}` holds no file: open its block with ```json NAME.json", section.title));
        // an output that is not there yet is put in by blessing
        wrong(
            section.kind() == "Bad" && (texts > 1 || (texts == 1 && !last)),
            format!("`## {}`: one text block, behind the files", section.title),
        );
        wrong(
            section.kind() == "Good" && texts > 0,
            format!("`## {}`: every block must be a file: ```json NAME.json", section.title),
        );
    }
    complaints
}

/// What is found in the examples of a page and should not be, and the other way round.
fn misbehaved(page: &Page) -> Vec<String> {
    let name = name_of(&page.path);
    let mut complaints = Vec::new();
    for section in page.sections.iter().filter(|section| section.is_example()) {
        let mut found = page.check(section, |_, findings| findings.iter().map(|finding| finding.rule).collect::<Vec<_>>());
        found.dedup();
        let expected: &[&str] = if section.kind() == "Bad" { &[name] } else { &[] };
        if found != expected {
            complaints.push(format!("{}: `## {}` shows {found:?}, and must show {expected:?}", page.path, section.title));
        }
    }
    complaints
}

/// The page with the outputs of its Bad sections as the tool prints them.
fn with_outputs(page: &Page) -> String {
    let bad = page.sections.iter().filter(|section| section.kind() == "Bad");
    let changes = bad.filter_map(|section| {
        let output = page.check(section, print);
        let output: Vec<String> = output.lines().map(str::to_owned).collect();
        let last = section.blocks.last()?;
        let behind = last.range.end + 1;
        Some(match last.info.as_str() {
            "text" => Change { range: last.range.clone(), lines: output },
            _ => Change { range: behind..behind, lines: [fence(&["", "```text"]), output, fence(&["```"])].concat() },
        })
    });
    page.text.changed(changes.collect())
}

/// The findings as the tool prints them, with a blank line between.
fn print(sources: &Sources, findings: &[Finding]) -> String {
    findings.iter().map(|finding| human::finding(finding, sources, LOOK)).collect::<Vec<_>>().join("\n")
}

fn fence(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

impl Page {
    fn read(path: String) -> Self {
        let text = support::read(&path);
        Self::of(path, &text)
    }

    fn of(path: String, text: &str) -> Self {
        let text = Markdown::read(text);
        let mut sections: Vec<Section> = Vec::new();
        for part in &text.parts {
            match (part, sections.last_mut()) {
                (Part::Heading(level, title), _) => sections.push(Section::new(*level, title)),
                (Part::Prose(line), Some(section)) => section.prose.push(line.clone()),
                (Part::Block(block), Some(section)) => section.blocks.push(block.clone()),
                (Part::Prose(_) | Part::Block(_), None) => panic!("{path}: must start with its title"),
            }
        }
        assert!(!sections.is_empty(), "{path}: is empty");
        Self { path, text, sections }
    }

    /// Reads the files of an example and runs every rule on them.
    fn check<T>(&self, section: &Section, look: impl FnOnce(&Sources, &[Finding]) -> T) -> T {
        self.check_in(section, |facts, findings| look(facts.sources, findings))
    }

    fn check_in<T>(&self, section: &Section, look: impl FnOnce(&Facts<'_, '_>, &[Finding]) -> T) -> T {
        self.example(section).check(look)
    }

    fn example(&self, section: &Section) -> Example {
        let kind = section.blocks.iter().find_map(|block| block.info.split_once(KIND)).map(|(_, name)| name);
        let kind = kind.map(|name| PolicyKind::named(name).unwrap_or_else(|| panic!("{}: no kind `{name}`", self.path)));
        let files = section.files().map(|(name, block)| (name.to_owned(), self.text.body(block)));
        let (set, files): (Vec<_>, Vec<_>) = files.partition(|(name, _)| *name == config::FILE);
        let config = set.first().map_or_else(Config::default, |(_, text)| {
            let themes = rules::THEMES.iter().map(|(theme, _)| *theme).collect();
            let known = Known { rules: rules::all().map(|rule| rule.name).collect(), themes };
            // it is the first text that is read
            let first = Sources::new().add(config::FILE, text.as_str());
            config::read(first, text, &known).unwrap_or_else(|problems| panic!("{}: {problems:?}", self.path))
        });
        let set = set.into_iter().next().map(|(_, text)| text);
        Example { kind, config, set, files }
    }
}

/// The files of a section, and how they are checked.
#[derive(Clone)]
struct Example {
    kind: Option<PolicyKind>,
    config: Config,
    /// The text of the configuration.
    set: Option<String>,
    files: Vec<(String, String)>,
}

impl Example {
    /// Runs every rule.
    fn check<T>(&self, look: impl FnOnce(&Facts<'_, '_>, &[Finding]) -> T) -> T {
        let set = self.set.iter().map(|text| (config::FILE, text.clone()));
        let files = set.chain(self.files.iter().map(|(name, text)| (name.as_str(), text.clone())));
        support::with_inventory(self.kind, files, |sources, inventory| {
            let reference = Reference::default();
            let facts = Facts { sources, inventory, config: &self.config, reference: &reference };
            let mut findings = rules::run(&facts);
            findings.retain(|own| self.config.check.choice.of(own.rule, None) != Some(false));
            let rules: Vec<&str> = rules::all().map(|rule| rule.name).collect();
            let scope = Scope {
                path: &|name| Some(name.to_owned()),
                baseline: None,
                rules: &rules,
                searched: true,
                searched_all: true,
                at: Instant::from_seconds(1_800_000_000),
            };
            let sifted = sift(findings, false, &facts, &scope);
            let mut findings: Vec<Finding> = sifted.reported.into_iter().map(|(finding, _)| finding).collect();
            fix::settle(&mut findings, &facts);
            look(&facts, &findings)
        })
    }
}

impl Section {
    fn new(level: usize, title: &str) -> Self {
        Self { level, title: title.to_owned(), prose: Vec::new(), blocks: Vec::new() }
    }

    /// Its title up to a colon.
    fn kind(&self) -> &str {
        self.title.split(':').next().unwrap_or(&self.title)
    }

    fn is_example(&self) -> bool {
        ["Bad", "Good"].contains(&self.kind())
    }

    /// Its first paragraph on one line.
    fn summary(&self) -> String {
        let lines = self.prose.iter().map(|line| line.trim()).skip_while(|line| line.is_empty());
        lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Its blocks that are files, with the name of each.
    fn files(&self) -> impl Iterator<Item = (&str, &Block)> {
        self.blocks.iter().filter_map(|block| {
            let name = block.info.split_once(' ')?.1;
            Some((name.split(KIND).next().unwrap_or(name), block))
        })
    }
}

fn pages() -> Vec<Page> {
    support::files("rules", "md").into_iter().map(Page::read).collect()
}

/// The name of the rule that a page belongs to.
fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path).trim_end_matches(".md")
}

fn is_one_sentence(text: &str) -> bool {
    text.ends_with('.') && !text.trim_end_matches('.').contains(". ")
}

#[test]
fn a_page_of_another_form_is_found() {
    const PAGE: &str = "# a-rule\n\nSomething is wrong\nsomewhere.\n\n## Why it matters\n\nBecause.\n\n\
        ## Bad: a word\n\n```json a.json\n{}\n```\n\n```json b.json\n{}\n```\n\n```text\nout\n```\n\n\
        ## Good\n\n```json a.json\n{}\n```\n\n## Remedy\n\nMend it.\n\n## Sources\n\n- <https://docs.aws.amazon.com/x>\n";
    let complaints = |from: &str, to: &str| {
        assert!(PAGE.contains(from), "`{from}` does not stand in the page");
        misformed(&Page::of("rules/theme/a-rule.md".to_owned(), &PAGE.replacen(from, to, 1)))
    };
    assert_eq!(complaints("out", "out"), Vec::<String>::new());
    // an output that is still to be blessed
    assert_eq!(complaints("```text\nout\n```\n\n", ""), Vec::<String>::new());

    let mistakes = [
        ("# a-rule", "# another"),
        ("somewhere.", "somewhere"),
        ("somewhere.", "somewhere. Mend it."),
        ("## Why it matters\n\nBecause.\n\n", ""),
        ("Because.", ""),
        ("## Good", "## Better"),
        ("## Good\n\n```json a.json\n{}\n```\n\n", ""),
        ("```json a.json\n{}\n```\n\n```json b.json\n{}\n```\n\n", ""),
        ("```text\nout\n```\n\n", "```text\nout\n```\n\n```text\nout\n```\n\n"),
        ("```text\nout\n```\n\n## Good\n\n```json a.json", "```text\nout\n```\n\n## Good\n\n```json"),
        ("## Remedy\n\nMend it.\n\n## Sources", "## Sources\n\n- <https://x.example>\n\n## Remedy"),
        ("https:", "http:"),
    ];
    for (from, to) in mistakes {
        assert!(!complaints(from, to).is_empty(), "nothing is said of {to:?} for {from:?}");
    }
}
