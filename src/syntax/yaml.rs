//! YAML, of which JSON is a part. Scalars are what the core schema of YAML 1.2 says; keys are strings, whatever they look like. An alias
//! is what it stands for once more, and the places in it are those of the definition. `<<` is a key as any other, and of tags only
//! those of the core schema count.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Tag, options};

use super::builder::Builder;
use super::decode::{self, Decoded};
use super::{Kind, MAX_DEPTH, Mistake, SyntaxFault, Tree, number};
use crate::source::SourceId;

/// How many nodes all aliases of a text may stand for.
pub const MAX_ALIASED: usize = 1 << 16;

/// Reads a text of which `source` is the number. A stream may hold one document; a second one is a fault, and not read.
pub fn read(source: SourceId, text: &str) -> Tree<'_> {
    let mut reader = Reader {
        text,
        builder: Builder::new(source, text),
        open: Vec::new(),
        skipped: 0,
        anchors: HashMap::new(),
        aliased: 0,
        second: None,
    };
    let options = options! { flow_nesting_limit: MAX_DEPTH, block_nesting_limit: MAX_DEPTH };
    for next in Parser::new_from_str_with_options(text, options) {
        let goes_on = match next {
            Ok((event, span)) => reader.event(event, span.byte_range().unwrap_or(0..0), span.start.col()),
            Err(error) => reader.error(&error),
        };
        if !goes_on {
            break;
        }
    }
    reader.finish()
}

struct Reader<'t> {
    text: &'t str,
    builder: Builder<'t>,
    open: Vec<Open>,
    /// How many lists and maps are open that are not read.
    skipped: usize,
    /// The nodes that each anchor stands for, by its number.
    anchors: HashMap<usize, Range<usize>>,
    aliased: usize,
    /// Where a second document starts.
    second: Option<Range<usize>>,
}

/// A list or map that is not closed yet.
struct Open {
    is_map: bool,
    /// Whether a key is due next.
    key: bool,
    anchor: usize,
    index: usize,
}

impl<'t> Reader<'t> {
    /// Takes in what comes next, which stands in `place` and starts in a column; tells whether to go on.
    fn event(&mut self, event: Event<'t>, place: Range<usize>, column: usize) -> bool {
        if self.builder.len() > 0 && self.open.is_empty() && self.skipped == 0 {
            return self.behind(&event, place);
        }
        match event {
            Event::SequenceStart(_, anchor, _) => self.opening(Kind::List, anchor, place),
            Event::MappingStart(_, anchor, _) => self.opening(Kind::Map, anchor, place),
            Event::SequenceEnd | Event::MappingEnd if self.skipped > 0 => self.skipped -= 1,
            Event::SequenceEnd | Event::MappingEnd => self.closing(&place),
            _ if self.skipped > 0 => {}
            Event::Scalar(value, style, anchor, tag) => {
                let index = self.builder.len();
                self.scalar(value, style, tag.as_deref(), place, column);
                self.anchor(anchor, index);
            }
            Event::Alias(anchor) => self.alias(anchor, place),
            _ => {}
        }
        true
    }

    /// What comes behind the document: another one, unless nothing is in it.
    fn behind(&mut self, event: &Event<'_>, place: Range<usize>) -> bool {
        match event {
            Event::DocumentStart(..) => self.second = Some(place),
            Event::Scalar(..) if place.is_empty() => {}
            event if event.is_node() => {
                let start = self.second.take().filter(|start| !start.is_empty());
                self.builder.fault(SyntaxFault::SecondDocument, start.unwrap_or(place));
                return false;
            }
            _ => {}
        }
        true
    }

    fn opening(&mut self, kind: Kind, anchor: usize, place: Range<usize>) {
        let index = self.builder.len();
        if self.skipped > 0 {
            self.skipped += 1;
        } else if self.key_is_due() {
            self.builder.fault(SyntaxFault::KeyNotString, place.clone());
            self.builder.wrong(place);
            self.skipped = 1;
        } else if self.builder.open(kind, place) {
            self.open.push(Open { is_map: kind == Kind::Map, key: kind == Kind::Map, anchor, index });
        } else {
            self.skipped = 1;
        }
    }

    fn closing(&mut self, place: &Range<usize>) {
        if let Some(open) = self.open.pop() {
            // where no bracket closes it, it ends where its last part does
            self.builder.close(if place.is_empty() { 0 } else { place.end });
            self.anchor(open.anchor, open.index);
        }
    }

