//! Operations: signs between values, `for`, and what is taken out of a value that has no name.

use std::ops::Range;

use hcl_edit::expr::{BinaryOp, BinaryOperator, Expression, ForExpr, Traversal, TraversalOperator};
use hcl_edit::{Decorated, Span as _};

use super::super::decode::Decoded;
use super::{Kind, Reader};

/// How deep what an operation is taken apart in may stand, so that no expression is too deep because it is.
pub(super) const DEEPEST: usize = super::super::MAX_DEPTH / 4;

// INVARIANT: as in `hcl.rs`, what calls itself here goes only as deep as the crate does.
impl Reader<'_> {
    /// Puts in an operation: a map of its sign and the list of its parts; tells whether it is one.
    ///
    /// The parts of `[for]` are the list of the names, the collection, the value, and the condition if there is one; those of `{for}`, and of
    /// `{for...}` which groups, have a key before the value. Those of `.` are a value and its steps: names, indexes, and for `[*]` a hole.
    pub(super) fn operation(&mut self, value: &Expression, place: &Range<usize>) -> bool {
        if self.builder.depth() > DEEPEST {
            return false;
        }
        match value {
            Expression::UnaryOp(own) => {
                let mark = self.place(own.operator.span());
                self.parts(own.operator.value().as_str(), mark, place, |reader| reader.value(&own.expr));
            }
            Expression::BinaryOp(own) => {
                let sign = *own.operator.value();
                let mark = self.place(own.operator.span());
                let mut parts = Vec::new();
                chain(own, sign, &mut parts);
                self.parts(sign.as_str(), mark, place, |reader| parts.into_iter().for_each(|part| reader.value(part)));
            }
            Expression::ForExpr(own) => self.for_each(own, place),
            Expression::Traversal(own) if !is_plain(own) => self.traversal(own, place),
            _ => return false,
        }
        true
    }

    /// A map of one entry, of which `put` puts in the parts.
    pub(super) fn parts(&mut self, sign: &str, mark: Range<usize>, place: &Range<usize>, put: impl FnOnce(&mut Self)) {
        if !self.builder.open(Kind::Map, place.start..place.start) {
            return;
        }
        self.builder.leaf(Kind::String, &Decoded::whole(sign.to_owned(), mark.clone()), false, mark);
        if self.builder.open(Kind::List, place.start..place.start) {
            put(self);
            self.builder.close(place.end);
        }
        self.builder.close(place.end);
    }

    fn for_each(&mut self, own: &ForExpr, place: &Range<usize>) {
        let sign = match &own.key_expr {
            None => "[for]",
            Some(_) if own.grouping => "{for...}",
            Some(_) => "{for}",
        };
        self.parts(sign, place.start..place.start + 1, place, |reader| {
            let names = [own.intro.key_var.as_ref(), Some(&own.intro.value_var)];
            let names: Vec<_> = names.into_iter().flatten().map(|name| reader.place(name.span())).collect();
            reader.names(names, place.start);
            let condition = own.cond.as_ref().map(|own| &own.expr);
            let parts = [Some(&own.intro.collection_expr), own.key_expr.as_ref(), Some(&own.value_expr), condition];
            parts.into_iter().flatten().for_each(|part| reader.value(part));
        });
    }

    /// The list of the names of a `for`, which stands at `start` where there are none.
    pub(super) fn names(&mut self, names: Vec<Range<usize>>, start: usize) {
        let start = names.first().map_or(start, |name| name.start);
        if self.builder.open(Kind::List, start..start) {
            for name in names {
                self.plain(Kind::String, name);
            }
            self.builder.close(start);
        }
    }

    fn traversal(&mut self, own: &Traversal, place: &Range<usize>) {
        let is_name = |step: &TraversalOperator| matches!(step, TraversalOperator::GetAttr(_));
        let mut steps = own.operators.iter().map(Decorated::value).peekable();
        let start = self.place(own.expr.span());
        let is_reference = matches!(own.expr, Expression::Variable(_));
        self.parts(".", start.clone(), place, |reader| {
            if is_reference {
                let mut end = start.end;
                while let Some(step) = steps.next_if(|step| is_name(step)) {
                    end = reader.place(step.span()).end;
                }
                reader.hole(start.start..end);
            } else {
                reader.value(&own.expr);
            }
            for step in steps {
                let place = reader.place(step.span());
                match step {
                    TraversalOperator::GetAttr(_) => reader.plain(Kind::String, place),
                    TraversalOperator::LegacyIndex(_) => reader.plain(Kind::Number, place),
                    TraversalOperator::Index(index) => reader.value(index),
                    TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                        reader.builder.leaf(Kind::Hole, &Decoded::whole("${*}", place.clone()), false, place);
                    }
                }
            }
        });
    }
}

/// The parts between signs that are the same.
fn chain<'e>(own: &'e BinaryOp, sign: BinaryOperator, parts: &mut Vec<&'e Expression>) {
    let mut left = vec![&own.rhs_expr];
    let mut first = &own.lhs_expr;
    while let Expression::BinaryOp(before) = first
        && *before.operator.value() == sign
        && matches!(sign, BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Plus)
    {
        left.push(&before.rhs_expr);
        first = &before.lhs_expr;
    }
    parts.push(first);
    parts.extend(left.into_iter().rev());
}

/// Whether a reference is one as others are written, with no more than a reference between its brackets.
fn is_plain(own: &Traversal) -> bool {
    let is_simple = |index: &Expression| match index {
        Expression::String(_) | Expression::Number(_) | Expression::Variable(_) => true,
        Expression::Traversal(own) => is_plain(own),
        _ => false,
    };
    matches!(own.expr, Expression::Variable(_))
        && own.operators.iter().all(|step| match step.value() {
            TraversalOperator::Index(index) => is_simple(index),
            _ => true,
        })
}
