//! Functions that take one of their arguments, or tell whether they hold.

use super::{Call, Value};
use crate::inventory::terraform::condition::{all_hold, flag, truth_value};
use crate::inventory::terraform::evaluate::{is_null, is_unknown, known};

impl<'t, 's> Call<'_, '_, 't, 's> {
    /// The first of the arguments that is neither `null` nor an empty text.
    pub(super) fn coalesce(&mut self) -> Option<Value<'t, 's>> {
        for index in 0..self.count() {
            let value = self.value(index)?;
            if !is_null(&value) && known(&value).as_deref() != Some("") {
                return Some(value);
            }
        }
        self.evaluation.failed = true;
        None
    }

    /// The first of the arguments that is not empty.
    pub(super) fn coalesce_lists(&mut self) -> Option<Value<'t, 's>> {
        for index in 0..self.count() {
            let value = self.value(index)?;
            let is_empty = is_null(&value) || self.evaluation.exact(value.clone()).is_some_and(|items| items.is_empty());
            if !is_empty {
                return Some(value);
            }
        }
        self.evaluation.failed = true;
        None
    }

    /// The first of the arguments that Terraform does not refuse.
    pub(super) fn tried(&mut self) -> Option<Value<'t, 's>> {
        let before = self.evaluation.failed;
        for index in 0..self.count() {
            self.evaluation.failed = false;
            let value = self.value(index)?;
            if !self.evaluation.failed {
                self.evaluation.failed = before;
                return Some(value);
            }
        }
        self.evaluation.failed = true;
        None
    }

    pub(super) fn can(&mut self) -> Option<Value<'t, 's>> {
        let before = std::mem::replace(&mut self.evaluation.failed, false);
        let value = self.value(0)?;
        let failed = std::mem::replace(&mut self.evaluation.failed, before);
        if failed { Some(truth_value(false, self.place)) } else { (!is_unknown(&value)).then(|| truth_value(true, self.place)) }
    }

    /// Whether all items of a list are as `wanted`, where that is known.
    pub(super) fn all_are(&mut self, wanted: bool) -> Option<bool> {
        let value = self.value(0)?;
        let is_exact = self.evaluation.exact(value.clone()).is_some();
        let items = self.evaluation.list(value)?;
        let found = items.iter().map(|own| known(own).as_deref().and_then(flag).map(|own| own == wanted));
        all_hold(found).filter(|holds| is_exact || !holds)
    }
}