    /// Whether a key is due; what comes next takes its place, so that a value is due after it.
    fn key_is_due(&mut self) -> bool {
        let Some(open) = self.open.last_mut().filter(|open| open.is_map) else { return false };
        open.key = !open.key;
        !open.key
    }

    /// Notes what an anchor stands for: all from `index` on.
    fn anchor(&mut self, anchor: usize, index: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, index..self.builder.len());
        }
    }

    fn scalar(&mut self, value: Cow<'t, str>, style: ScalarStyle, tag: Option<&Tag>, place: Range<usize>, column: usize) {
        let is_key = self.key_is_due();
        let written = self.text.get(place.clone()).unwrap_or("");
        let quote = match style {
            ScalarStyle::SingleQuoted => Some('\''),
            ScalarStyle::DoubleQuoted => Some('"'),
            _ => None,
        };
        // the crate gives `~` for what is not written
        let value = if written.is_empty() && quote.is_none() { Cow::Borrowed("") } else { value };
        let resolved = if is_key { None } else { resolved(&value, style, tag) };
        if let Some((kind, meaning)) = resolved {
            let decoded =
                if meaning == written { Decoded::plain(written, place.start) } else { Decoded::whole(meaning, place.clone()) };
            return self.builder.leaf(kind, &decoded, false, place);
        }
        let decoded = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => decode::block(written, place.start, column, value),
            _ => {
                let inside = quote.and_then(|quote| written.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(written);
                decode::flow(inside, place.start + usize::from(quote.is_some()), quote, value)
            }
        };
        self.builder.leaf(Kind::String, &decoded, quote.is_some(), place);
    }

    fn alias(&mut self, anchor: usize, place: Range<usize>) {
        let is_key = self.key_is_due();
        let Some(nodes) = self.anchors.get(&anchor).cloned() else {
            // what is skipped has a fault already
            if self.open.iter().any(|open| open.anchor == anchor) {
                self.builder.fault(SyntaxFault::NotYaml(Mistake::OwnAnchor), place.clone());
            }
            return self.builder.wrong(place);
        };
        if is_key {
            return self.builder.copy_as_key(nodes.start, place);
        }
        let told = self.aliased > MAX_ALIASED;
        self.aliased = self.aliased.saturating_add(nodes.len());
        if self.aliased > MAX_ALIASED {
            if !told {
                self.builder.fault(SyntaxFault::NotYaml(Mistake::TooManyAliases), place.clone());
            }
            return self.builder.wrong(place);
        }
        if self.builder.depth() + self.builder.height(nodes.clone()) > MAX_DEPTH {
            self.builder.too_deep(place.clone());
            return self.builder.wrong(place);
        }
        self.builder.copy(nodes, place);
    }

    /// What makes the crate stop: it reads no further.
    fn error(&mut self, error: &ScanError) -> bool {
        let start = error.marker().byte_offset().unwrap_or(self.text.len());
        let next = self.text.get(start..).and_then(|rest| rest.chars().next()).filter(|c| !c.is_whitespace());
        let place = start..start + next.map_or(0, char::len_utf8);
        match error.kind() {
            ErrorKind::RecursionLimitExceeded => self.builder.too_deep(place),
            kind => {
                let mistake = mistake(kind);
                let rest = self.text.get(start..).unwrap_or("");
                let found = match mistake {
                    // the crate tells where the string starts
                    Mistake::BadEscape => decode::bad_escape(rest),
                    Mistake::UnknownAnchor => {
                        rest.find(|c: char| c.is_whitespace() || ",[]{}".contains(c)).or(Some(rest.len())).map(|end| 0..end)
                    }
                    _ => None,
                };
                let place = found.map_or(place, |found| start + found.start..start + found.end);
                self.builder.fault(SyntaxFault::NotYaml(mistake), place);
            }
        }
        false
    }

    fn finish(mut self) -> Tree<'t> {
        // after an error: what was announced and did not come
        while let Some(open) = self.open.pop() {
            let end = self.builder.end();
            if open.is_map && !open.key {
                self.builder.wrong(end..end);
            }
            self.builder.close(0);
        }
        if self.builder.len() == 0 && !self.builder.has_faults() {
            self.builder.fault(SyntaxFault::Empty, 0..0);
        }
        self.builder.finish()
    }
}

