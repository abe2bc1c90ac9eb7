//! What is asked for by a name that no request has.

use super::Access;
use crate::reference::Reference;

impl<'a> Access<'a> {
    /// What no request has of what it names, each with what is wrong with it: the answer would be that it is denied, whatever the policies
    /// say.
    pub fn doubts(self, reference: &Reference) -> impl Iterator<Item = (&'a str, String)> {
        let of_action = of_action(self.action, reference).map(|message| (self.action, message));
        of_action.into_iter().chain(of_resource(self.resource).map(|message| (self.resource, message)))
    }
}

/// What is wrong with the name of an action.
fn of_action(action: &str, reference: &Reference) -> Option<String> {
    if action.contains(['*', '?']) {
        return Some(format!("`{action}` is a pattern, and a request is for one action"));
    }
    if reference.action(action).is_some() {
        return None;
    }
    let (prefix, _) = action.split_once(':').unwrap_or((action, ""));
    let near = reference.meant(action).into_iter().next().map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Some(format!("`{action}` is not an action that AWS lists{near} ({})", reference.as_of(prefix)))
}

/// What is wrong with the name of a resource.
fn of_resource(resource: &str) -> Option<String> {
    let is_named = resource == "*" || resource.starts_with("arn:");
    (!is_named).then(|| format!("`{resource}` is no ARN, by which policies name resources"))
}
