//! The six parts of an Amazon Resource Name.

/// An ARN, taken apart at its first five colons: `arn:partition:service:region:account:resource`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: &'a str,
    /// `iam`, `s3`, …
    pub service: &'a str,
    /// May be empty.
    pub region: &'a str,
    /// Twelve digits; may be empty.
    pub account: &'a str,
    /// All that follows; may hold colons and slashes.
    pub resource: &'a str,
}

/// Whether a text is the id of an account: twelve digits.
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart; `None` for what has fewer than six parts or does not start with `arn:`.
    pub fn parse(text: &'a str) -> Option<Self> {
        let text = text.strip_prefix("arn:")?;
        let mut colons = text.bytes().enumerate().filter_map(|(at, byte)| (byte == b':').then_some(at));
        let [first, second, third, fourth] = [colons.next()?, colons.next()?, colons.next()?, colons.next()?];
        Some(Self {
            partition: text.get(..first)?,
            service: text.get(first + 1..second)?,
            region: text.get(second + 1..third)?,
            account: text.get(third + 1..fourth)?,
            resource: text.get(fourth + 1..)?,
        })
    }

    /// The name of a role without its path, where this is the ARN of one.
    pub fn role_name(self) -> Option<&'a str> {
        let path = self.resource.strip_prefix("role/").filter(|_| self.service == "iam")?;
        path.rsplit('/').next()
    }
}
