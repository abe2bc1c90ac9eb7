//! Changes for people: for each policy that changed the answer, then the requests that show it, with the statements behind them.

use super::super::text::{self, Colour};
use super::super::{Compared, Look, diff};
use super::page::{Page, pad};
use super::{address, frames};
use crate::compare::{Change, Pair, Sample, Subject};
use crate::finding::Label;
use crate::source::{SourceId, Sources, Span};

/// How many requests of a policy are shown, where not all are asked for.
const SHOWN: usize = 3;

/// What a change changed. `all`: also the policies that it did not, and every request.
pub fn compared(compared: &Compared<'_, '_>, all: bool, sources: &Sources, look: Look) -> String {
    let mut page = Page { out: String::new(), sources, look };
    let none = Vec::new();
    for (index, pair) in compared.pairs.iter().enumerate().filter(|(_, pair)| all || pair.change != Change::Same) {
        page.pair(pair, compared.replays.get(index).unwrap_or(&none), compared, all);
        page.out.push('\n');
    }
    page.hanging("", "", &text::escape(&diff::summary(compared)));
    page.out
}

/// The colour of an answer.
pub(in super::super) fn change_colour(change: Change) -> Colour {
    match change {
        Change::Widened | Change::WidenedAndNarrowed => Colour::Red,
        Change::Undecided => Colour::Yellow,
        Change::Narrowed | Change::Same => Colour::Green,
    }
}

impl Page<'_> {
    fn pair(&mut self, pair: &Pair<'_, '_>, replays: &[Option<String>], compared: &Compared<'_, '_>, all: bool) {
        let word = format!("{}: ", pair.change.name());
        let painted = self.paint(&word, change_colour(pair.change)).into_owned();
        let about = format!("{}{} ({})", pair.title(), diff::presence(pair), address(self.sources, pair.place));
        self.hanging(&word, &painted, &text::escape(&about));
        let widened = &pair.widened.samples;
        let shown = if all { widened.len() } else { SHOWN };
        for (index, sample) in widened.iter().enumerate().take(shown) {
            self.widened(sample, pair.subject == Subject::Trust, replays.get(index).and_then(Option::as_deref));
        }
        self.more(widened.len().saturating_sub(shown));
        self.doubts(pair, compared);
        let narrowed = &pair.narrowed.samples;
        if !narrowed.is_empty() {
            self.heading("no longer allowed");
            for sample in narrowed.iter().take(shown) {
                self.narrowed(sample);
            }
            self.more(narrowed.len().saturating_sub(shown));
        }
        if pair.change != Change::Same {
            self.list("to know", &pair.notes);
        }
    }

    fn widened(&mut self, sample: &Sample<'_, '_>, is_trust: bool, replay: Option<&str>) {
        self.heading(&text::escape(&diff::line(sample)));
        if let Some(place) = sample.place {
            self.frame(place, "allows it");
        }
        if let Some(statement) = sample.denied_by {
            self.line("  before:");
            self.frame(statement.place(), "denied it");
        }
        let rows = [
            ("principal", sample.principal.as_deref()),
            ("action", Some(&*sample.action)),
            // a trust policy is about its own role
            ("resource", Some(&*sample.resource).filter(|_| !is_trust)),
        ];
        let rows = rows.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        let keys = sample.context.iter().map(|(key, value)| (key.to_owned(), diff::values(value)));
        let rows: Vec<(String, String)> = rows.chain(keys).collect();
        let column = rows.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0);
        for (name, value) in rows {
            let head = format!("    {}  ", pad(&text::escape(&name), column));
            self.hanging(&head, &head, &text::escape(&value));
        }
        if let Some(replay) = replay {
            // in one line, so that it can be copied
            let line = format!("    try it: {}", text::escape(replay));
            self.line(&line);
        }
    }

    /// In a line: what is gone hurts nobody.
    fn narrowed(&mut self, sample: &Sample<'_, '_>) {
        let place = sample.denied_by.or(sample.allowed_by).filter(|own| own.mark.source != SourceId::NONE);
        let words = if sample.denied_by.is_some() { "denied at" } else { "was allowed at" };
        let at = place.map_or_else(String::new, |own| format!(" ({words} {})", address(self.sources, own.place())));
        let bullet = if self.look.unicode { "    · " } else { "    - " };
        self.hanging(bullet, bullet, &format!("{}{at}", text::escape(&diff::request(sample))));
    }

    fn doubts(&mut self, pair: &Pair<'_, '_>, compared: &Compared<'_, '_>) {
        let (widened, narrowed) = (&pair.widened.doubts, &pair.narrowed.doubts);
        let told: Vec<String> = widened.iter().map(|own| diff::doubt(own, pair, compared, self.sources)).collect();
        let only_narrowed = |own: &String| !told.contains(own);
        let others = narrowed.iter().map(|own| (own, diff::doubt(own, pair, compared, self.sources)));
        let others: Vec<_> = others.filter(|(_, own)| only_narrowed(own)).collect();
        let more = if widened.is_empty() || pair.is_widened() { "whether it allows still more" } else { "whether it is widened" };
        for (own, words) in widened.iter().zip(&told) {
            self.heading(&format!("{more} is not known: {}", text::escape(words)));
            self.frame_of_doubt(own);
        }
        for (own, words) in others {
            self.heading(&format!("whether it is narrowed is not known: {}", text::escape(&words)));
            self.frame_of_doubt(own);
        }
    }

    fn frame_of_doubt(&mut self, doubt: &crate::compare::Doubt) {
        if let Some((span, words)) = diff::place(doubt) {
            let picture = frames(self.sources, &[&Label::new(span, words)], Colour::Yellow, self.look);
            self.out.push_str(&picture);
        }
    }

    fn frame(&mut self, place: Span, words: &str) {
        let picture = frames(self.sources, &[&Label::new(place, words)], Colour::Red, self.look);
        self.out.push_str(&picture);
    }

    fn more(&mut self, count: usize) {
        if count > 0 {
            self.line("");
            self.line(&format!("    and {count} more (`-v` lists them)"));
        }
    }
}
