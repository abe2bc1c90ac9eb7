//! Whether an ARN may be one of a resource type.

/// Whether some ARN is both of the pattern that a policy writes and of the format of a resource type.
///
/// A name that a format leaves open holds no slash and no colon, unless it is the last one behind another one or behind literal text: the key of
/// an S3 object does, the name of a bucket does not.
pub(super) fn may_be(arn: &str, format: &str) -> bool {
    let (own, other): (Vec<&str>, Vec<&str>) = (arn.splitn(6, ':').collect(), format.splitn(6, ':').collect());
    // a pattern that ends early goes on as it likes: `arn:aws:s3*` and `*`
    let open = own.len() < 6 && own.last().is_some_and(|last| last.ends_with('*'));
    if own.len() != other.len() && !open || arn.len() > LONGEST {
        return false;
    }
    own.iter().zip(&other).enumerate().all(|(at, (own, other))| overlap(&written(own), &left_open(other, at == 5)))
}

/// No resource of a policy is longer.
const LONGEST: usize = 2048;

/// What stands at a place of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Unit {
    /// This character.
    Is(char),
    /// Any character.
    One,
    /// Any text.
    Many,
    /// A name, of at least one character; with or without slashes and colons.
    Name { parted: bool },
}

/// A part of an ARN as a policy writes it. What a variable stands for is not known.
fn written(part: &str) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut rest = part.chars();
    while let Some(c) = rest.next() {
        let variable = (c == '$').then(|| rest.as_str().strip_prefix('{')?.split_once('}')).flatten();
        units.push(match (c, variable) {
            (_, Some((_, behind))) => {
                rest = behind.chars();
                Unit::Many
            }
            ('*', _) => Unit::Many,
            ('?', _) => Unit::One,
            _ => Unit::Is(c),
        });
    }
    units
}

/// A part of a format. Its first five parts never hold a colon or slash.
fn left_open(part: &str, resource: bool) -> Vec<Unit> {
    let mut units = Vec::new();
    for (at, piece) in part.split("${").enumerate() {
        let literal = if at == 0 { piece } else { piece.split_once('}').map_or("", |(_, behind)| behind) };
        if at > 0 {
            let last = literal.is_empty() && at == part.matches("${").count();
            units.push(Unit::Name { parted: resource && last && !units.is_empty() });
        }
        units.extend(literal.chars().map(|c| if c == '*' { Unit::Many } else { Unit::Is(c) }));
    }
    units
}

/// Whether a text exists that both patterns match. A cell tells whether it is so for what is left of both.
fn overlap(own: &[Unit], format: &[Unit]) -> bool {
    let width = format.len() + 1;
    let mut below: Vec<bool> = Vec::new();
    for row in (0..=own.len()).rev() {
        let mut cells = vec![false; width];
        for column in (0..width).rev() {
            let at = |cells: &[bool], column: usize| cells.get(column).copied().unwrap_or(false);
            let cell = match (own.get(row), format.get(column)) {
                (None, None) => true,
                (Some(Unit::Many), Some(_)) => at(&below, column) || at(&cells, column + 1),
                (Some(_), Some(Unit::Many)) => at(&cells, column + 1) || at(&below, column),
                (Some(Unit::Many), None) => at(&below, column),
                (None, Some(Unit::Many)) => at(&cells, column + 1),
                (None, _) | (_, None) => false,
                (Some(Unit::Is(c)), Some(Unit::Is(d))) => c == d && at(&below, column + 1),
                (Some(Unit::Is('/' | ':')), Some(Unit::Name { parted: false })) => false,
                // the character is the name's last, or the name goes on
                (Some(_), Some(Unit::Name { .. })) => at(&below, column + 1) || at(&below, column),
                (Some(_), Some(_)) => at(&below, column + 1),
            };
            cells.get_mut(column).into_iter().for_each(|own| *own = cell);
        }
        below = cells;
    }
    below.first().copied().unwrap_or(false)
}
