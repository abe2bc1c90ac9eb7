//! Templates: texts with references in them, and with directives, which leave parts of them out or repeat them.

use std::borrow::Cow;
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::template::{Directive, Element, ForDirective, HeredocTemplate, IfDirective, Interpolation, Strip, Template};

use super::super::decode::{self, Decoded};
use super::super::directive;
use super::operation::DEEPEST;
use super::{Kind, Reader, hole};

/// What a template stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    Quotes,
    /// In quotes, between directives, where the crate leaves the escapes as they are.
    Inside,
    /// With the indentation that does not count, where the lines have some.
    Heredoc(Option<usize>),
}

/// Whether the white space at the two ends of a template does not count.
type Edges = (bool, bool);

// INVARIANT: as in `hcl.rs`, what calls itself here goes only as deep as the crate does.
impl<'t> Reader<'t> {
    pub(super) fn heredoc(&mut self, heredoc: &HeredocTemplate, place: Range<usize>) {
        let start = place.start + self.written(&place).find('\n').map_or(0, |line| line + 1);
        self.text(&heredoc.template, start, Frame::Heredoc(heredoc.indent()), place);
    }

    /// Puts in a template that starts at `start`: as a text, or where directives stand in it as the operation `%{}`.
    ///
    /// The parts of that come one behind the other: texts, `?:` for `%{ if }`, and `%{for}`, whose parts are the list of the names, the
    /// collection, the text, and how the directives are written that open and close it.
    pub(super) fn text(&mut self, template: &Template, start: usize, frame: Frame, place: Range<usize>) {
        let elements: Vec<&Element> = template.iter().collect();
        if self.has_parts(&elements) {
            return self.in_parts(&elements, frame, (false, false), &place);
        }
        let decoded = self.decoded(&elements, 0..elements.len(), start, frame, (false, false));
        self.builder.leaf(Kind::String, &decoded, frame == Frame::Quotes, place);
    }

