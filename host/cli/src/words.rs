//! First words that are no goals: `migrate-config`, `complete`, `daemon`, `kill-pantsd`; and `plugin`, which will be one.
//!
//! What stands behind them is read by clap, from the same description that the manual page is made of.

use crate::client;
use crate::completion;
use crate::daemon_words;
use crate::description::program;
use crate::migrate_config;
use clap::error::{ContextKind, ContextValue, Error as ClapError, ErrorKind};
use pants_daemon::{ClientWorld, Failure, show};
use pants_model::{Diagnostic, OptionKind};
use pants_options::{RESERVED_WORDS, global_options, help_of};
use std::process::ExitCode;

/// What a first word asks for is done: what to print, and whether that is good news.
pub(crate) struct Answer {
    pub(crate) text: String,
    /// What went otherwise than one may expect.
    pub(crate) warnings: Vec<Diagnostic>,
    pub(crate) code: u8,
}

impl Answer {
    pub(crate) fn success(text: impl Into<String>) -> Self {
        Self { text: text.into(), warnings: Vec::new(), code: 0 }
    }
}

/// Prints an answer and gives the exit code.
pub(crate) fn tell(answer: Result<Answer, Failure>) -> ExitCode {
    match answer {
        Err(failure) => client::fail(&failure),
        Ok(answer) => {
            show(&answer.warnings, &mut std::io::stderr().lock());
            match client::print(answer.text.as_bytes()) {
                printed if printed != ExitCode::SUCCESS => printed,
                _ => ExitCode::from(answer.code),
            }
        }
    }
}

/// What the first word asks for, when it is one of these; `None` leaves it to a run.
pub(crate) fn answer(world: &ClientWorld) -> Option<Result<Answer, Failure>> {
    let words: Vec<&str> = world.invocation.args.iter().map(String::as_str).take_while(|arg| *arg != "--").collect();
    let mut plain = words.iter().copied().filter(|word| !word.starts_with('-'));
    let first = plain.next()?;
    if first == "plugin" {
        return Some(Err(no_plugin_command()));
    }
    if is_command(first) {
        let asks_for_help = help_of(&world.invocation.args).is_some();
        return Some(if asks_for_help { Ok(Answer::success(help_on(first))) } else { carry_out(world) });
    }
    // `help migrate-config`; the words of goals are explained by who knows them.
    let about = plain.next().filter(|word| help_of(&[first.to_owned()]).is_some() && is_command(word))?;
    Some(Ok(Answer::success(help_on(about))))
}

/// Whether a word is a command of its own when it comes first: a reserved one that asks for no help.
fn is_command(word: &str) -> bool {
    RESERVED_WORDS.contains(&word) && program().find_subcommand(word).is_some()
}

fn no_plugin_command() -> Failure {
    let report = Diagnostic::error_without_place("there is no `plugin` command in this version");
    Failure::of_user(
        report
            .hint("plugins are named by `[GLOBAL] plugins` of pants.toml")
            .hint("a directory of that name is asked for as `./plugin`"),
    )
}

fn carry_out(world: &ClientWorld) -> Result<Answer, Failure> {
    let args = std::iter::once("pants".to_owned()).chain(with_equals_signs(&world.invocation.args));
    let matches = match program().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return Err(Failure::of_user(in_our_words(&error))),
    };
    match matches.subcommand() {
        Some(("migrate-config", matches)) => migrate_config::carry_out(world, matches),
        Some(("complete", matches)) => Ok(completion::carry_out(world, matches)),
        Some(("kill-pantsd", _)) => daemon_words::kill_pantsd(world),
        Some(("daemon", matches)) => daemon_words::carry_out(world, matches),
        other => {
            let word = other.map_or("no word", |(word, _)| word);
            Err(Failure::internal(format!("the first word is a command, and {word} was found")))
        }
    }
}

/// `-ldebug` as `-l=debug`: clap takes a value behind a short flag only with the sign, as otherwise it would take the next
/// word for one.
fn with_equals_signs(args: &[String]) -> impl Iterator<Item = String> {
    let is_valued =
        |letter| global_options().iter().any(|spec| spec.short == Some(letter) && spec.kind != OptionKind::Bool);
    args.iter().map(move |arg| {
        let mut letters = arg.chars();
        match (letters.next(), letters.next(), letters.as_str()) {
            (Some('-'), Some(letter), value) if is_valued(letter) && !value.is_empty() && !value.starts_with('=') => {
                format!("-{letter}={value}")
            }
            _ => arg.clone(),
        }
    })
}

fn help_on(word: &str) -> String {
    let mut program = program();
    program.build();
    let command = program.find_subcommand_mut(word).expect("it is one of the commands");
    command.render_long_help().to_string()
}

/// What clap found wrong, said as everything else is.
fn in_our_words(error: &ClapError) -> Diagnostic {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("`, `"),
        _ => String::new(),
    };
    let argument = text(ContextKind::InvalidArg);
    let argument = argument.split(['=', ' ', '[']).next().unwrap_or_default();
    let value = text(ContextKind::InvalidValue);
    let message = match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with('-') => format!("unknown option `{argument}`"),
        ErrorKind::UnknownArgument => format!("`{argument}` is one word too many"),
        ErrorKind::InvalidSubcommand => format!("unknown word `{}`", text(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue if value.is_empty() => format!("`{argument}` needs a value"),
        ErrorKind::InvalidValue => {
            let flag = if argument.starts_with('-') { format!("`{argument}`: ") } else { String::new() };
            format!("{flag}`{value}` is not one of `{}`", text(ContextKind::ValidValue))
        }
        ErrorKind::NoEquals => format!("`{argument}` needs a value"),
        ErrorKind::ValueValidation => format!("`{argument}`: `{value}` is not a whole number"),
        ErrorKind::TooManyValues => format!("`{argument}` takes no value"),
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "a word is missing".to_owned(),
        ErrorKind::ArgumentConflict => format!("`{argument}` is given twice"),
        kind => kind.to_string(),
    };
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => String::new(),
    };
    let report = Diagnostic::error_without_place(message);
    match usage.trim().strip_prefix("Usage: ").and_then(|usage| usage.lines().next()) {
        Some(usage) => report.hint(format!("usage: `{}`", usage.trim())),
        None => report,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_a_reserved_word() {
        for command in program().get_subcommands() {
            assert!(is_command(command.get_name()), "{}", command.get_name());
        }
        assert!(!is_command("help") && !is_command("compile"));
    }

    #[test]
    fn a_value_behind_a_short_flag_gets_its_sign() {
        let args = ["-ldebug", "-l=debug", "-l", "-q", "--level=debug", "daemon", "-"].map(str::to_owned);
        let given: Vec<String> = with_equals_signs(&args).collect();
        assert_eq!(given, ["-l=debug", "-l=debug", "-l", "-q", "--level=debug", "daemon", "-"]);
    }
}
