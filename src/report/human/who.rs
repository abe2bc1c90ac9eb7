//! Who can take a role, for people: a sentence for each kind of caller, and one of them.

use super::super::text::{self, Colour};
use super::super::{Look, WhoCan, who};
use super::address;
use super::page::Page;
use crate::reach::{Distance, Perhaps, Sample, Taker};
use crate::source::Sources;

/// Who can take each of these roles, and what was taken for granted.
pub fn who(answers: &[WhoCan<'_, '_>], assumptions: &[String], sources: &Sources, look: Look) -> String {
    let mut page = Page { out: String::new(), sources, look };
    for (index, answer) in answers.iter().enumerate() {
        if index > 0 {
            page.out.push('\n');
        }
        page.role(answer);
    }
    page.list("taken for granted", assumptions);
    page.out
}

impl Page<'_> {
    fn role(&mut self, answer: &WhoCan<'_, '_>) {
        let count = answer.takers.takers.len();
        let told = match (count, &answer.role.trust) {
            (_, None) => "its trust policy was not given".to_owned(),
            (_, Some(policy)) if answer.takers.refused.is_some() => {
                let why = answer.takers.refused.as_ref().map(|fault| who::refusal(fault, policy, self.sources));
                format!("AWS would refuse to store its trust policy: {}", why.unwrap_or_default())
            }
            (0, _) if answer.takers.open.is_empty() => "nobody can take it".to_owned(),
            (0, _) => "nobody is known to be able to take it".to_owned(),
            (1, _) => "one kind of caller can take it".to_owned(),
            (count, _) => format!("{count} kinds of callers can take it"),
        };
        let place = answer.role.trust.as_ref().map_or_else(|| answer.role.span(), |policy| policy.mark);
        let title = format!("{}: {} ({})", text::escape(&answer.title), text::escape(&told), address(self.sources, place));
        let painted = self.paint(&title, Colour::Bold).into_owned();
        self.line(&painted);
        for taker in &answer.takers.takers {
            self.taker(taker);
        }
        for own @ Perhaps { who, doubt, .. } in &answer.takers.open {
            let why = who::doubt(own, answer.role.trust.as_ref());
            let place = who::place(doubt).map_or_else(String::new, |span| format!(" ({})", address(self.sources, span)));
            let line = format!("not known whether {} can take it: {}{place}", text::escape(who), text::escape(&why));
            self.out.push('\n');
            let painted = self.paint("  ? ", Colour::Yellow).into_owned();
            self.hanging("  ? ", &painted, &line);
        }
    }

    fn taker(&mut self, taker: &Taker<'_, '_>) {
        let (word, colour) = match taker.distance {
            Distance::Anyone => ("; anybody may become one", Colour::Red),
            Distance::Other => ("; another account decides who that is", Colour::Yellow),
            Distance::Known => ("", Colour::Green),
        };
        let mark = if self.look.unicode { "  ● " } else { "  * " };
        self.out.push('\n');
        let painted = self.paint(mark, colour).into_owned();
        self.hanging(mark, &painted, &format!("{}{word}", text::escape(&taker.who)));
        let at = address(self.sources, taker.place.unwrap_or_else(|| taker.statement.place()));
        let line = format!("by `{}`, let in by {} ({at})", taker.call, text::escape(&taker.statement.title()));
        self.hanging("      ", "      ", &line);
        let sample = match &taker.sample {
            Sample::Token(token) => token.claims.to_json(),
            Sample::Principal(principal) => principal.clone(),
        };
        let given = taker.given.iter().map(|(key, value)| format!("{key}={value}"));
        let sample = std::iter::once(sample).chain(given).collect::<Vec<_>>().join(", ");
        self.hanging("      witness: ", "      witness: ", &text::escape(&sample));
    }
}
