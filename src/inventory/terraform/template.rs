//! Templates: what `templatefile` is given, and those of which all of the text is a `jsonencode(…)`.
//!
//! <https://developer.hashicorp.com/terraform/language/functions/templatefile#generating-json-or-yaml-from-a-template>

use std::collections::{HashMap, HashSet};

use super::module::Module;
use crate::source::{SourceId, Sources};
use crate::syntax::{Kind, Literal, Tree, hcl};

/// How long a template may be, in bytes.
const LONGEST: usize = 1 << 18;

/// What stands around such an expression in the module that it is read as.
const AROUND: [&str; 2] = ["locals {\npolicy = ", "\n}\n"];

/// Whether a text is such a template.
pub(in crate::inventory) fn is_template(text: &str) -> bool {
    template(SourceId::NONE, text).is_some()
}

/// The module with the expression as a local value, each byte of which stands where it does in the template; `None` of any other text.
pub(in crate::inventory) fn template(source: SourceId, text: &str) -> Option<Tree<'static>> {
    let inside = text.trim().strip_prefix("${")?.strip_suffix('}')?.trim();
    let is_one = inside.strip_prefix("jsonencode")?.trim_start().starts_with('(') && inside.ends_with(')');
    let start = is_one.then(|| text.find(inside)).flatten()?;
    let end = start + inside.len();
    let [before, behind] = AROUND;
    let places = std::iter::repeat_n(start, before.len()).chain(start..end).chain(std::iter::repeat_n(end, behind.len() + 1));
    let module = Literal::whole(text, source).rewritten(format!("{before}{inside}{behind}"), &places.collect::<Vec<_>>());
    let tree = hcl::read(source, &module.value).inside(&module);
    let is_whole = tree.root().get("locals")?.get("policy")?.kind() == Kind::Map && tree.faults().is_empty();
    is_whole.then_some(tree)
}

/// The templates among the inputs that modules name, by the last part of their names.
pub(super) fn templates<'s>(sources: &'s Sources, modules: &[Module<'_, 's>]) -> HashMap<SourceId, Tree<'s>> {
    let own: HashSet<SourceId> = modules.iter().flat_map(|own| &own.roots).map(|own| own.1.mark().source).collect();
    let calls: Vec<&str> = own.iter().map(|&id| sources.get(id).text()).filter(|text| text.contains("templatefile")).collect();
    if calls.is_empty() {
        return HashMap::new();
    }
    let is_template = |text: &str| text.len() <= LONGEST && (text.contains("${") || text.contains("%{"));
    let is_named = |name: &str| name.rsplit(['/', '\\']).next().is_some_and(|name| calls.iter().any(|own| own.contains(name)));
    let found = sources.iter().filter(|(id, source)| !own.contains(id) && is_template(source.text()) && is_named(source.name()));
    found.filter_map(|(id, source)| Some((id, hcl::template(id, source.text())?))).collect()
}
