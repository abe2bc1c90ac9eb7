//! The policy that a service makes of one permission.

use super::aws_cli::is_nothing;
use crate::source::Span;
use crate::syntax::{Kind, Node, Text, Tree, Weaver};

/// What a permission says.
pub(super) struct Permission<'n, 's> {
    pub(super) sid: Option<Node<'n, 's>>,
    pub(super) action: Said<'n, 's>,
    pub(super) principal: Said<'n, 's>,
    /// Whether the principal may be a service by its name.
    pub(super) may_be_service: bool,
    pub(super) resource: Said<'n, 's>,
    /// Operators, keys and values.
    pub(super) conditions: Vec<(String, String, Said<'n, 's>)>,
}

/// A part of a permission.
pub(super) enum Said<'n, 's> {
    /// What stands there.
    Written(Node<'n, 's>),
    /// What is made of what stands there, with holes for what is not known.
    Made(String, Span),
}

impl<'s> Permission<'_, 's> {
    /// The permission for everybody to call the URL of a function that asks nobody who he is.
    pub(super) fn of_url(function: String, place: Span) -> Self {
        let made = |text: &str| Said::Made(text.to_owned(), place);
        Self {
            sid: None,
            action: made("lambda:InvokeFunctionUrl"),
            principal: made("*"),
            may_be_service: true,
            resource: Said::Made(function, place),
            conditions: vec![("StringEquals".to_owned(), "lambda:FunctionUrlAuthType".to_owned(), made("NONE"))],
        }
    }

    /// The policy of one statement that says so.
    pub(super) fn policy(&self, place: Span) -> Tree<'s> {
        let mut weaver = Weaver::new(place.source);
        weaver.open(Kind::Map, place);
        for text in ["Version", "2012-10-17", "Statement"] {
            weaver.put_in(text, place);
        }
        weaver.open(Kind::List, place);
        weaver.open(Kind::Map, place);
        if let Some(id) = self.sid {
            weaver.put_in("Sid", id.span());
            weaver.copy_all(id);
        }
        for text in ["Effect", "Allow", "Principal"] {
            weaver.put_in(text, place);
        }
        let principal = self.principal.known();
        if principal == "*" {
            self.principal.put(&mut weaver);
        } else {
            let is_account =
                principal.starts_with("arn:") || !principal.is_empty() && principal.bytes().all(|byte| byte.is_ascii_digit());
            weaver.open(Kind::Map, place);
            weaver.put_in(if is_account || !self.may_be_service { "AWS" } else { "Service" }, place);
            self.principal.put(&mut weaver);
            weaver.close(place);
        }
        weaver.put_in("Action", place);
        self.action.put(&mut weaver);
        weaver.put_in("Resource", place);
        self.resource.put(&mut weaver);
        let mut operators: Vec<&str> = self.conditions.iter().map(|own| &*own.0).collect();
        operators.sort_unstable();
        operators.dedup();
        if !operators.is_empty() {
            weaver.put_in("Condition", place);
            weaver.open(Kind::Map, place);
            for operator in operators {
                weaver.put_in(operator, place);
                weaver.open(Kind::Map, place);
                for (_, key, value) in self.conditions.iter().filter(|own| own.0 == operator) {
                    weaver.put_in(key, place);
                    value.put(&mut weaver);
                }
                weaver.close(place);
            }
            weaver.close(place);
        }
        (0..3).for_each(|_| weaver.close(place));
        weaver.finish()
    }
}

impl Said<'_, '_> {
    /// What is known of it.
    fn known(&self) -> String {
        match self {
            Self::Written(node) => node.text().as_ref().and_then(Text::known).unwrap_or("").to_owned(),
            Self::Made(text, _) => text.clone(),
        }
    }

    fn put(&self, weaver: &mut Weaver) {
        match self {
            Self::Written(node) => weaver.copy_all(*node),
            Self::Made(text, place) => weaver.put_in(text, *place),
        }
    }
}

/// The conditions that the properties of these names are: the operator and the key of each.
pub(super) fn conditions<'n, 's>(root: Node<'n, 's>, names: &[(&str, &str, &str)]) -> Vec<(String, String, Said<'n, 's>)> {
    let given = names.iter().filter_map(|own| Some((own, root.get(own.0).filter(|own| !is_nothing(*own))?)));
    given.map(|((_, operator, key), value)| ((*operator).to_owned(), (*key).to_owned(), Said::Written(value))).collect()
}
