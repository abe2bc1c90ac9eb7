//! Identity pool ids that a policy might let in.

/// An identity pool id that a pattern matches, and how many of its 32 digits the pattern fixes; `None` where it matches no
/// id of this region. `digits` is a GUID to take the other digits from.
///
/// The pattern is that of `StringLike`: `*` is any text and `?` any one character.
pub(super) fn matching(pattern: &str, region: &str, digits: &str) -> Option<(String, usize)> {
    let pattern: Vec<char> = pattern.chars().take(LONGEST + 1).collect();
    if pattern.len() > LONGEST {
        return None;
    }
    let slots: Vec<Slot> = region.chars().chain([':']).map(Slot::Fixed).chain(digits.chars().map(slot)).collect();
    let reach = reachable(&pattern, &slots);
    let is_open = |p: usize, s: usize| reach.get(p).and_then(|row| row.get(s)).is_some_and(|&open| open);
    if !is_open(0, 0) {
        return None;
    }
    let (mut id, mut fixed, mut p) = (String::new(), 0, 0);
    for (s, slot) in slots.iter().enumerate() {
        // a star that need not take this character has done its part
        while pattern.get(p) == Some(&'*') && is_open(p + 1, s) {
            p += 1;
        }
        let own = slot.usual();
        match pattern.get(p) {
            Some('*') => id.push(own),
            Some('?') => {
                id.push(own);
                p += 1;
            }
            Some(&c) => {
                fixed += usize::from(matches!(slot, Slot::Digit(_)));
                id.push(c);
                p += 1;
            }
            None => return None,
        }
    }
    Some((id, fixed))
}

/// Whether a text has the form of an identity pool's id: `REGION:` and a GUID. Letter case does not count.
pub(in crate::rules) fn is_pool_id(text: &str) -> bool {
    let Some((region, guid)) = text.split_once(':') else { return false };
    let groups: Vec<&str> = guid.split('-').collect();
    let of_form = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]);
    let region_of_form = region.contains('-') && region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    region_of_form && of_form && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Longer patterns are no pattern of ids; matching costs the product of the lengths.
const LONGEST: usize = 256;

/// One character of an id.
#[derive(Clone, Copy)]
enum Slot {
    /// This one.
    Fixed(char),
    /// Any hexadecimal digit; this one for choice.
    Digit(char),
}

fn slot(c: char) -> Slot {
    if c == '-' { Slot::Fixed(c) } else { Slot::Digit(c) }
}

impl Slot {
    fn usual(self) -> char {
        match self {
            Self::Fixed(c) | Self::Digit(c) => c,
        }
    }

    fn takes(self, c: char) -> bool {
        match self {
            Self::Fixed(own) => own == c,
            // Cognito writes them in lower case
            Self::Digit(_) => matches!(c, '0'..='9' | 'a'..='f'),
        }
    }
}

/// For each place in the pattern and each in the id: whether the rest of the one matches the rest of the other.
fn reachable(pattern: &[char], slots: &[Slot]) -> Vec<Vec<bool>> {
    let width = slots.len() + 1;
    let mut rows: Vec<Vec<bool>> = vec![(0..width).map(|s| s == slots.len()).collect()];
    for &c in pattern.iter().rev() {
        let below: Vec<bool> = rows.last().cloned().unwrap_or_default();
        let open = |row: &[bool], s: usize| row.get(s).is_some_and(|&open| open);
        let mut row = vec![false; width];
        for s in (0..width).rev() {
            let taken = |row: &[bool]| s < slots.len() && open(row, s + 1);
            let matched = match c {
                '*' => open(&below, s) || taken(&row),
                '?' => taken(&below),
                c => taken(&below) && slots.get(s).is_some_and(|slot| slot.takes(c)),
            };
            if let Some(place) = row.get_mut(s) {
                *place = matched;
            }
        }
        rows.push(row);
    }
    rows.reverse();
    rows
}
