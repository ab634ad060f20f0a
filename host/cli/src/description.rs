//! The part of the command line that is the same in every repository, as one clap command: global options, from the
//! declarations they are read by, and the words that are no goals.
//!
//! Two things are made of it: the arguments of those words are parsed, and the manual page is written. Goals and their
//! options come from plugins, so clap cannot know them; they are read by `pants_options`.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, value_parser};
use pants_model::{OptionKind, OptionSpec};
use pants_options::{VERSION, default_in_words, global_options};

/// The program.
pub(crate) fn program() -> Command {
    let program = Command::new("pants")
        .version(VERSION)
        .about("A build tool for repositories with many projects and several languages.")
        .long_about(LONG_ABOUT)
        .override_usage("pants [options] goal [its options] ... [target ...] [-- tool arguments]")
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .subcommand_required(false)
        .subcommands([migrate_config(), complete(), daemon(), kill_pantsd()]);
    global_options().iter().fold(program, |program, spec| program.args(args(spec)))
}

const LONG_ABOUT: &str = "\
Carries goals out on targets, which BUILD files declare: `pants test src/java/app::`.

Goals and their options come from the backends that pants.toml enables: `pants goals` lists them, `pants help GOAL` shows \
what can be set for one, `pants help-advanced GOAL` all of it. Each option can be set in pants.toml, in the environment \
and by a flag; the later of these wins.";

/// An option as a flag; a bool also as its negation.
fn args(spec: &OptionSpec) -> Vec<Arg> {
    let name = spec.name.clone();
    let help = format!("{} [{}]", spec.help, default_in_words(spec));
    let mut flag = Arg::new(name.clone()).long(name.clone()).visible_aliases(spec.aliases.clone()).help(help);
    if let Some(letter) = spec.short {
        flag = flag.short(letter);
    }
    if spec.kind == OptionKind::Bool {
        let flag = flag.num_args(0..=1).require_equals(true).value_name("true|false").overrides_with(name.clone());
        let flag = flag.value_parser(["true", "false", "True", "False"]).hide_possible_values(true);
        let negation = Arg::new(format!("no-{name}")).long(format!("no-{name}"));
        return vec![flag, negation.action(ArgAction::SetTrue).hide(true)];
    }
    // The next word is never a value: it is a goal.
    let flag = flag.require_equals(true).action(ArgAction::Append);
    vec![match &spec.kind {
        OptionKind::Choice(choices) => flag
            .value_name(choices.join("|"))
            .value_parser(PossibleValuesParser::new(choices))
            .hide_possible_values(true),
        OptionKind::Int => flag.value_name("int").value_parser(value_parser!(i64)).allow_hyphen_values(true),
        OptionKind::StringList | OptionKind::List(_) => flag.value_name("['str', ...]"),
        _ => flag.value_name("str"),
    }]
}

fn migrate_config() -> Command {
    let file = Arg::new("file")
        .value_name("PANTS_INI")
        .help("The old config file; the pants.ini of the build root by default");
    let output = Arg::new("output-file").long("output-file").value_name("FILE").require_equals(true);
    Command::new("migrate-config")
        .override_usage("pants migrate-config [--output-file=FILE] [PANTS_INI]")
        .about("Write the pants.toml that means the same as an old pants.ini")
        .arg(file)
        .arg(output.help("The file to write; a pants.toml beside the old file by default"))
}

fn complete() -> Command {
    let shell = Arg::new("shell").value_parser(["bash", "zsh", "fish"]).help("The shell");
    let words = Arg::new("words").long("words").action(ArgAction::SetTrue).hide(true);
    let line = Arg::new("line").last(true).num_args(0..).allow_hyphen_values(true).hide(true);
    Command::new("complete")
        .override_usage("pants complete bash|zsh|fish")
        .about("Print a script that completes command lines of pants in a shell")
        .arg(shell.required_unless_present("words"))
        .arg(words)
        .arg(line)
}

fn daemon() -> Command {
    let lines = Arg::new("lines").long("lines").value_name("int").require_equals(true);
    let lines = lines.value_parser(value_parser!(usize)).default_value("50").help("How many of the last lines to show");
    Command::new("daemon")
        .override_usage("pants daemon status|log|stop")
        .disable_help_subcommand(true)
        .about("Ask about the daemon of this build root, or end it")
        .subcommand_required(true)
        .subcommand(Command::new("status").about("Say how the daemon is and what it does; exit code 1 when none runs"))
        .subcommand(Command::new("log").about("Show the last lines of its log, and where that is").arg(lines))
        .subcommand(Command::new("stop").about("End it after the runs that it has"))
}

fn kill_pantsd() -> Command {
    Command::new("kill-pantsd").about("End the daemon of this build root at once, with all that it has started")
}

/// The manual page, in the language of `man`.
pub(crate) fn manual() -> Vec<u8> {
    let program = program();
    let words: Vec<String> = program.get_subcommands().map(|word| word.get_name().replace('-', "\\-")).collect();
    let mut page = Vec::new();
    clap_mangen::Man::new(program).render(&mut page).expect("a vector takes everything");
    let page = String::from_utf8(page).expect("all of it is text");
    // The words of the program are described here, not on pages of their own.
    let page =
        words.iter().fold(page, |page, word| page.replace(&format!("pants\\-{word}(1)"), &format!("pants {word}")));
    page.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_makes_sense_to_clap() {
        program().debug_assert();
    }

    #[test]
    fn every_global_option_is_in_the_manual() {
        let page = String::from_utf8(manual()).expect("it is text").replace('\\', "");
        for spec in global_options() {
            assert!(page.contains(&format!("--{}", spec.name)), "`{}`", spec.name);
        }
    }
}
