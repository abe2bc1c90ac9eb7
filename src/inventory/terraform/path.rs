//! References as Terraform writes them: `aws_iam_role.r["x"].arn`.

/// One step of a reference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step<'t> {
    /// `.name`, or the name at the start.
    Name(&'t str),
    /// What stands between brackets.
    Index(&'t str),
    /// `[*]`.
    Splat,
    /// `.*`, which is an old way to write it: an index behind it is one of all that was found.
    Each,
}

impl Step<'_> {
    /// Of the steps behind `[*]` or `.*` those that each of the items is gone into with, and those for what is found.
    pub(super) fn parts<'b, 't>(&self, behind: &'b [Step<'t>]) -> (&'b [Step<'t>], &'b [Step<'t>]) {
        let names = behind.iter().take_while(|own| matches!(own, Step::Name(_))).count();
        behind.split_at(if *self == Step::Each { names } else { behind.len() })
    }
}

/// The steps of a reference; `None` where the text is something else.
pub(super) fn steps(text: &str) -> Option<Vec<Step<'_>>> {
    let mut rest = text.trim();
    let mut steps = Vec::new();
    loop {
        let is_first = steps.is_empty();
        if let Some(inside) = rest.strip_prefix('[').filter(|_| !is_first) {
            let end = closing(inside)?;
            let index = inside.get(..end)?.trim();
            steps.push(if index == "*" { Step::Splat } else { Step::Index(index) });
            rest = inside.get(end + 1..)?;
        } else if let Some(behind) = rest.strip_prefix('.').filter(|_| !is_first) {
            if let Some(behind) = behind.strip_prefix('*') {
                steps.push(Step::Each);
                rest = behind;
            } else {
                let length = name_length(behind);
                let name = behind.get(..length).filter(|name| !name.is_empty())?;
                // `.0` is an old way to write `[0]`
                let is_index = name.bytes().all(|byte| byte.is_ascii_digit());
                steps.push(if is_index { Step::Index(name) } else { Step::Name(name) });
                rest = behind.get(length..)?;
            }
        } else if is_first {
            let length = name_length(rest);
            let name = rest.get(..length).filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'))?;
            if ["true", "false", "null"].contains(&name) {
                return None;
            }
            steps.push(Step::Name(name));
            rest = rest.get(length..)?;
        } else {
            return rest.is_empty().then_some(steps);
        }
    }
}

/// A string in quotes that holds nothing but itself.
pub(super) fn quoted(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix('"')?.strip_suffix('"')?;
    (!inside.contains(['"', '\\', '$', '%'])).then_some(inside)
}

/// Where the bracket closes in which a text stands.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut in_string) = (0_usize, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' => depth += 1,
            b']' if depth == 0 => return Some(at),
            b']' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn name_length(text: &str) -> usize {
    text.char_indices().find(|(_, c)| !c.is_alphanumeric() && *c != '_' && *c != '-').map_or(text.len(), |(at, _)| at)
}
