//! The secret that a client over TCP must know: anybody on the machine can connect to a port.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};

/// How many random bytes a token is made of.
const BYTES: usize = 32;

/// A secret, as text: hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one, from the system's randomness.
    pub fn generate() -> io::Result<Self> {
        let mut bytes = [0; BYTES];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The token that a file holds, as [`Self::as_text`] gave it.
    pub fn from_text(text: &str) -> Self {
        Self(text.trim_end().to_owned())
    }

    /// The token for a file that only its owner may read.
    pub fn as_text(&self) -> &str {
        &self.0
    }

    /// Whether somebody knows it. Takes as long for a wrong guess as for a nearly right one.
    pub(crate) fn is(&self, guess: &str) -> bool {
        let (token, guess) = (self.0.as_bytes(), guess.as_bytes());
        let difference = token.iter().zip(guess).fold(0, |difference, (a, b)| difference | (a ^ b));
        std::hint::black_box(difference) == 0 && token.len() == guess.len() && !token.is_empty()
    }
}

impl fmt::Debug for Token {
    /// Without the secret: logs are read by others.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_only_their_own_text_will_do() {
        let [one, other] = [(); 2].map(|()| Token::generate().expect("the system has randomness"));
        assert_ne!(one, other);
        assert_eq!(one.as_text().len(), 2 * BYTES);
        assert!(one.is(one.as_text()));
        assert_eq!(Token::from_text(&format!("{}\n", one.as_text())), one);
        for guess in ["", "0", other.as_text(), &one.as_text()[1..], &format!("{}0", one.as_text())] {
            assert!(!one.is(guess), "{guess}");
        }
        assert!(!Token::from_text("").is(""), "no secret is no secret");
        assert_eq!(format!("{one:?}"), "Token(..)");
    }
}
