//! YAML, of which JSON is a part. Scalars are what the core schema of YAML 1.2 says; keys are strings, whatever they look like. An alias
//! is what it stands for once more, and the places in it are those of the definition. What `<<` names is merged in. Of tags those of the core
//! schema count, and the short ones of CloudFormation: `!Sub x` is `{"Fn::Sub": x}`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, Tag, options};

use super::builder::Builder;
use super::decode::{self, Decoded};
use super::{Kind, MAX_DEPTH, Mistake, SyntaxFault, Tree, number};
use crate::source::SourceId;

/// How many nodes all aliases of a text may stand for.
pub const MAX_ALIASED: usize = 1 << 16;

/// Reads a text of which `source` is the number. A stream may hold one document; a second one is a fault, and not read.
pub fn read(source: SourceId, text: &str) -> Tree<'static> {
    read_with(Reader::new(source, text)).finish()
}

/// Reads all documents of a stream; there is one at least.
pub fn read_all(source: SourceId, text: &str) -> Vec<Tree<'static>> {
    let mut reader = read_with(Reader { before: Some(Vec::new()), ..Reader::new(source, text) });
    let mut trees = reader.before.take().unwrap_or_default();
    trees.push(reader.finish());
    trees
}

fn read_with(mut reader: Reader<'_>) -> Reader<'_> {
    let options = options! { flow_nesting_limit: MAX_DEPTH, block_nesting_limit: MAX_DEPTH };
    for next in Parser::new_from_str_with_options(reader.text, options) {
        let goes_on = match next {
            Ok((event, span)) => reader.event(event, &span),
            Err(error) => reader.error(&error),
        };
        if !goes_on {
            break;
        }
    }
    reader
}

struct Reader<'t> {
    source: SourceId,
    text: &'t str,
    /// The documents before this one, where all are read.
    before: Option<Vec<Tree<'static>>>,
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
    kind: Kind,
    /// Whether a key is due next.
    key: bool,
    anchor: usize,
    index: usize,
    /// Whether it is the value of a map that stands for its tag.
    tagged: bool,
    /// Whether a key of it is `<<`.
    merges: bool,
}

impl<'t> Reader<'t> {
    fn new(source: SourceId, text: &'t str) -> Self {
        Self {
            source,
            text,
            before: None,
            builder: Builder::new(source, text),
            open: Vec::new(),
            skipped: 0,
            anchors: HashMap::new(),
            aliased: 0,
            second: None,
        }
    }

