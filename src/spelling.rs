//! Which name was meant.

/// The known name that is nearest to a misspelt one, where one is near enough to have been meant; letter case does not count.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let name: Vec<char> = name.trim().chars().take(LONGEST + 1).map(|c| c.to_ascii_lowercase()).collect();
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    let limit = (name.len() / 3).clamp(1, 4);
    let near = known.into_iter().filter_map(|known| {
        let other: Vec<char> = known.chars().map(|c| c.to_ascii_lowercase()).collect();
        let apart = distance(&name, &other);
        if apart <= limit {
            Some((apart, known))
        } else {
            // `Boolean` for `Bool`, `Cond` for `Condition`
            (is_beginning(&name, &other) || is_beginning(&other, &name)).then_some((limit, known))
        }
    });
    near.min_by_key(|&(apart, _)| apart).map(|(_, known)| known)
}

/// Longer names are no misspelling of anything, and comparing costs the product of the lengths.
const LONGEST: usize = 64;

fn is_beginning(short: &[char], long: &[char]) -> bool {
    short.len() >= 4 && long.starts_with(short)
}

/// How many letters to put in, take out or replace (Levenshtein).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=a.len()).collect();
    for (done, y) in b.iter().enumerate() {
        let mut cells = row.iter_mut();
        let mut left = done + 1;
        let mut diagonal = cells.next().map_or(done, |first| std::mem::replace(first, left));
        for (cell, x) in cells.zip(a) {
            let best = (diagonal + usize::from(x != y)).min(left + 1).min(*cell + 1);
            diagonal = std::mem::replace(cell, best);
            left = best;
        }
    }
    row.last().copied().unwrap_or(0)
}