/// What a scalar is, and how JSON writes it, where it is no string.
fn resolved<'v>(value: &'v str, style: ScalarStyle, tag: Option<&Tag>) -> Option<(Kind, Cow<'v, str>)> {
    let plain = match tag.map(|tag| (tag.core_suffix(), tag.suffix())) {
        Some((Some("str"), _) | (None, "" | "!")) => false,
        Some((Some(_), _)) => true,
        _ => style == ScalarStyle::Plain,
    };
    if !plain {
        return None;
    }
    let kind = match value {
        "" | "~" | "null" | "Null" | "NULL" => return Some((Kind::Null, Cow::Borrowed(value))),
        "true" | "True" | "TRUE" => (Kind::Bool(true), Cow::Borrowed("true")),
        "false" | "False" | "FALSE" => (Kind::Bool(false), Cow::Borrowed("false")),
        _ => (Kind::Number, number::core(value)?),
    };
    Some(kind)
}

fn mistake(kind: &ErrorKind) -> Mistake {
    use ErrorKind as E;
    match kind {
        E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping
        | E::UnclosedFlowCollection { .. }
        | E::MismatchedFlowCollectionEnd { .. } => Mistake::UnclosedBracket,
        E::MisplacedFlowCollectionEnd => Mistake::StrayBracket,
        E::ExpectedFlowMappingSeparator | E::ExpectedFlowSequenceSeparator => Mistake::MissingComma,
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => Mistake::UnclosedString,
        E::SimpleKeyExpected | E::InvalidSimpleKey => Mistake::MissingSeparator,
        E::MappingValueNotAllowed
        | E::InvalidColonPlacement
        | E::InvalidMappingValueWhitespace
        | E::FlowMappingValueAdjacentCollection => Mistake::ExtraSeparator,
        E::ExpectedNodeContent | E::UnexpectedEof | E::UnexpectedEndOfPlainScalar => Mistake::MissingValue,
        E::MappingKeyNotAllowed => Mistake::BadKey,
        E::UnexpectedCharacter { .. } | E::PlainScalarStartsWithDashFlowIndicator => Mistake::Unquoted,
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => Mistake::BadEscape,
        E::BomInsideDocument => Mistake::BadCharacter,
        E::InvalidDocumentEnd
        | E::InvalidTrailingSingleQuotedScalar
        | E::InvalidTrailingDoubleQuotedScalar
        | E::InvalidBlockScalarHeader
        | E::CommentInterceptedScalar
        | E::CommentNotSeparated
        | E::ExpectedWhitespace
        | E::ExpectedDocumentStart => Mistake::StrayText,
        E::InvalidIndentation
        | E::ExpectedBlockMappingKey
        | E::ZeroBlockScalarIndent
        | E::InvalidBlockScalarIndent
        | E::InvalidQuotedScalarIndent
        | E::InvalidFlowScalarIndent => Mistake::Indentation,
        E::TabNotAllowed | E::TabInBlockIndentation | E::TabAtBlockScalarStart | E::TabInIndentation | E::TabInPlainScalar => {
            Mistake::Tab
        }
        E::ExpectedBlockSequenceEntry
        | E::BlockEntryInFlowCollection
        | E::BlockSequenceEntryNotAllowed
        | E::InvalidBlockEntryWhitespace => Mistake::StrayItem,
        E::UnknownAnchor | E::MissingAnchorOrAliasName => Mistake::UnknownAnchor,
        E::UndeclaredTagHandle
        | E::ExpectedTagBang
        | E::InvalidGlobalTagCharacter
        | E::InvalidTagTerminator
        | E::MissingTagUri
        | E::UnclosedVerbatimTag
        | E::InvalidTagEscape
        | E::InvalidTagUtf8LeadingByte
        | E::InvalidTagUtf8TrailingByte
        | E::InvalidTagUtf8 => Mistake::BadTag,
        E::DuplicateVersionDirective
        | E::UnsupportedYamlMajorVersion
        | E::DuplicateTagDirective
        | E::MissingDocumentEndBeforeDirective
        | E::ExpectedTagDirectiveBang
        | E::InvalidDirectiveTerminator
        | E::MissingYamlVersionSeparator
        | E::MissingDirectiveName
        | E::InvalidDirectiveName
        | E::DirectiveByteLimitExceeded { .. }
        | E::TooManyReservedDirectiveParams { .. }
        | E::YamlVersionTooLong
        | E::MissingYamlVersion
        | E::InvalidTagDirectiveTerminator => Mistake::BadDirective,
        _ => Mistake::Other,
    }
}