    /// A template that starts at `start` as one text, in which directives are holes.
    pub(super) fn template(&self, template: &Template, start: usize, frame: Frame) -> Decoded<'t> {
        let elements: Vec<&Element> = template.iter().collect();
        self.decoded(&elements, 0..elements.len(), start, frame, (false, false))
    }

    fn decoded(&self, elements: &[&Element], range: Range<usize>, start: usize, frame: Frame, edges: Edges) -> Decoded<'t> {
        let mut whole = Decoded::none(start);
        for (index, element) in elements.iter().enumerate().take(range.end).skip(range.start) {
            let place = self.place(element.span());
            match element {
                Element::Literal(literal) => {
                    let (written, value) = (self.written(&place), Cow::Borrowed(literal.as_str()));
                    let before = index.checked_sub(1).and_then(|before| elements.get(before));
                    let mut decoded = match frame {
                        Frame::Heredoc(indent) => decode::heredoc(written, place.start, indent, before.is_none(), value),
                        Frame::Quotes => decode::hcl(written, place.start, Some(value)),
                        Frame::Inside => decode::hcl(written, place.start, None),
                    };
                    let behind = elements.get(index + 1);
                    decoded.strip(before.map_or(edges.0, |it| strips(it).1), behind.map_or(edges.1, |it| strips(it).0));
                    whole.push(&decoded);
                }
                Element::Interpolation(interpolation) => whole.push(&self.interpolation(interpolation, &place)),
                // what it comes to is known only later, as of an interpolation
                Element::Directive(_) => whole.push(&hole(self.written(&place), &place)),
            }
        }
        whole
    }

    fn interpolation(&self, interpolation: &Interpolation, place: &Range<usize>) -> Decoded<'t> {
        let inside = self.place(interpolation.expr.span());
        let mut decoded = hole(self.written(&inside), &inside);
        decoded.reach(place);
        decoded
    }

    /// Whether directives stand in a template that can be put in.
    fn has_parts(&self, elements: &[&Element]) -> bool {
        let has_directive = elements.iter().any(|own| matches!(own, Element::Directive(_)));
        has_directive && self.builder.depth() <= DEEPEST
    }

    fn in_parts(&mut self, elements: &[&Element], frame: Frame, edges: Edges, place: &Range<usize>) {
        let first = self.written(place).chars().next().map_or(0, char::len_utf8);
        self.parts("%{}", place.start..place.start + first, place, |reader| {
            let mut done = 0;
            for (index, element) in elements.iter().enumerate() {
                let Element::Directive(own) = element else { continue };
                reader.between(elements, done..index, frame, edges);
                let place = reader.place(element.span());
                match own.as_ref() {
                    Directive::If(own) => reader.choice(own, frame, &place),
                    Directive::For(own) => reader.round(own, frame, &place),
                }
                done = index + 1;
            }
            reader.between(elements, done..elements.len(), frame, edges);
        });
    }

    /// Puts in the text that some elements are.
    fn between(&mut self, elements: &[&Element], range: Range<usize>, frame: Frame, edges: Edges) {
        let own = elements.get(range.clone()).unwrap_or(&[]);
        let (Some(first), Some(last)) = (own.first(), own.last()) else { return };
        let place = self.place(first.span()).start..self.place(last.span()).end;
        let decoded = self.decoded(elements, range, place.start, frame, edges);
        self.builder.leaf(Kind::String, &decoded, false, place);
    }

    fn choice(&mut self, own: &IfDirective, frame: Frame, place: &Range<usize>) {
        let (first, end) = (&own.if_expr, &own.endif_expr.strip);
        self.parts("?:", self.opening(place), place, |reader| {
            reader.value(&first.cond_expr);
            let (strip, other) = (&first.strip, own.else_expr.as_ref());
            let behind = other.map_or(end, |other| &other.strip);
            reader.part(&first.template, frame, (strip.strip_end(), behind.strip_start()), place.end);
            match other {
                Some(other) => {
                    reader.part(&other.template, frame, (other.strip.strip_end(), end.strip_start()), place.end);
                }
                None => reader.nothing(place.end),
            }
        });
    }

    fn round(&mut self, own: &ForDirective, frame: Frame, place: &Range<usize>) {
        let (first, end) = (&own.for_expr, &own.endfor_expr.strip);
        let opening = self.opening(place);
        let written = self.written(place);
        let closing = place.start + written.rfind("%{").unwrap_or(written.len())..place.end;
        self.parts("%{for}", opening.clone(), place, |reader| {
            let names = [first.key_var.as_ref(), Some(&first.value_var)];
            let names: Vec<_> = names.into_iter().flatten().map(|name| reader.place(name.span())).collect();
            reader.names(names, opening.start);
            reader.value(&first.collection_expr);
            reader.part(&first.template, frame, (first.strip.strip_end(), end.strip_start()), place.end);
            reader.plain(Kind::String, opening);
            reader.plain(Kind::String, closing);
        });
    }

    /// What stands between directives; where that is nothing, it stands at `end`.
    fn part(&mut self, template: &Template, frame: Frame, edges: Edges, end: usize) {
        let elements: Vec<&Element> = template.iter().collect();
        let (Some(first), Some(last)) = (elements.first(), elements.last()) else { return self.nothing(end) };
        // the crate takes the indentation away in the outermost lines only
        let frame = if matches!(frame, Frame::Heredoc(_)) { Frame::Heredoc(None) } else { Frame::Inside };
        if self.has_parts(&elements) {
            let place = self.place(first.span()).start..self.place(last.span()).end;
            return self.in_parts(&elements, frame, edges, &place);
        }
        self.between(&elements, 0..elements.len(), frame, edges);
    }

    fn nothing(&mut self, at: usize) {
        self.builder.leaf(Kind::String, &Decoded::none(at), false, at..at);
    }

    /// Where the directive stands that a text starts with.
    fn opening(&self, place: &Range<usize>) -> Range<usize> {
        let length = directive::at(self.written(place)).map_or(0, |own| own.0);
        place.start..place.start + length
    }
}

/// Whether an element of a template takes away the white space before and behind it.
fn strips(element: &Element) -> (bool, bool) {
    let sides = |strip: Strip| (strip.strip_start(), strip.strip_end());
    match element {
        Element::Literal(_) => (false, false),
        Element::Interpolation(interpolation) => sides(interpolation.strip),
        Element::Directive(directive) => match directive.as_ref() {
            Directive::If(directive) => (directive.if_expr.strip.strip_start(), directive.endif_expr.strip.strip_end()),
            Directive::For(directive) => (directive.for_expr.strip.strip_start(), directive.endfor_expr.strip.strip_end()),
        },
    }
}
