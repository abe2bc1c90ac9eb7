//! Whether two patterns have a text in common, in the product of their lengths.

use super::{Mode, Unit};

/// All texts of a form, to be compared with another such form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shape(Vec<Token>);

/// A part of a form that is not written as a pattern, such as the format of an ARN.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field<'a> {
    /// Text that stands for itself.
    Text(&'a str),
    /// Any text but for what cannot stand in it.
    Blank(Without),
}

/// What cannot stand in a part of a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Without {
    /// All can.
    Nothing,
    /// `:`
    Colons,
    /// `/`
    Slashes,
    /// Neither of the two.
    Both,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Token {
    Exact(char),
    /// One character.
    One(Without),
    /// Any number of characters.
    Many(Without),
}

impl Shape {
    /// The texts that a pattern matches, in [`Mode::Arn`] of those that are ARNs. A shape of a mode that ignores letter case is only
    /// to be compared with another such shape.
    pub fn of(pattern: &[Unit<'_>], mode: Mode) -> Self {
        let plain = matches!(mode, Mode::Equal | Mode::EqualIgnoreCase);
        let fold = matches!(mode, Mode::Action | Mode::EqualIgnoreCase);
        let parted = matches!(mode, Mode::Arn | Mode::Resource) && !pattern.contains(&Unit::Any);
        let length = |unit: &Unit<'_>| match unit {
            Unit::Wild(text) | Unit::Exact(text) => text.len(),
            Unit::Any => 1,
        };
        let mut tokens = Vec::with_capacity(pattern.iter().map(length).sum());
        let mut colons = 0;
        for unit in pattern {
            let (text, wild) = match *unit {
                Unit::Wild(text) => (text, !plain),
                Unit::Exact(text) => (text, false),
                Unit::Any => {
                    tokens.push(Token::Many(Without::Nothing));
                    continue;
                }
            };
            for own in text.chars() {
                let without = if parted && colons < 5 { Without::Colons } else { Without::Nothing };
                match own {
                    '*' if wild => tokens.push(Token::Many(without)),
                    '?' if wild => tokens.push(Token::One(without)),
                    _ if fold => tokens.extend(own.to_lowercase().map(Token::Exact)),
                    _ => {
                        if own == ':' && mode == Mode::Resource && colons < 5 {
                            open_end(&mut tokens);
                        }
                        colons += usize::from(own == ':');
                        tokens.push(Token::Exact(own));
                    }
                }
            }
        }
        if mode == Mode::Resource || tokens.iter().all(|token| token.is_many()) {
            open_end(&mut tokens);
        }
        Self(tokens)
    }

    /// The texts of a form.
    pub fn of_form<'a>(form: impl IntoIterator<Item = Field<'a>>) -> Self {
        let mut tokens = Vec::new();
        for field in form {
            match field {
                Field::Text(text) => tokens.extend(text.chars().map(Token::Exact)),
                Field::Blank(without) => tokens.push(Token::Many(without)),
            }
        }
        Self(tokens)
    }

    /// The texts that are one of these and then one of the other.
    #[must_use]
    pub fn followed_by(mut self, other: &Self) -> Self {
        self.0.extend_from_slice(&other.0);
        self
    }

    /// Whether some text is of both. The time is at worst the product of their lengths.
    pub fn meets(&self, other: &Self) -> bool {
        // most differ in the text that they start or end with
        let Some((own, other)) = without_ends(&self.0, &other.0) else { return false };
        match (own, other) {
            ([Token::Many(Without::Nothing)], _) | (_, [Token::Many(Without::Nothing)]) => true,
            ([many @ Token::Many(_)], all) | (all, [many @ Token::Many(_)]) => all.iter().all(|token| token.shares(*many)),
            _ => meet(own, other),
        }
    }
}

/// What is left of two shapes when the single characters that both start and end with are taken away; `None` where these differ.
fn without_ends<'a>(mut own: &'a [Token], mut other: &'a [Token]) -> Option<(&'a [Token], &'a [Token])> {
    while let ([Token::Exact(a), rest @ ..], [Token::Exact(b), behind @ ..]) = (own, other) {
        if a != b {
            return None;
        }
        (own, other) = (rest, behind);
    }
    while let ([rest @ .., Token::Exact(a)], [before @ .., Token::Exact(b)]) = (own, other) {
        if a != b {
            return None;
        }
        (own, other) = (rest, before);
    }
    Some((own, other))
}

/// Whether some text is of both.
fn meet(tokens: &[Token], other: &[Token]) -> bool {
    // the places of the other, in their order, up to which all before this place of the one can be the same text
    let (mut row, mut next) = (Vec::with_capacity(other.len() + 1), Vec::with_capacity(other.len() + 1));
    row.push(0);
    let mut rest = tokens;
    while let [own, behind @ ..] = rest {
        rest = behind;
        let (many, then) = (own.is_many(), behind.first());
        // what takes any text to the end takes all that is left of the other
        if then.is_none() && *own == Token::Many(Without::Nothing) {
            return true;
        }
        let mut done = 0;
        for &place in &row {
            if place < done {
                continue;
            }
            done = place;
            loop {
                let across = other.get(done).copied();
                let shared = across.is_some_and(|across| own.shares(across));
                let across_many = across.is_some_and(Token::is_many);
                // each may be done with what takes any number, or take one more of what the other takes
                if many || shared {
                    let down = done + usize::from(!many && !across_many);
                    // a place where what is behind this one cannot go on is none
                    if next.last() != Some(&down) && goes_on(then, other.get(down)) {
                        next.push(down);
                    }
                }
                done += 1;
                if !(across_many || many && shared) {
                    break;
                }
            }
        }
        if next.is_empty() {
            return false;
        }
        std::mem::swap(&mut row, &mut next);
        next.clear();
    }
    // what is left of the other must take nothing
    let left = |place: &usize| other.iter().skip(*place).all(|token| token.is_many());
    row.iter().any(left)
}

/// Whether two shapes may go on with these; single characters that differ cannot.
fn goes_on(own: Option<&Token>, other: Option<&Token>) -> bool {
    match (own, other) {
        (Some(own @ Token::Exact(_)), Some(other @ Token::Exact(_))) => own == other,
        _ => true,
    }
}

/// A `*` that ends a part of an ARN reaches beyond the colon.
fn open_end(tokens: &mut [Token]) {
    if let Some(last @ Token::Many(_)) = tokens.last_mut() {
        *last = Token::Many(Without::Nothing);
    }
}

impl Without {
    fn excludes(self, character: char) -> bool {
        match character {
            ':' => matches!(self, Self::Colons | Self::Both),
            '/' => matches!(self, Self::Slashes | Self::Both),
            _ => false,
        }
    }
}

impl Token {
    fn is_many(self) -> bool {
        matches!(self, Self::Many(_))
    }

    /// Whether some character can stand in both places.
    fn shares(self, other: Self) -> bool {
        match (self, other) {
            (Self::Exact(own), Self::Exact(other)) => own == other,
            (Self::Exact(own), Self::One(without) | Self::Many(without))
            | (Self::One(without) | Self::Many(without), Self::Exact(own)) => !without.excludes(own),
            // a few characters are excluded at most, so that others are left
            _ => true,
        }
    }
}
