//! What all terms of a question have in common: the keys, what is left open, and patterns whose variables are filled.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::glob::{Letter, Reach, arn_parts, is_colon, is_unsettled, is_wild, language, letters, resource_language};
use super::keys::{Keys, told};
use super::term::{TRUE, all, comment, in_language, literal};
use crate::evaluate::{Gap, GapReason, undocumented};
use crate::pattern::Pattern;

/// Collects what the terms of a question need.
pub(super) struct Writer<'k> {
    pub(super) keys: &'k Keys,
    /// What is left open: by what it is known, and why.
    opens: Vec<(String, String)>,
    /// Constants that terms need beside the keys, declared.
    helpers: Vec<String>,
    /// Characters beyond printable ASCII.
    others: BTreeSet<char>,
}

impl<'k> Writer<'k> {
    pub(super) fn new(keys: &'k Keys) -> Self {
        Self { keys, opens: Vec::new(), helpers: Vec::new(), others: BTreeSet::new() }
    }

    /// A Boolean that may be anything; for the same question it is the same.
    pub(super) fn open(&mut self, identity: &str, why: &str) -> String {
        let at = self.opens.iter().position(|(own, _)| own == identity).unwrap_or_else(|| {
            self.opens.push((identity.to_owned(), why.to_owned()));
            self.opens.len() - 1
        });
        format!("open.{}", at + 1)
    }

    /// Adds declarations that a term needs.
    pub(super) fn help(&mut self, text: String) {
        if !self.helpers.contains(&text) {
            self.helpers.push(text);
        }
    }

    /// A number by a name of its own.
    pub(super) fn number(&mut self, term: &str) -> String {
        let body = format!(" () Int {term})\n");
        let known = self.helpers.iter().find_map(|own| own.strip_prefix("(define-fun ")?.strip_suffix(&body));
        if let Some(name) = known {
            return name.to_owned();
        }
        let name = format!("at.{}", self.helpers.len() + 1);
        self.helpers.push(format!("(define-fun {name}{body}"));
        name
    }

    /// Takes the characters of a pattern into the alphabet.
    pub(super) fn know(&mut self, own: &[Letter<'_, '_>]) {
        let chars = own.iter().filter_map(|letter| if let Letter::Exact(c) = letter { Some(*c) } else { None });
        self.others.extend(chars.filter(|c| !matches!(c, ' '..='~')));
        for variable in own.iter().filter_map(|letter| if let Letter::Filled(variable) = letter { Some(variable) } else { None })
        {
            let default = variable.default.as_deref().unwrap_or("");
            self.others.extend(default.chars().filter(|c| !matches!(c, ' '..='~')));
        }
    }

    /// The languages that are named in a text.
    pub(super) fn alphabet(&self, text: &str) -> String {
        let others: Vec<String> = self.others.iter().map(|c| format!("(str.to_re {})", literal(&c.to_string()))).collect();
        let named = [
            ("arn", arn()),
            ("letter", union(&[" ~"], &others)),
            ("in-part", union(&[" 9", ";~"], &others)),
            ("tame", union(&[" )", "+>", "@~"], &others)),
            ("name-letter", union(&["AZ", "az", "09", "++", "==", ",.", "@@", "__"], &[])),
            ("path-letter", union(&["AZ", "az", "09", "++", "==", ",/", "@@", "__"], &[])),
            ("digit", union(&["09", "af"], &[])),
        ];
        let mut out = String::new();
        // from the last: a language may name one that stands before it
        for (name, language) in named {
            let is_named = |text: &str| [")", " "].iter().any(|end| text.contains(&format!(" {name}{end}")));
            if is_named(text) || is_named(&out) {
                out.insert_str(0, &format!("(define-fun {name} () RegLan {language})\n"));
            }
        }
        out
    }

    pub(super) fn declarations(&self, out: &mut String) {
        for (index, (identity, why)) in self.opens.iter().enumerate() {
            let _ = writeln!(out, "; open: {}: {}", comment(identity), comment(why));
            let _ = writeln!(out, "(declare-const open.{} Bool)", index + 1);
        }
        for helper in &self.helpers {
            out.push_str(helper);
        }
    }

