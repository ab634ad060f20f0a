//! What stands in the files of a scenario.

use super::Random;
use super::repository::{DIRS, FILES};

/// Names of targets.
const NAMES: [&str; 6] = ["t", "u", "v", "lib", "tool", "junit"];

/// The content that a file with this name may have.
pub fn content(random: &mut Random, name: &str) -> String {
    match name {
        "BUILD" | "BUILD.more" => build(random),
        "names.txt" => (0..random.below(3)).map(|_| format!("{}\n", random.pick(&NAMES))).collect(),
        "one.prelude" | "two.prelude" => prelude(random),
        ".gitignore" => (0..random.below(4)).map(|_| format!("{}\n", ignore(random))).collect(),
        _ => format!("{}\n", random.below(4)),
    }
}

fn ignore(random: &mut Random) -> String {
    let patterns = ["/out/", "*.md", "!n.md", "/a/b/", "x/", "ATest.java", "BUILD.more", "/lib", "#", "data.txt"];
    (*random.pick(&patterns)).to_owned()
}

fn prelude(random: &mut Random) -> String {
    let texts = [
        "def helper(name, **kwargs):\n  target(name=name, **kwargs)\n",
        "def helper(name, **kwargs):\n  target(name=name, tags=['helped'], **kwargs)\n",
        "import os\nOWNER = os.environ.get('USER', 'nobody')\n",
        "OWNER = 'x'\n",
        "def helper(\n",
        "",
    ];
    (*random.pick(&texts)).to_owned()
}

fn build(random: &mut Random) -> String {
    let statements = 1 + random.below(4);
    let lines: String = (0..statements).map(|_| statement(random)).collect();
    format!("import os\nimport glob\n{lines}")
}

fn path(random: &mut Random) -> String {
    let (dir, name) = (*random.pick(&DIRS), *random.pick(&FILES));
    match (dir, random.one_in(3)) {
        ("", _) => name.to_owned(),
        (dir, true) => dir.to_owned(),
        (dir, false) => format!("{dir}/{name}"),
    }
}

fn statement(random: &mut Random) -> String {
    let name = *random.pick(&NAMES);
    let dependencies = dependencies(random);
    match random.below(20) {
        0..=3 => format!("target(name='{name}', dependencies=[{dependencies}])\n"),
        4..=6 => format!("java_library(name='{name}', dependencies=[{dependencies}])\n"),
        7 => format!("java_library(name='{name}', sources=rglobs('*.java'), dependencies=[{dependencies}])\n"),
        8 => format!("files(name='{name}', sources=['*/*.txt', 'data.txt', 'b/**/*.md'])\n"),
        9 => format!("java_tests(name='{name}', dependencies=[{dependencies}])\n"),
        10 => format!("if os.environ.get('USER') == 'ann':\n  target(name='{name}', dependencies=[{dependencies}])\n"),
        11 => format!("if os.path.exists('{}'):\n  target(name='{name}')\n", path(random)),
        12 => format!(
            "if os.path.isdir('{0}'):\n  target(name='{name}', description=','.join(os.listdir('{0}')))\n",
            random.pick(&DIRS)
        ),
        13 => format!(
            "target(name='{name}', description=','.join(glob.glob('{}{}')))\n",
            random.pick(&["", "a/", "lib/", "*/", "**/", "a/b/../"]),
            random.pick(&["*.md", "*", "x/*.txt", "data.txt"])
        ),
        14 => "lines('names.txt')\n".to_owned(),
        15 => format!("target(name='{name}', description=open('{}').read())\n", path(random)),
        16 => format!("source_root('{}', java_library)\n", random.pick(&["", "b", "x"])),
        17 => format!("helper(name='{name}')\n"),
        18 => format!("java_library(name='{name}', sources=['A.java', 'x/*.java'], tags=['{}'])\n", random.below(3)),
        _ => (*random.pick(&["target(\n", "unheard_of(name='q')\n", "target(name=OWNER)\n", "target(nonsense=1)\n"]))
            .to_owned(),
    }
}

fn dependencies(random: &mut Random) -> String {
    let count = [0, 0, 1, 1, 2, 3][random.below(6)];
    let all: Vec<String> = (0..count)
        .map(|_| match random.one_in(4) {
            true => format!("':{}'", random.pick(&NAMES)),
            false => format!("'//{}:{}'", random.pick(&DIRS), random.pick(&NAMES)),
        })
        .collect();
    all.join(", ")
}
