//! Which files Terraform and `OpenTofu` read as one module.
//!
//! <https://developer.hashicorp.com/terraform/language/files>, <https://opentofu.org/docs/language/files/>

use std::collections::HashSet;

use super::functions::normal;

/// A file of a module, by its name.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct File {
    pub(super) folder: String,
    /// The name without its ending.
    base: String,
    ending: Ending,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Ending {
    /// Whether only `OpenTofu` reads it.
    is_tofu: bool,
    is_json: bool,
}

/// What the names of files end with, the longest first.
const ENDINGS: [(&str, Ending); 4] = [
    (".tofu.json", Ending { is_tofu: true, is_json: true }),
    (".tf.json", Ending { is_tofu: false, is_json: true }),
    (".tofu", Ending { is_tofu: true, is_json: false }),
    (".tf", Ending { is_tofu: false, is_json: false }),
];

/// The folder of a file, as all paths are told here.
pub(super) fn folder_of(path: &str) -> String {
    normal(path.rfind(['/', '\\']).and_then(|end| path.get(..end)).unwrap_or(""))
}

impl File {
    /// The file of a path; `None` where neither program takes it for one of a module.
    pub(super) fn of(path: &str) -> Option<Self> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let (ending, own) = ENDINGS.iter().find(|own| name.ends_with(own.0))?;
        // hidden files are passed over
        let base = name.strip_suffix(ending).filter(|_| !name.starts_with('.'))?;
        Some(Self { folder: folder_of(path), base: base.to_owned(), ending: *own })
    }

    /// Whether its blocks go into those of the same names in other files.
    /// <https://developer.hashicorp.com/terraform/language/files/override>
    pub(super) fn is_override(&self) -> bool {
        self.base == "override" || self.base.ends_with("_override")
    }

    /// What override files are taken in the order of.
    pub(super) fn order(&self) -> (&str, bool, bool) {
        (&self.base, self.ending.is_tofu, self.ending.is_json)
    }

    /// Whether `OpenTofu` reads another file instead of this one.
    pub(super) fn is_hidden(&self, all: &HashSet<Self>) -> bool {
        let twin = Self { ending: Ending { is_tofu: true, ..self.ending }, ..self.clone() };
        !self.ending.is_tofu && all.contains(&twin)
    }

    /// Whether there is a program that reads both.
    pub(super) fn is_read_with(&self, other: &Self, all: &HashSet<Self>) -> bool {
        let by_terraform = !self.ending.is_tofu && !other.ending.is_tofu;
        by_terraform || !self.is_hidden(all) && !other.is_hidden(all)
    }
}
