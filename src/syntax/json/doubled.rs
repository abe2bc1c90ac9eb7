//! Documents as they stand in format strings: each bracket doubled, and `{name}` for what is filled in.

/// What the format string `text` comes to, and for each byte of that and its end the offset in `text`; `None` where it is no such
/// text from end to end. What is filled in is written `${name}`.
pub(super) fn undoubled(text: &str) -> Option<(String, Box<[u32]>)> {
    let first = text.trim_start().strip_prefix("{{")?.trim_start();
    if !first.starts_with(['"', '\'']) || !text.trim_end().ends_with("}}") {
        return None;
    }
    let mut value = String::with_capacity(text.len());
    let mut origin: Vec<u32> = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.find(['{', '}']).unwrap_or(rest.len());
        value.push_str(rest.get(..plain).unwrap_or(""));
        origin.extend((at..at + plain).map(|at| at as u32));
        at += plain;
        let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) else { break };
        if rest.starts_with("{{") || rest.starts_with("}}") {
            value.push_str(rest.get(..1).unwrap_or(""));
            origin.push(at as u32);
            at += 2;
        } else {
            let inside = rest.strip_prefix('{')?.split_once('}')?.0;
            let name = inside.split([':', '!']).next().unwrap_or("");
            // a dollar before it is one of a reference, which is no matter of format strings
            if value.ends_with('$')
                || name.len() > LONGEST_NAME
                || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.[]".contains(&byte))
            {
                return None;
            }
            let start = value.len();
            value.extend(["${", name, "}"]);
            origin.resize(origin.len() + value.len() - start, at as u32);
            at += inside.len() + 2;
        }
    }
    origin.push(text.len() as u32);
    Some((value, origin.into()))
}

/// How long the name of what is filled in may be, in bytes.
const LONGEST_NAME: usize = 128;
