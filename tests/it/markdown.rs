//! As much of Markdown as the tests need: headings, prose, fenced blocks.

use std::ops::Range;

/// A text with its parts in order.
pub(crate) struct Markdown {
    lines: Vec<String>,
    pub(crate) parts: Vec<Part>,
}

/// One part of a text.
pub(crate) enum Part {
    /// A heading: the number of its `#`, and what stands behind.
    Heading(usize, String),
    /// A line that is neither heading nor fenced.
    Prose(String),
    /// A fenced block.
    Block(Block),
}

/// A fenced block.
#[derive(Clone)]
pub(crate) struct Block {
    /// What stands behind the opening fence.
    pub(crate) info: String,
    /// The lines between the fences, by number from 0.
    pub(crate) range: Range<usize>,
}

/// Lines to put in the place of a range of lines.
pub(crate) struct Change {
    pub(crate) range: Range<usize>,
    pub(crate) lines: Vec<String>,
}

impl Markdown {
    pub(crate) fn read(text: &str) -> Self {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut parts = Vec::new();
        let mut open: Option<(&str, usize)> = None;
        for (number, line) in lines.iter().enumerate() {
            match (open, line.strip_prefix("```")) {
                (Some((info, start)), Some("")) => {
                    parts.push(Part::Block(Block { info: info.to_owned(), range: start..number }));
                    open = None;
                }
                (Some(_), _) => {}
                (None, Some(info)) => open = Some((info, number + 1)),
                (None, None) => parts.push(heading(line).unwrap_or_else(|| Part::Prose(line.clone()))),
            }
        }
        assert!(open.is_none(), "the block at line {} is not closed", open.map_or(0, |(_, start)| start));
        Self { lines, parts }
    }

    /// Its blocks in order.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.parts.iter().filter_map(|part| if let Part::Block(block) = part { Some(block) } else { None })
    }

    /// What stands in a block.
    pub(crate) fn body(&self, block: &Block) -> String {
        joined(&self.lines[block.range.clone()])
    }

    pub(crate) fn text(&self) -> String {
        joined(&self.lines)
    }

    /// The text with some lines changed; the changes stand in the order of the text.
    pub(crate) fn changed(&self, changes: Vec<Change>) -> String {
        let mut lines = self.lines.clone();
        // from the end, so that the numbers of the lines before stay what they are
        for change in changes.into_iter().rev() {
            lines.splice(change.range, change.lines);
        }
        joined(&lines)
    }
}

fn heading(line: &str) -> Option<Part> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    (level > 0).then(|| title.strip_prefix(' ').map(|title| Part::Heading(level, title.to_owned()))).flatten()
}

fn joined(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}
