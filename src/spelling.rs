//! Which name was meant.

/// The known name that is nearest to a misspelt one, where one is near enough to have been meant; letter case does not count.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let name: Vec<char> = name.trim().chars().take(LONGEST + 1).map(|c| c.to_ascii_lowercase()).collect();
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    let limit = (name.len() / 3).clamp(1, 4);
    let mut other = Vec::new();
    let near = known.into_iter().filter_map(|known| {
        // of ASCII, as nearly all names are, the length tells most apart
        if known.is_ascii() && known.len().abs_diff(name.len()) > limit && known.len().min(name.len()) < SHORTEST {
            return None;
        }
        other.clear();
        other.extend(known.chars().map(|c| c.to_ascii_lowercase()));
        let apart = distance(&name, &other, limit);
        if apart <= limit {
            Some((apart, known))
        } else {
            // `Boolean` for `Bool`, `Cond` for `Condition`
            (is_beginning(&name, &other) || is_beginning(&other, &name)).then_some((limit, known))
        }
    });
    near.min_by_key(|&(apart, _)| apart).map(|(_, known)| known)
}

/// How many letters to put in, take out, replace or swap with the next one, letter case aside, to make one name of the other.
pub fn slips(name: &str, other: &str) -> usize {
    let letters = |name: &str| name.chars().take(LONGEST).map(|c| c.to_ascii_lowercase()).collect::<Vec<_>>();
    distance(&letters(name), &letters(other), LONGEST)
}

/// Longer names are no misspelling of anything, and comparing costs the product of the lengths.
const LONGEST: usize = 64;

/// A shorter name is no beginning of a longer one.
const SHORTEST: usize = 4;

fn is_beginning(short: &[char], long: &[char]) -> bool {
    short.len() >= SHORTEST && long.starts_with(short)
}

/// How many letters to put in, take out, replace or swap with the next one; where that is over the limit, some number over it.
fn distance(a: &[char], b: &[char], limit: usize) -> usize {
    if a.len().abs_diff(b.len()) > limit {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=a.len()).collect();
    let (mut before, mut next) = (row.clone(), row.clone());
    let mut previous = None;
    for (done, y) in b.iter().enumerate() {
        next.clear();
        let mut left = done + 1;
        next.push(left);
        let (mut least, mut swapped, mut earlier) = (left, None, None);
        for (((x, diagonal), above), old) in a.iter().zip(&row).zip(row.iter().skip(1)).zip(&before) {
            left = (diagonal + usize::from(x != y)).min(left + 1).min(above + 1);
            if let Some(swapped) = swapped.filter(|_| earlier == Some(y) && previous == Some(x)) {
                left = left.min(swapped + 1);
            }
            next.push(left);
            least = least.min(left);
            (swapped, earlier) = (Some(*old), Some(x));
        }
        // rows grow from here on, but for a swap, which looks back by two of them
        if least > limit + 1 {
            return least;
        }
        std::mem::swap(&mut before, &mut row);
        std::mem::swap(&mut row, &mut next);
        previous = Some(y);
    }
    row.last().copied().unwrap_or(0)
}
