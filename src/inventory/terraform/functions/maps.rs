//! Functions that make maps, or take something out of them.

use super::{Call, Made, Part, Value, is_null, known, place_of};
use crate::syntax::Literal;

impl<'t, 's> Call<'_, '_, 't, 's> {
    pub(super) fn of_map(&mut self, name: &str) -> Made<'t, 's> {
        Some(match name {
            "tomap" => self.value(0),
            "merge" => self.merge(),
            "keys" => self.sorted().map(|own| {
                let keys = own.into_iter().map(|(key, _)| {
                    let place = key.literal.span;
                    Value::Text(vec![key], place)
                });
                Value::List(keys.collect(), self.place)
            }),
            "values" => self.sorted().map(|own| Value::List(own.into_iter().map(|own| own.1).collect(), self.place)),
            "lookup" => self.lookup(),
            "zipmap" => self.zipped(),
            _ => return None,
        })
    }

    /// The entries of a map in the order of their keys.
    fn sorted(&mut self) -> Option<Vec<(Part<'s>, Value<'t, 's>)>> {
        let value = self.value(0)?;
        self.evaluation.failed |= is_null(&value);
        let mut entries = self.evaluation.entries(value)?;
        if !entries.iter().any(|own| own.0.is_hole) {
            entries.sort_by(|one, other| one.0.literal.value.cmp(&other.0.literal.value));
        }
        Some(entries)
    }

    fn merge(&mut self) -> Option<Value<'t, 's>> {
        let mut all: Vec<(Part<'s>, Value<'t, 's>)> = Vec::new();
        for index in 0..self.count() {
            let value = self.value(index)?;
            if is_null(&value) {
                continue;
            }
            let place = place_of(&value);
            // of a map that is not known, the keys are not
            let unknown = || vec![(Part::hole("${…}", place), Value::Text(vec![Part::hole("${…}", place)], place))];
            for (key, value) in self.evaluation.entries(value).unwrap_or_else(unknown) {
                match all.iter_mut().find(|own| own.0.literal.value == key.literal.value) {
                    Some(own) => *own = (key, value),
                    None => all.push((key, value)),
                }
            }
        }
        Some(Value::Map(all, self.place))
    }

    fn lookup(&mut self) -> Option<Value<'t, 's>> {
        let key = self.known(1)?;
        let map = self.value(0)?;
        self.evaluation.failed |= is_null(&map);
        let entries = self.evaluation.entries(map)?;
        let is_open = entries.iter().any(|entry| entry.0.is_hole);
        match entries.into_iter().find(|entry| entry.0.literal.value == key) {
            Some(entry) => Some(entry.1),
            None if is_open => None,
            None => {
                self.evaluation.failed |= self.count() < 3;
                self.value(2)
            }
        }
    }

    /// A map of keys and values that are told apart.
    fn zipped(&mut self) -> Option<Value<'t, 's>> {
        let (keys, values) = (self.exact(0)?, self.exact(1)?);
        let keys = keys.iter().map(|own| Some(Part::known(Literal::put_in(known(own)?, place_of(own)))));
        let keys: Vec<_> = keys.collect::<Option<_>>()?;
        Some(Value::Map(keys.into_iter().zip(values).collect(), self.place))
    }
}