    /// Takes in what comes next, which stands at a place; tells whether to go on.
    fn event(&mut self, event: Event<'t>, span: &Span) -> bool {
        let (place, column) = (span.byte_range().unwrap_or(0..0), span.start.col());
        if self.builder.len() > 0 && self.open.is_empty() && self.skipped == 0 {
            let starts = event.is_node() && !(matches!(event, Event::Scalar(..)) && place.is_empty());
            let Some(before) = self.before.as_mut().filter(|_| starts) else { return self.behind(&event, place) };
            let builder = std::mem::replace(&mut self.builder, Builder::new(self.source, self.text));
            before.push(builder.finish());
            self.anchors.clear();
        }
        let tag = event.tag().and_then(function);
        let tag_place = || tag_place(span, self.text).unwrap_or(place.start..place.start);
        match event {
            Event::SequenceStart(_, anchor, _) => {
                let tag = tag.map(|tag| (tag, tag_place()));
                self.opening(Kind::List, anchor, place, tag);
            }
            Event::MappingStart(_, anchor, _) => {
                let tag = tag.map(|tag| (tag, tag_place()));
                self.opening(Kind::Map, anchor, place, tag);
            }
            Event::SequenceEnd | Event::MappingEnd if self.skipped > 0 => self.skipped -= 1,
            Event::SequenceEnd | Event::MappingEnd => self.closing(&place),
            _ if self.skipped > 0 => {}
            Event::Scalar(value, style, anchor, own) => {
                let index = self.builder.len();
                let is_key = self.key_is_due();
                let wraps = tag.filter(|_| !is_key).is_some_and(|tag| self.wrap(tag, tag_place()));
                self.scalar(value, style, own.as_deref(), place, (column, is_key));
                if wraps {
                    self.builder.close(0);
                }
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

    /// Opens the map that stands for a tag, and puts in its key.
    fn wrap(&mut self, function: &'static str, tag: Range<usize>) -> bool {
        let opens = self.builder.open(Kind::Map, tag.start..tag.start);
        if opens {
            self.builder.leaf(Kind::String, &Decoded::whole(function, tag.clone()), false, tag);
        }
        opens
    }

    fn opening(&mut self, kind: Kind, anchor: usize, place: Range<usize>, tag: Option<(&'static str, Range<usize>)>) {
        let index = self.builder.len();
        if self.skipped > 0 {
            self.skipped += 1;
        } else if self.key_is_due() {
            self.builder.fault(SyntaxFault::KeyNotString, place.clone());
            self.builder.wrong(place);
            self.skipped = 1;
        } else {
            let tagged = tag.is_some_and(|(function, place)| self.wrap(function, place));
            if self.builder.open(kind, place) {
                let is_map = kind == Kind::Map;
                self.open.push(Open { kind, key: is_map, anchor, index, tagged, merges: false });
            } else {
                self.skipped = 1;
                if tagged {
                    self.builder.close(0);
                }
            }
        }
    }

    fn closing(&mut self, place: &Range<usize>) {
        if let Some(open) = self.open.pop() {
            if open.merges {
                let moved = self.builder.merge();
                let now = |index: usize| moved.iter().find(|own| own.0.contains(&index)).map(|own| index - own.0.start + own.1);
                // what is anchored within moves with it
                self.anchors.retain(|_, nodes| {
                    if nodes.start > open.index {
                        let Some(start) = now(nodes.start) else { return false };
                        *nodes = start..start + nodes.len();
                    }
                    true
                });
            }
            // where no bracket closes it, it ends where its last part does
            let end = if place.is_empty() { 0 } else { place.end };
            self.builder.close(end);
            if open.tagged {
                self.builder.close(end);
            }
            self.anchor(open.anchor, open.index);
        }
    }

    /// Whether a key is due; what comes next takes its place, so that a value is due after it.
    fn key_is_due(&mut self) -> bool {
        let Some(open) = self.open.last_mut().filter(|open| open.kind == Kind::Map) else { return false };
        open.key = !open.key;
        !open.key
    }

    /// Notes what an anchor stands for: all from `index` on.
    fn anchor(&mut self, anchor: usize, index: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, index..self.builder.len());
        }
    }

    /// A scalar that starts in a column, and whether it is a key.
    fn scalar(
        &mut self,
        value: Cow<'t, str>,
        style: ScalarStyle,
        tag: Option<&Tag>,
        place: Range<usize>,
        (column, is_key): (usize, bool),
    ) {
        let written = self.text.get(place.clone()).unwrap_or("");
        let quote = match style {
            ScalarStyle::SingleQuoted => Some('\''),
            ScalarStyle::DoubleQuoted => Some('"'),
            _ => None,
        };
        // the crate gives `~` for what is not written
        let value = if written.is_empty() && quote.is_none() { Cow::Borrowed("") } else { value };
        if let Some(open) = self.open.last_mut().filter(|_| is_key && value == "<<" && style == ScalarStyle::Plain) {
            open.merges = true;
        }
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

    fn finish(mut self) -> Tree<'static> {
        // after an error: what was announced and did not come
        while let Some(open) = self.open.pop() {
            let end = self.builder.end();
            if open.kind == Kind::Map && !open.key {
                self.builder.wrong(end..end);
            }
            self.builder.close(0);
            if open.tagged {
                self.builder.close(0);
            }
        }
        if self.builder.len() == 0 && !self.builder.has_faults() {
            self.builder.fault(SyntaxFault::Empty, 0..0);
        }
        self.builder.finish()
    }
}

/// The function that a short tag of CloudFormation stands for.
fn function(tag: &Tag) -> Option<&'static str> {
    const FUNCTIONS: [(&str, &str); 21] = [
        ("And", "Fn::And"),
        ("Base64", "Fn::Base64"),
        ("Cidr", "Fn::Cidr"),
        ("Condition", "Condition"),
        ("Equals", "Fn::Equals"),
        ("FindInMap", "Fn::FindInMap"),
        ("ForEach", "Fn::ForEach"),
        ("GetAZs", "Fn::GetAZs"),
        ("GetAtt", "Fn::GetAtt"),
        ("If", "Fn::If"),
        ("ImportValue", "Fn::ImportValue"),
        ("Join", "Fn::Join"),
        ("Length", "Fn::Length"),
        ("Not", "Fn::Not"),
        ("Or", "Fn::Or"),
        ("Ref", "Ref"),
        ("Select", "Fn::Select"),
        ("Split", "Fn::Split"),
        ("Sub", "Fn::Sub"),
        ("ToJsonString", "Fn::ToJsonString"),
        ("Transform", "Fn::Transform"),
    ];
    let of_name = || FUNCTIONS.iter().find(|own| own.0 == tag.suffix());
    tag.core_suffix().is_none().then(of_name)?.map(|own| own.1)
}

/// Where the tag of a node is written.
fn tag_place(span: &Span, text: &str) -> Option<Range<usize>> {
    let start = span.tag_start()?.byte_offset()?;
    let rest = text.get(start..)?;
    Some(start..start + rest.find(char::is_whitespace).unwrap_or(rest.len()))
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
