//! `[[never]]`: what must never be so.

use super::{Expected, Question, Reader, Test};
use crate::reach::{Goal, Never};
use crate::syntax::{Kind, Node};

const KEYS: [&str; 7] = ["name", "why", "from", "to", "action", "resource", "at"];

impl<'s> Reader<'_, 's> {
    pub(super) fn never(&mut self, node: Node<'_, 's>) -> Option<Test> {
        if node.kind() != Kind::Map {
            self.problem(node.mark(), "not a table", None);
            return None;
        }
        for entry in node.entries().filter(|entry| !KEYS.iter().any(|name| entry.key.is(name))) {
            self.unknown(entry.key, &KEYS);
        }
        let named = node.get("name").and_then(|name| Some((self.string(name, "name")?, name.span())));
        let (name, span) = named.unwrap_or_else(|| ("without a name".to_owned(), node.mark()));
        let why = self.optional(node, "why");
        let from = node.get("from").map_or_else(Vec::new, |own| self.strings(own, "from"));
        let (to, action) = (node.get("to"), self.optional(node, "action"));
        let goal = match (to, action) {
            (Some(to), None) => Goal::Roles(self.strings(to, "to")),
            (None, Some(action)) => {
                let resource = self.optional(node, "resource").unwrap_or_else(|| "*".to_owned());
                Goal::Access { action, resource }
            }
            _ => {
                let help = "give `to`, one or more roles, or `action` with `resource`";
                self.problem(span, "it is not told what must never be reached, or told twice", Some(help));
                return None;
            }
        };
        if let (Some(resource), Goal::Roles(_)) = (node.get("resource"), &goal) {
            self.problem(resource.span(), "a resource without an action", Some("add `action`"));
        }
        let at = self.time(node);
        let never = Never { name: name.clone(), span, why: why.clone(), from, goal };
        let question = Question::Never(Box::new(never), at);
        Some(Test { name, span, why, doubts: self.doubts(node), question, expected: Expected::default() })
    }
}