    /// Whether a pattern of an action takes in the one that is asked for.
    pub(super) fn action(&mut self, pattern: &Pattern<'_>) -> String {
        let own: Vec<_> = letters(pattern, true)
            .into_iter()
            .map(|letter| if let Letter::Exact(c) = letter { Letter::Exact(c.to_ascii_lowercase()) } else { letter })
            .collect();
        let prefix: Vec<_> = own.iter().take_while(|letter| !is_colon(letter)).collect();
        let wild_prefix = prefix.iter().any(|letter| is_wild(letter)) && !matches!(own.as_slice(), [Letter::Many]);
        let matched = super::compare::plain_or_near(&own, "action");
        let identity = format!("action {}", told(pattern).to_ascii_lowercase());
        if own.iter().any(is_unsettled) {
            return all([self.open(&identity, HOLE), matched]);
        }
        if wild_prefix { all([self.open(&identity, undocumented::ACTION_WILDCARD_PREFIX), matched]) } else { matched }
    }

    /// Whether a pattern of a resource takes in the one that is asked for.
    pub(super) fn resource(&mut self, pattern: &Pattern<'_>) -> String {
        let own = letters(pattern, true);
        self.know(&own);
        if !own.iter().any(is_wild) && !own.iter().any(is_unsettled) {
            return super::compare::plain_or_near(&own, RESOURCE);
        }
        if !own.iter().any(is_unsettled) {
            return in_language(RESOURCE, &resource_language(&own));
        }
        let doubt = format!("resource {}", told(pattern));
        if own.iter().any(|letter| matches!(letter, Letter::Open)) {
            let near = in_language(RESOURCE, &language(&own, Reach::All, false));
            let holds = all([self.open(&doubt, HOLE), near]);
            return self.filled(&own, holds, None, &doubt);
        }
        let parts = arn_parts(&own);
        let (first, sixth) = parts.split_at_checked(5).unwrap_or((&parts, &[]));
        if first.iter().any(|part| part.iter().any(is_unsettled)) {
            let near = in_language(RESOURCE, &language(&own, Reach::All, false));
            let holds = all([self.open(&doubt, undocumented::RESOURCE_VARIABLE_PLACE), near]);
            return self.filled(&own, holds, None, &doubt);
        }
        let shadow = in_language(RESOURCE, &resource_language(&own));
        let ends = |part: &[Letter<'_, '_>]| matches!(part, [.., Letter::Many]);
        let inner = |part: &[Letter<'_, '_>]| {
            let before = if ends(part) { part.split_last().map_or(part, |(_, before)| before) } else { part };
            before.iter().any(is_wild)
        };
        let holds = if !first.iter().any(|part| inner(part)) {
            // whatever wildcard there is reaches everywhere
            self.like(&own, RESOURCE, &doubt)
        } else if !first.iter().any(|part| ends(part)) {
            let places = self.split(RESOURCE);
            let arn = first.first().map_or(TRUE.to_owned(), |part| super::term::truth(super::glob::could_be(part, "arn")));
            let mut holds = vec![in_language(RESOURCE, "arn"), arn];
            holds.extend(first.iter().skip(1).zip(&places).map(|(part, place)| super::compare::plain_or_near(part, place)));
            let rest = sixth.first().zip(places.last());
            holds.extend(rest.map(|(part, place)| self.like(part, place, &doubt)));
            all(holds)
        } else {
            all([self.open(&doubt, "wildcards of different reach before a variable"), shadow.clone()])
        };
        self.filled(&own, holds, Some(shadow), &doubt)
    }
}

/// Why something is open, in a few words.
pub(super) fn why(gap: Gap) -> String {
    match gap.reason {
        GapReason::Hole => HOLE.to_owned(),
        GapReason::Key => "a condition key that is not known".to_owned(),
        GapReason::Caller => "what is told of the caller does not tell whether it is this one".to_owned(),
        GapReason::Policy => "a policy that is not known".to_owned(),
        GapReason::Undocumented(id) => id.to_owned(),
    }
}

pub(super) const HOLE: &str = "a hole, or a variable that is not written as one";
pub(super) const RESOURCE: &str = "resource";

/// What starts as an ARN does and has six parts.
fn arn() -> String {
    format!("(re.++ (str.to_re \"arn:\"){} (re.* letter))", " (re.* in-part) (str.to_re \":\")".repeat(4))
}

/// The characters of some ranges, each given by its first and last, and others.
fn union(ranges: &[&str], others: &[String]) -> String {
    let ranges = ranges.iter().map(|range| {
        let mut ends = range.chars().map(|c| literal(&c.to_string()));
        format!("(re.range {} {})", ends.next().unwrap_or_default(), ends.next().unwrap_or_default())
    });
    let all: Vec<String> = ranges.chain(others.iter().cloned()).collect();
    if all.len() == 1 { all.concat() } else { format!("(re.union {})", all.join(" ")) }
}
