//! Functions that make lists, or take something out of them.

use super::{Call, Made, Value, is_null, is_unknown, known, put_in, truth_value};
use crate::inventory::terraform::condition::all_hold;
use crate::inventory::terraform::evaluate::null;

/// How many numbers are counted up.
const MOST_NUMBERS: usize = 1 << 10;

impl<'t, 's> Call<'_, '_, 't, 's> {
    pub(super) fn of_list(&mut self, name: &str) -> Made<'t, 's> {
        Some(match name {
            "concat" => self.concat(),
            "flatten" => self.flatten(),
            "tolist" | "toset" | "distinct" | "sort" | "setunion" => self.collected(name),
            "compact" => self.compact(),
            "contains" => self.contains(),
            "element" => self.element(),
            "one" => self.only(),
            "range" => self.range(),
            "reverse" => self.exact(0).map(|items| Value::List(items.into_iter().rev().collect(), self.place)),
            "setsubtract" => self.chosen(false),
            "setintersection" => self.chosen(true),
            "slice" => self.slice(),
            _ => return None,
        })
    }

    fn concat(&mut self) -> Option<Value<'t, 's>> {
        let mut all = Vec::new();
        for index in 0..self.count() {
            let value = self.value(index)?;
            all.extend(self.items(value));
        }
        Some(Value::List(all, self.place))
    }

    fn flatten(&mut self) -> Option<Value<'t, 's>> {
        let first = self.value(0)?;
        let mut flat = Vec::new();
        let mut left: Vec<(Value<'t, 's>, usize)> = self.evaluation.list(first)?.into_iter().rev().map(|own| (own, 0)).collect();
        while let Some((item, depth)) = left.pop() {
            match self.evaluation.list(item.clone()).filter(|_| depth < 16) {
                Some(items) => left.extend(items.into_iter().rev().map(|own| (own, depth + 1))),
                None => flat.push(item),
            }
        }
        Some(Value::List(flat, self.place))
    }

    fn collected(&mut self, name: &str) -> Option<Value<'t, 's>> {
        let mut items = Vec::new();
        for index in 0..self.count() {
            items.extend(self.list(index)?);
        }
        if matches!(name, "toset" | "distinct" | "setunion") {
            let mut seen: Vec<String> = Vec::new();
            items.retain(|item| {
                let Some(text) = known(item) else { return true };
                let is_new = !seen.contains(&text);
                seen.push(text);
                is_new
            });
        }
        if name == "sort" && items.iter().all(|own| known(own).is_some()) {
            items.sort_by_key(known);
        }
        Some(Value::List(items, self.place))
    }

    fn compact(&mut self) -> Option<Value<'t, 's>> {
        let mut items = self.list(0)?;
        items.retain(|item| !is_null(item) && known(item).as_deref() != Some(""));
        Some(Value::List(items, self.place))
    }

    fn contains(&mut self) -> Option<Value<'t, 's>> {
        let (list, wanted) = (self.value(0)?, self.value(1)?);
        let is_exact = self.evaluation.exact(list.clone()).is_some();
        let items = self.evaluation.list(list)?;
        let others = items.into_iter().map(|own| self.evaluation.equal(own, wanted.clone(), 0).map(|same| !same));
        let is_none = all_hold(others).filter(|is_none| is_exact || !is_none)?;
        Some(truth_value(!is_none, self.place))
    }

    fn element(&mut self) -> Option<Value<'t, 's>> {
        let (items, index) = (self.list(0)?, self.number(1)?);
        if items.is_empty() {
            self.evaluation.failed = true;
            return None;
        }
        let index = index.checked_rem_euclid(i64::try_from(items.len()).ok()?)?;
        items.into_iter().nth(usize::try_from(index).ok()?)
    }

    /// The only item of a list, or `null` where there is none.
    fn only(&mut self) -> Option<Value<'t, 's>> {
        let list = self.value(0)?;
        let items = self.evaluation.list(list)?;
        if items.len() > 1 && !items.iter().any(is_unknown) {
            self.evaluation.failed = true;
            return None;
        }
        items.into_iter().next().or_else(|| Some(null(self.place)))
    }

    fn slice(&mut self) -> Option<Value<'t, 's>> {
        let (items, start, end) = (self.exact(0)?, self.number(1)?, self.number(2)?);
        let part = items.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?).map(<[_]>::to_vec);
        self.evaluation.failed |= part.is_none();
        Some(Value::List(part?, self.place))
    }

    /// Numbers from one up to another.
    fn range(&mut self) -> Option<Value<'t, 's>> {
        let mut given = Vec::new();
        for index in 0..self.count() {
            given.push(self.number(index)?);
        }
        let (start, limit, step) = match *given {
            [limit] => (0, limit, if limit < 0 { -1 } else { 1 }),
            [start, limit] => (start, limit, if limit < start { -1 } else { 1 }),
            [start, limit, step] => (start, limit, step),
            _ => return None,
        };
        let mut numbers = Vec::new();
        let mut next = start;
        while if step < 0 { next > limit } else { next < limit } {
            if numbers.len() == MOST_NUMBERS || self.evaluation.is_spent() {
                return None;
            }
            numbers.push(put_in(next.to_string(), self.place));
            next = next.checked_add(step).filter(|_| step != 0)?;
        }
        Some(Value::List(numbers, self.place))
    }

    /// The items of the first set that are in another, or those that are not.
    fn chosen(&mut self, wanted: bool) -> Option<Value<'t, 's>> {
        let (items, others) = (self.exact(0)?, self.exact(1)?);
        let others: Vec<String> = others.iter().map(known).collect::<Option<_>>()?;
        let mut all = Vec::new();
        for item in items {
            if others.contains(&known(&item)?) == wanted {
                all.push(item);
            }
        }
        (self.count() == 2).then_some(Value::List(all, self.place))
    }
}
