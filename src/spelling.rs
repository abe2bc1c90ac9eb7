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

/// How many letters to put in, take out, replace or swap with the next one, letter case aside, to make one name of the other.
pub fn slips(name: &str, other: &str) -> usize {
    let letters = |name: &str| name.chars().take(LONGEST).map(|c| c.to_ascii_lowercase()).collect::<Vec<_>>();
    distance(&letters(name), &letters(other))
}

/// Longer names are no misspelling of anything, and comparing costs the product of the lengths.
const LONGEST: usize = 64;

fn is_beginning(short: &[char], long: &[char]) -> bool {
    short.len() >= 4 && long.starts_with(short)
}

/// How many letters to put in, take out, replace or swap with the next one.
fn distance(a: &[char], b: &[char]) -> usize {
    let (mut before, mut row): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=a.len()).collect());
    let mut last = None;
    for (done, y) in b.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(done + 1);
        let steps = a.iter().zip(&row).zip(row.iter().skip(1));
        for (at, ((x, diagonal), above)) in steps.enumerate() {
            let left = next.last().map_or(0, |left| left + 1);
            let mut best = (diagonal + usize::from(x != y)).min(left).min(above + 1);
            let earlier = at.checked_sub(1).and_then(|at| Some((a.get(at)?, before.get(at)?)));
            if let Some((other, swapped)) = earlier
                && other == y
                && last == Some(x)
            {
                best = best.min(swapped + 1);
            }
            next.push(best);
        }
        (before, row) = (row, next);
        last = Some(y);
    }
    row.last().copied().unwrap_or(0)
}
