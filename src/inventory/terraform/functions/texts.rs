//! Functions that make texts, or tell something of them.

use super::{Call, Made, Part, Value, is_unknown, place_of, put_in, truth_value};
use crate::inventory::terraform::evaluate::collapsed;
use crate::syntax::{Kind, Literal, Node};

impl<'t, 's> Call<'_, '_, 't, 's> {
    pub(super) fn of_text(&mut self, name: &str) -> Made<'t, 's> {
        Some(match name {
            "format" => self.format(),
            "formatlist" => self.format_list(),
            "join" => self.join(),
            "split" => self.split(),
            "lower" => self.text(str::to_lowercase),
            "upper" => self.text(str::to_uppercase),
            "trimspace" => self.text(|text| text.trim().to_owned()),
            "replace" => self.replace(),
            "substr" => self.part_of_text(),
            "trimprefix" => self.both(|text, prefix| text.strip_prefix(prefix).unwrap_or(text).to_owned()),
            "trimsuffix" => self.both(|text, suffix| text.strip_suffix(suffix).unwrap_or(text).to_owned()),
            "startswith" => self.told(|text, own| text.starts_with(own)),
            "endswith" => self.told(|text, own| text.ends_with(own)),
            "strcontains" => self.told(|text, own| text.contains(own)),
            _ => return None,
        })
    }

    fn text(&mut self, change: impl Fn(&str) -> String) -> Option<Value<'t, 's>> {
        let text = self.known(0)?;
        if self.evaluation.is_too_long(text.len()) { None } else { Some(put_in(change(&text), self.place)) }
    }

    fn both(&mut self, change: impl Fn(&str, &str) -> String) -> Option<Value<'t, 's>> {
        let other = self.known(1)?;
        self.text(|text| change(text, &other))
    }

    fn told(&mut self, tell: impl Fn(&str, &str) -> bool) -> Option<Value<'t, 's>> {
        let (text, other) = (self.known(0)?, self.known(1)?);
        Some(truth_value(tell(&text, &other), self.place))
    }

    /// So many characters from one on, which may be counted from the end; -1 is for all of them.
    fn part_of_text(&mut self) -> Option<Value<'t, 's>> {
        let (text, start, length) = (self.known(0)?, self.number(1)?, self.number(2)?);
        let from = usize::try_from(start.unsigned_abs()).ok()?;
        let start = if start < 0 { text.chars().count().checked_sub(from)? } else { from };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        Some(put_in(text.chars().skip(start).take(length).collect::<String>(), self.place))
    }

    fn replace(&mut self) -> Option<Value<'t, 's>> {
        let (from, to) = (self.known(1)?, self.known(2)?);
        // in slashes it is a regular expression
        let is_pattern = from.len() > 1 && from.starts_with('/') && from.ends_with('/');
        if from.is_empty() || is_pattern {
            return None;
        }
        let text = self.known(0)?;
        let length = text.matches(&from).count().saturating_mul(to.len());
        if self.evaluation.is_too_long(length) { None } else { Some(put_in(text.replace(&from, &to), self.place)) }
    }

    fn format(&mut self) -> Option<Value<'t, 's>> {
        let pattern = self.arguments.first()?.literal()?;
        let mut given = Vec::new();
        for index in 1..self.count() {
            let written = self.arguments.get(index).map(|node| (written(*node), node.span()));
            given.push((self.value(index)?, written.unwrap_or_else(|| ("${…}".to_owned(), self.place))));
        }
        self.formatted(&pattern, &given)
    }

    /// A text with values in it, each with how it is written and where.
    fn formatted(&mut self, pattern: &Literal<'s>, given: &[(Value<'t, 's>, (String, super::Span))]) -> Option<Value<'t, 's>> {
        let text = &pattern.value;
        let (mut parts, mut done, mut given) = (Vec::new(), 0, given.iter());
        while let Some(found) = text.get(done..).and_then(|rest| rest.find('%')) {
            let start = done + found;
            if done < start {
                parts.push(Part::known(pattern.part(done..start)));
            }
            match text.as_bytes().get(start + 1)? {
                b'%' => parts.push(Part::known(pattern.part(start + 1..start + 2))),
                b's' | b'v' | b'd' => {
                    let (value, (written, place)) = given.next()?;
                    self.evaluation.append(&mut parts, Some(value.clone()), *place, written);
                }
                _ => return None,
            }
            done = start + 2;
        }
        if done < text.len() {
            parts.push(Part::known(pattern.part(done..text.len())));
        }
        Some(Value::Text(collapsed(parts, self.place), self.place))
    }

    /// One text for each item of the lists among the arguments.
    fn format_list(&mut self) -> Option<Value<'t, 's>> {
        // what is put in looks like a hole
        let pattern = match self.arguments.first().and_then(|own| own.literal()) {
            Some(pattern) => Literal::put_in(pattern.value, self.place),
            None => Literal::put_in(self.known(0)?, self.place),
        };
        let mut arguments = Vec::new();
        let mut length = None;
        for index in 1..self.count() {
            let value = self.value(index)?;
            if is_unknown(&value) {
                return None;
            }
            match self.evaluation.list(value.clone()) {
                Some(items) => {
                    length.get_or_insert(items.len());
                    arguments.push((Some(items), value));
                }
                None => arguments.push((None, value)),
            }
        }
        let mut all = Vec::new();
        for number in 0..length.unwrap_or(1) {
            let given = arguments.iter().map(|(items, value)| {
                let value = if let Some(items) = items { items.get(number)?.clone() } else { value.clone() };
                let place = place_of(&value);
                Some((value, ("${…}".to_owned(), place)))
            });
            let given: Vec<_> = given.collect::<Option<_>>()?;
            all.push(self.formatted(&pattern, &given)?);
        }
        Some(Value::List(all, self.place))
    }

    fn join(&mut self) -> Option<Value<'t, 's>> {
        let between = self.known(0)?;
        let list = self.value(1)?;
        let mut parts: Vec<Part<'s>> = Vec::new();
        for (index, item) in self.evaluation.list(list)?.into_iter().enumerate() {
            let place = place_of(&item);
            if index > 0 && !between.is_empty() {
                parts.push(Part::known(Literal::put_in(between.clone(), self.place)));
            }
            self.evaluation.append(&mut parts, Some(item), place, "${…}");
        }
        if parts.is_empty() {
            parts.push(Part::known(Literal::put_in("", self.place)));
        }
        let place = self.place;
        Some(Value::Text(collapsed(parts, place), place))
    }

    fn split(&mut self) -> Option<Value<'t, 's>> {
        let (between, text) = (self.known(0)?, self.known(1)?);
        if between.is_empty() || self.evaluation.is_full(text.matches(&between).count()) {
            return None;
        }
        let items = text.split(&between).map(|part| put_in(part.to_owned(), self.place));
        Some(Value::List(items.collect(), self.place))
    }
}

/// How an argument is shown of which no value is known.
fn written(node: Node<'_, '_>) -> String {
    if node.kind() == Kind::Hole { node.written().to_owned() } else { "${…}".to_owned() }
}
