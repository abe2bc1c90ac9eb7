//! What a template is before anything else is looked at in it: resources of a loop, one by one, and the templates that stand in it as a text.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>

use crate::inventory::reader::inside;
use crate::source::Span;
use crate::syntax::{Kind, Literal, Node, Tree, Weaver, yaml};

/// What the name of a loop starts with.
const LOOP: &str = "Fn::ForEach::";

/// How many loops may stand in each other: no more are taken in CloudFormation either.
const DEEPEST: usize = 5;

/// How many resources loops may come to: no more are taken in one template.
const MOST: usize = 500;

/// How many steps loops may take, and how many values they may come to.
const MOST_STEPS: usize = 1 << 14;
const MOST_NODES: usize = 1 << 20;

/// What is not looked at, and where it stands.
pub(super) type Told = Vec<(Span, String)>;

/// The template with the resources of its loops; `None` where it has none.
pub(super) fn expanded<'s>(root: Node<'_, '_>, told: &mut Told) -> Option<Tree<'s>> {
    let resources = root.get("Resources")?;
    if !resources.entries().any(|own| name_of_loop(own.key).is_some()) {
        return None;
    }
    let place = root.mark();
    let mut weaver = Weaver::new(place.source);
    weaver.open_as(root);
    for entry in root.entries() {
        weaver.copy(entry.key);
        if entry.key.is("Resources") {
            weaver.open_as(entry.value);
            Loops { weaver: &mut weaver, told, count: 0, steps: 0 }.put_entries(entry.value, &mut Vec::new());
            weaver.close(entry.value.span());
        } else {
            weaver.copy_all(entry.value);
        }
    }
    weaver.close(root.span());
    Some(weaver.finish())
}

fn name_of_loop(key: Node<'_, '_>) -> Option<String> {
    key.string().filter(|key| key.starts_with(LOOP)).map(String::from)
}

/// Puts in what loops come to.
struct Loops<'w> {
    weaver: &'w mut Weaver,
    told: &'w mut Told,
    /// How many resources there are so far.
    count: usize,
    steps: usize,
}

impl Loops<'_> {
    /// Puts in the entries of a map, where names have values.
    fn put_entries(&mut self, map: Node<'_, '_>, values: &mut Vec<(String, String)>) {
        for entry in map.entries() {
            let Some(name) = name_of_loop(entry.key) else {
                self.count += usize::from(!values.is_empty());
                if values.is_empty() || self.count <= MOST {
                    self.put(entry.key, values);
                    self.put(entry.value, values);
                }
                continue;
            };
            let mut parts = entry.value.items();
            let (identifier, list, body) = (parts.next().and_then(Node::string), parts.next(), parts.next());
            let written = |list: Node<'_, '_>| {
                let texts = list.items().map(|own| own.text().and_then(|own| own.known().map(str::to_owned)));
                texts.collect::<Option<Vec<String>>>().filter(|own| !own.is_empty())
            };
            let (Some(identifier), Some(list), Some(body)) = (identifier, list.and_then(written), body) else {
                let why = "since what it goes over is not written in it";
                self.told.push((entry.key.span(), format!("the resources of `{name}` are not looked at, {why}")));
                continue;
            };
            if values.len() == DEEPEST {
                self.told.push((entry.key.span(), format!("the resources of `{name}` are not looked at, since it is too deep")));
                continue;
            }
            for value in list {
                self.steps += 1;
                if self.count > MOST || self.steps > MOST_STEPS || self.weaver.len() > MOST_NODES {
                    // a loop in a loop is told with the outer one
                    if values.is_empty() {
                        let message = format!("the resources of `{name}` are too many to be looked at");
                        self.told.push((entry.key.span(), message));
                    }
                    break;
                }
                values.push((identifier.clone().into_owned(), value));
                self.put_entries(body, values);
                values.pop();
            }
        }
    }

    /// Puts in a node, where names have values.
    fn put(&mut self, node: Node<'_, '_>, values: &[(String, String)]) {
        match node.kind() {
            Kind::Map => {
                let mut entries = node.entries();
                let only = entries.next().filter(|own| entries.next().is_none() && own.key.is("Ref"));
                let value = only.and_then(|own| value_of(values, &own.value.string()?));
                if let (Some(value), Some(only)) = (value, only) {
                    return self.weaver.put_in(value, only.value.span());
                }
                self.weaver.open_as(node);
                for entry in node.entries() {
                    self.put(entry.key, values);
                    self.put(entry.value, values);
                }
                self.weaver.close(node.span());
            }
            Kind::List => {
                self.weaver.open_as(node);
                node.items().for_each(|item| self.put(item, values));
                self.weaver.close(node.span());
            }
            _ => {
                let filled = node.literal().and_then(|own| filled(&own, values));
                match filled {
                    Some(literal) => self.weaver.string(&[literal], node.span()),
                    None => self.weaver.copy(node),
                }
            }
        }
    }
}

fn value_of<'v>(values: &'v [(String, String)], name: &str) -> Option<&'v str> {
    values.iter().rev().find(|own| own.0 == name).map(|own| own.1.as_str())
}

/// A text with the values in the places of names; `None` where none stands in it. `&{name}` leaves out what names may not hold.
fn filled<'s>(literal: &Literal<'_>, values: &[(String, String)]) -> Option<Literal<'s>> {
    let mut text = literal.value.clone().into_owned();
    for (name, value) in values {
        let clean: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
        text = text.replace(&format!("${{{name}}}"), value).replace(&format!("&{{{name}}}"), &clean);
    }
    (text != literal.value).then(|| Literal::put_in(text, literal.span))
}

/// The templates that stand in a template as a text.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stackset.html>
pub(super) fn inner<'s>(root: Node<'_, 's>, told: &mut Told) -> Vec<Tree<'s>> {
    let mut found = Vec::new();
    for entry in root.get("Resources").into_iter().flat_map(Node::entries) {
        let is_set = entry.value.get("Type").is_some_and(|own| own.is("AWS::CloudFormation::StackSet"));
        let Some(properties) = entry.value.get("Properties").filter(|_| is_set) else { continue };
        let tree = properties.get("TemplateBody").and_then(text_inside);
        if let Some(tree) = tree.filter(|tree| tree.root().get("Resources").is_some()) {
            found.push(tree);
        } else {
            let name = entry.key.string().unwrap_or_default();
            told.push((entry.key.span(), format!("the template of `{name}` is not looked at, since it is not written there")));
        }
    }
    found
}

fn text_inside<'s>(node: Node<'_, 's>) -> Option<Tree<'s>> {
    let literal = node.literal().filter(|_| node.kind() == Kind::String)?;
    inside(node).or_else(|| Some(yaml::read(literal.span.source, &literal.value).inside(&literal)))
}
