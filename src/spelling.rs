//! Which name was meant.

/// The known name that is nearest to a misspelt one, where one is near enough to have been meant; letter case does not count.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    near(name, known).min_by_key(|&(apart, _)| apart).map(|(_, known)| known)
}

/// The known names that are near enough to a misspelt one to have been meant, each with how far it is from that.
pub fn near<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> impl Iterator<Item = (usize, &'n str)> {
    let name: Vec<char> = name.trim().chars().take(LONGEST + 1).map(|c| c.to_ascii_lowercase()).collect();
    let limit = (name.len() / 3).clamp(1, 4);
    let letters = Letters::of(&name);
    let mut other = Vec::new();
    let known = Some(known).filter(|_| !name.is_empty() && name.len() <= LONGEST);
    known.into_iter().flatten().filter_map(move |known| {
        // most have too few letters in common, and another beginning
        let near = letters.may_be_near(known, limit);
        if !near && !starts_alike(&name, known) {
            return None;
        }
        other.clear();
        other.extend(known.chars().map(|c| c.to_ascii_lowercase()));
        let apart = if near { distance(&name, &other, limit) } else { usize::MAX };
        if apart <= limit {
            Some((apart, known))
        } else {
            // `Boolean` for `Bool`, `Cond` for `Condition`
            (is_beginning(&name, &other) || is_beginning(&other, &name)).then_some((limit, known))
        }
    })
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

/// How often each letter stands in a name, by the last five bits of the letter.
struct Letters {
    counts: [u8; 32],
    all: usize,
}

impl Letters {
    fn of(name: &[char]) -> Self {
        let mut counts = [0; 32];
        for letter in name {
            if let Some(count) = counts.get_mut(*letter as usize % 32) {
                *count += 1;
            }
        }
        Self { counts, all: name.len() }
    }

    /// Whether another name may be as near as that: each slip changes one letter at most.
    fn may_be_near(&self, other: &str, limit: usize) -> bool {
        if other.is_ascii() && other.len().abs_diff(self.all) > limit {
            return false;
        }
        let mut left = self.counts;
        let (mut all, mut common) = (0, 0);
        for letter in other.chars() {
            all += 1;
            if let Some(count) = left.get_mut(letter as usize % 32).filter(|count| **count > 0) {
                *count -= 1;
                common += 1;
            }
        }
        self.all.max(all) - common <= limit
    }
}

/// Whether one of two names may be the beginning of the other.
fn starts_alike(name: &[char], known: &str) -> bool {
    name.iter().zip(known.chars()).take(SHORTEST).all(|(own, other)| *own == other.to_ascii_lowercase())
}

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
