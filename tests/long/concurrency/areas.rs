//! An area of the build root that one client alone edits, so that he knows every answer about it.

use crate::support::{Answer, Chance, Pants, Repository};
use std::path::PathBuf;

/// What a client does next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    /// Adds or removes a target.
    EditBuild,
    /// Changes what the program prints.
    EditSource,
    /// Makes the source wrong, or right again.
    Break,
    List,
    Dependees,
    Filedeps,
    Everything,
    Compile,
    Run,
}

impl Deed {
    pub(super) fn any(chance: &mut Chance) -> Self {
        *chance.weighted(&[
            (3, Self::EditBuild),
            (2, Self::EditSource),
            (1, Self::Break),
            (8, Self::List),
            (5, Self::Dependees),
            (3, Self::Filedeps),
            (2, Self::Everything),
            (3, Self::Compile),
            (1, Self::Run),
        ])
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::EditBuild | Self::List => "list",
            Self::Dependees => "dependees",
            Self::Filedeps => "filedeps",
            Self::Everything => "list ::",
            Self::EditSource | Self::Break | Self::Compile => "compile",
            Self::Run => "run",
        }
    }
}

/// The area, and what is in it.
pub(super) struct Area {
    name: String,
    directory: PathBuf,
    /// So many targets stand beside the two that are always there.
    extras: usize,
    number: usize,
    is_broken: bool,
}

impl Area {
    pub(super) fn new(repository: &Repository, client: usize) -> Self {
        let name = format!("area{client}");
        let directory = repository.root().join(&name);
        std::fs::create_dir(&directory).expect("a new directory");
        let area = Self { name, directory, extras: 0, number: client * 1_000_000, is_broken: false };
        area.write_build();
        area.write_source();
        area
    }

    /// Does something, and says what is wrong about the answer.
    pub(super) fn carry_out(&mut self, deed: Deed, pants: &Pants) -> (Answer, Result<(), String>) {
        let (args, expected) = self.prepare(deed);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let answer = pants.run(&args);
        let is_right = match &expected {
            Expected::Lines(lines) => answer.is_quiet_success() && answer.text() == lines.concat(),
            Expected::Own(lines) => {
                let own: Vec<String> = self.own_lines(&answer.text());
                answer.code == Some(0) && own == *lines
            }
            Expected::Built => answer.code == Some(0),
            Expected::Broken => answer.code == Some(1) && answer.errors().contains("Program.java"),
            Expected::Prints(text) => answer.code == Some(0) && answer.text() == *text,
        };
        let verdict = if is_right { Ok(()) } else { Err(format!("{args:?} where {expected:?}: {answer:?}")) };
        (answer, verdict)
    }

    fn prepare(&mut self, deed: Deed) -> (Vec<String>, Expected) {
        match deed {
            Deed::EditBuild => {
                self.extras = (self.extras + 1) % 4;
                self.write_build();
            }
            Deed::EditSource => {
                self.number += 1;
                self.write_source();
            }
            Deed::Break => {
                self.is_broken = !self.is_broken;
                self.write_source();
            }
            _ => {}
        }
        let name = self.name.clone();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let built = |yes| if self.is_broken { Expected::Broken } else { yes };
        match deed {
            Deed::EditBuild | Deed::List => (words(&["list", &format!("{name}::")]), Expected::Lines(self.targets())),
            Deed::Dependees => {
                let lines = self.targets().into_iter().filter(|line| !line.ends_with(":lib\n")).collect();
                (words(&["dependees", &format!("{name}:lib")]), Expected::Lines(lines))
            }
            Deed::Filedeps => {
                let lines = vec![format!("{name}/BUILD\n"), format!("{name}/Program.java\n")];
                (words(&["filedeps", &format!("{name}:lib")]), Expected::Lines(lines))
            }
            Deed::Everything => (words(&["list", "::"]), Expected::Own(self.targets())),
            Deed::EditSource | Deed::Break | Deed::Compile => {
                (words(&["compile", &format!("{name}::")]), built(Expected::Built))
            }
            Deed::Run => {
                let text = format!("{}\n", self.number);
                (words(&["run", &format!("{name}:bin")]), built(Expected::Prints(text)))
            }
        }
    }

    fn targets(&self) -> Vec<String> {
        let mut lines = vec![format!("{}:bin\n", self.name)];
        lines.extend((0..self.extras).map(|number| format!("{}:extra{number}\n", self.name)));
        lines.push(format!("{}:lib\n", self.name));
        lines
    }

    fn own_lines(&self, text: &str) -> Vec<String> {
        let start = format!("{}:", self.name);
        text.split_inclusive('\n').filter(|line| line.starts_with(&start)).map(ToOwned::to_owned).collect()
    }

    fn write_build(&self) {
        let mut text = "java_library(name='lib', sources=['*.java'])\n\
                        jvm_binary(name='bin', main='Program', dependencies=[':lib'])\n"
            .to_owned();
        for number in 0..self.extras {
            text.push_str(&format!("target(name='extra{number}', dependencies=[':lib'])\n"));
        }
        self.write("BUILD", &text);
    }

    fn write_source(&self) {
        let end = if self.is_broken { "" } else { ";" };
        let text = format!(
            "public class Program {{\n  public static void main(String[] args) {{\n    \
             System.out.println({}){end}\n  }}\n}}\n",
            self.number
        );
        self.write("Program.java", &text);
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.directory.join(name), text).expect("the file");
    }
}

/// What an answer must be.
#[derive(Debug)]
enum Expected {
    /// Exactly these lines, and no other word.
    Lines(Vec<String>),
    /// These lines among those of others.
    Own(Vec<String>),
    Built,
    Broken,
    Prints(String),
}
