//! An error with everything behind it, as text.

use std::error::Error;

/// The error's message, then each of its causes on a line of its own, then the hints.
///
/// A cause that says nothing new is left out. Ends without a line break.
pub fn render_error(error: &dyn Error, hints: &[String]) -> String {
    let mut text = error.to_string();
    let mut told = text.clone();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if message != told {
            text.push_str(&format!("\n  because: {}", message.replace('\n', "\n    ")));
        }
        told = message;
        cause = error.source();
    }
    for hint in hints {
        text.push_str(&format!("\n  hint: {hint}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use std::fmt;

    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<Layer>>);

    impl fmt::Display for Layer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Layer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|layer| layer as &dyn Error)
        }
    }

    #[test]
    fn causes_and_hints_stand_on_lines_of_their_own() {
        let cause = Layer("no such file", Some(Box::new(Layer("no such file", None))));
        let error = Layer("cannot read `pants.toml`", Some(Box::new(cause)));
        expect![[r#"
            cannot read `pants.toml`
              because: no such file
              hint: create it"#]]
        .assert_eq(&render_error(&error, &["create it".to_owned()]));
    }
}
