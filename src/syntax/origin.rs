//! Texts that were decoded from strings, and where each of their bytes stands.

use std::borrow::Cow;
use std::sync::Arc;

use crate::source::{SourceId, Span};

/// The text of a tree.
#[derive(Debug)]
pub(super) enum Written<'s> {
    /// That of the source.
    Source(&'s str),
    /// One that was decoded from a string, or made; its strings share it.
    Inner(Arc<Inner<'s>>),
}

/// A text with the place of each of its bytes.
#[derive(Debug)]
pub(super) struct Inner<'s> {
    text: Cow<'s, str>,
    source: SourceId,
    /// What stands in other sources: from which byte of the text on, and in which.
    elsewhere: Box<[(u32, SourceId)]>,
    places: Places,
    /// The number of the last place; what is behind stands there.
    last: u32,
}

/// An increasing list of places, or one that mostly is: the place of each byte, and of the end.
#[derive(Debug)]
enum Places {
    /// No step is longer than that over a `%20`.
    Steps(Steps),
    /// Where a byte does not stand right behind the one before: its number, and its place.
    Runs(Box<[(u32, u32)]>),
}

/// Steps of no more than three, of two bits each: the map of a text is a third as long as the text.
#[derive(Debug)]
struct Steps {
    /// The place of the first byte of each block.
    bases: Box<[u32]>,
    /// How far it is from each byte to the next.
    steps: Box<[u64]>,
}

/// How many steps a word holds.
const WORD: usize = 32;
/// How many bytes a block has: two words.
const BLOCK: usize = 2 * WORD;

/// How far to look for the start of a text that was put in.
const MOST_PUT_IN: u32 = 1 << 12;

impl<'s> Written<'s> {
    /// A text with the place of each of its bytes, and of its end.
    pub(super) fn inner(source: SourceId, text: impl Into<Cow<'s, str>>, places: &[u32]) -> Self {
        Self::woven(source, Box::default(), text, places)
    }

    /// As [`Written::inner`], of a text of which parts stand elsewhere: from which byte on, and in which source.
    pub(super) fn woven(
        source: SourceId,
        elsewhere: Box<[(u32, SourceId)]>,
        text: impl Into<Cow<'s, str>>,
        places: &[u32],
    ) -> Self {
        let last = places.len().saturating_sub(1) as u32;
        Self::Inner(Arc::new(Inner { text: text.into(), source, elsewhere, places: Places::new(places), last }))
    }

    /// The same text, of which each byte stands where `at` says of the place that it has.
    pub(super) fn moved(&self, source: SourceId, at: impl Fn(u32) -> u32) -> Self {
        let all = 0..=self.text().len() as u32;
        match self {
            Self::Source(text) => Self::inner(source, *text, &all.map(at).collect::<Vec<_>>()),
            Self::Inner(inner) => {
                let places: Vec<u32> = all.map(|index| at(inner.place(index))).collect();
                Self::inner(source, inner.text.clone(), &places)
            }
        }
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Source(text) => text,
            Self::Inner(inner) => &inner.text,
        }
    }
}

impl Inner<'_> {
    /// A part of it.
    pub(super) fn slice(&self, start: u32, end: u32) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// The place of a part of it.
    pub(super) fn span(&self, start: u32, end: u32) -> Span {
        let place = Span::new(self.source_at(start), self.place(start), self.place(end));
        if place.is_empty() && start < end { self.around(start, place) } else { place }
    }

    /// The place of something within a text that was put in as a whole: of that the first byte is at the start, and all others are at the end.
    #[cold]
    fn around(&self, start: u32, place: Span) -> Span {
        let before = (start.saturating_sub(MOST_PUT_IN)..start).rev().map(|at| self.place(at)).find(|&at| at != place.start);
        before.filter(|&before| before < place.start).map_or(place, |before| Span { start: before, ..place })
    }

    /// The source in which a byte of it stands.
    pub(super) fn source_at(&self, offset: u32) -> SourceId {
        let behind = self.elsewhere.partition_point(|own| own.0 <= offset);
        behind.checked_sub(1).and_then(|index| self.elsewhere.get(index)).map_or(self.source, |own| own.1)
    }

    /// The place of a byte.
    pub(super) fn place(&self, index: u32) -> u32 {
        self.places.get(index.min(self.last))
    }
}

impl Places {
    fn new(places: &[u32]) -> Self {
        Steps::new(places).map_or_else(|| Self::Runs(runs(places)), Self::Steps)
    }

    fn get(&self, index: u32) -> u32 {
        match self {
            Self::Steps(steps) => steps.get(index as usize),
            Self::Runs(runs) => {
                let run = runs.partition_point(|&(first, _)| first <= index).saturating_sub(1);
                runs.get(run).map_or(0, |&(first, place)| place + index.saturating_sub(first))
            }
        }
    }
}

impl Steps {
    /// `None` where a step is longer, or leads back.
    fn new(places: &[u32]) -> Option<Self> {
        let mut steps = Vec::with_capacity(places.len().div_ceil(WORD));
        let mut at = *places.first()?;
        for word in places.get(1..)?.chunks(WORD) {
            let (mut packed, mut far) = (0, 0);
            for (index, &next) in word.iter().enumerate() {
                let step = u64::from(next.wrapping_sub(at));
                far |= step;
                packed |= (step & 3) << (2 * index);
                at = next;
            }
            if far > 3 {
                return None;
            }
            steps.push(packed);
        }
        Some(Self { bases: places.iter().step_by(BLOCK).copied().collect(), steps: steps.into() })
    }

    fn get(&self, index: usize) -> u32 {
        let base = self.bases.get(index / BLOCK).copied().unwrap_or(0);
        let word = |number: usize| self.steps.get(number).copied().unwrap_or(0);
        let (number, within) = (index / WORD, index % WORD);
        let before = if number % 2 == 1 { sum(word(number - 1)) } else { 0 };
        base + before + sum(word(number) & !(u64::MAX << (2 * within)))
    }
}

/// The sum of the steps in a word.
fn sum(word: u64) -> u32 {
    const LOW: u64 = 0x5555_5555_5555_5555;
    (word & LOW).count_ones() + 2 * (word >> 1 & LOW).count_ones()
}

fn runs(places: &[u32]) -> Box<[(u32, u32)]> {
    let mut runs = Vec::new();
    let mut due = None;
    for (index, &place) in places.iter().enumerate() {
        if due != Some(place) {
            runs.push((index as u32, place));
        }
        due = place.checked_add(1);
    }
    runs.into()
}
