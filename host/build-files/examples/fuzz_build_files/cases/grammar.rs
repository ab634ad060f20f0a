//! A dictionary of what BUILD files consist of, and a small grammar that makes expressions, statements and files of it.

use super::{Random, Subject};

const NAMES: [&str; 22] = [
    "x",
    "y",
    "z",
    "f",
    "g",
    "i",
    "C",
    "e",
    "k",
    "args",
    "kwargs",
    "__file__",
    "__name__",
    "os",
    "glob",
    "jar",
    "java_library",
    "target",
    "True",
    "False",
    "None",
    "helper",
];

const FUNCTIONS: [&str; 66] = [
    "abs",
    "all",
    "any",
    "bool",
    "buildfile_path",
    "dict",
    "enumerate",
    "filter",
    "float",
    "frozenset",
    "get_buildroot",
    "getattr",
    "globs",
    "hasattr",
    "int",
    "isinstance",
    "len",
    "list",
    "map",
    "maven_layout",
    "max",
    "min",
    "open",
    "pants_version",
    "print",
    "range",
    "repr",
    "reversed",
    "rglobs",
    "round",
    "set",
    "sorted",
    "source_root",
    "str",
    "sum",
    "tuple",
    "unicode",
    "xrange",
    "zglobs",
    "zip",
    "target",
    "java_library",
    "python_library",
    "jar_library",
    "files",
    "alias",
    "jar",
    "exclude",
    "scoped",
    "provided",
    "intransitive",
    "bundle",
    "numbered",
    "opaque_thing",
    "unknown_thing",
    "os.path.join",
    "os.path.basename",
    "os.path.relpath",
    "os.listdir",
    "os.environ.get",
    "os.path.exists",
    "os.path.normpath",
    "glob.glob",
    "f",
    "g",
    "C",
];

const METHODS: [&str; 66] = [
    "format",
    "join",
    "split",
    "rsplit",
    "splitlines",
    "lower",
    "upper",
    "capitalize",
    "title",
    "encode",
    "decode",
    "strip",
    "lstrip",
    "rstrip",
    "startswith",
    "endswith",
    "replace",
    "find",
    "rfind",
    "index",
    "rindex",
    "count",
    "partition",
    "rpartition",
    "isdigit",
    "isalpha",
    "isalnum",
    "isspace",
    "islower",
    "isupper",
    "ljust",
    "rjust",
    "zfill",
    "sort",
    "append",
    "extend",
    "insert",
    "pop",
    "remove",
    "reverse",
    "clear",
    "copy",
    "get",
    "setdefault",
    "has_key",
    "keys",
    "values",
    "items",
    "iteritems",
    "update",
    "union",
    "difference",
    "intersection",
    "symmetric_difference",
    "add",
    "discard",
    "issubset",
    "issuperset",
    "read",
    "readlines",
    "readline",
    "close",
    "exclude",
    "intransitive",
    "with_sources",
    "here",
];

const KEYWORDS: [&str; 34] = [
    "name",
    "dependencies",
    "sources",
    "exclude",
    "excludes",
    "tags",
    "description",
    "provides",
    "platform",
    "exports",
    "strict_deps",
    "args",
    "timeout",
    "env",
    "jars",
    "main",
    "binary",
    "bundles",
    "either",
    "scope",
    "no_cache",
    "org",
    "rev",
    "force",
    "key",
    "reverse",
    "sep",
    "rel_path",
    "mapper",
    "relative_to",
    "target",
    "resources",
    "count",
    "default",
];

const LITERALS: [&str; 60] = [
    "''",
    "'a'",
    "'b'",
    "':b'",
    "'lib'",
    "'lib:lib'",
    "'//lib:lib'",
    "'../x'",
    "'*.java'",
    "'**/*.java'",
    "'!a.java'",
    "'a.java'",
    "'[a-'",
    "'requirements.txt'",
    "'ü€𐀀'",
    "'\\x00'",
    "'\\n'",
    "r'\\'",
    "b'\\xff'",
    "u'a'",
    "'''a\nb'''",
    "'%s'",
    "'%d %5.2f %r'",
    "'%(a)s'",
    "'%*d'",
    "'%'",
    "'{}'",
    "'{0}{x:>3}'",
    "'{0.a[b]}'",
    "'{'",
    "'{:99999}'",
    "'%99999s'",
    "f'{x}'",
    "f'{x!r:>4}'",
    "f'{{}}'",
    "f'{f\"{x}\"}'",
    "0",
    "1",
    "-1",
    "2",
    "3",
    "10",
    "1000",
    "9223372036854775807",
    "-9223372036854775808",
    "0x10",
    "0o7",
    "1_0",
    "1.5",
    "1e308",
    "1e999",
    "1j",
    "True",
    "False",
    "None",
    "...",
    "[]",
    "{}",
    "()",
    "'compile test'",
];

const OPERATORS: [&str; 26] = [
    "+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^", "and", "or", "<", "<=", "==", "!=", ">", ">=",
    "in", "not in", "is", "is not", "+",
];

const PIECES: [&str; 48] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "=",
    "+=",
    "-=",
    ";",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\u{c}",
    "\u{feff}",
    "\0",
    "\\\n",
    "#c\n",
    "#- prelude\n",
    "'",
    "\"\"\"",
    "`",
    "*",
    "**",
    "...",
    "@",
    ":=",
    "->",
    "<>",
    "lambda:",
    "lambda x:",
    "if ",
    " else ",
    " for x in ",
    "def f(*a, **k):\n  ",
    "class C(object):\n  ",
    "try:\n  ",
    "except:\n  ",
    "with open('a') as e:\n  ",
    "import os\n",
    "from os import path as p\n",
    "return ",
    "yield ",
    "raise ",
    "del x\n",
];

const PARTS_OF_NAMES: [&str; 34] = [
    "//", ":", "::", "/", ".", "..", "./", "../", "^", "!", "@", "?", "*", "**", "[", "]", "[a", "\\", "=", " ", "\t",
    "\n", "\0", "ü", "a", "lib", "lib/deep", "lib:lib", "a b", "A.java", "-", "~", "\u{202e}", "\u{feff}",
];

const PARTS_OF_GLOBS: [&str; 36] = [
    "*", "**", "**/", "/**", "?", "[", "]", "[!", "[^", "[]", "[]-a]", "[a-c]", "[c-a]", "[--]", "[a-", "-", "/", ".",
    "..", "./", "//", "\n", "\n!", "\n=", "a", "b", "ab", ".java", "ü", "𐀀", "\\", "{a,b}", " ", "d", "d/e", "^",
];

/// A token of the subject's texts.
pub fn token(subject: Subject, random: &mut Random) -> String {
    let text = match subject {
        Subject::Names => *random.pick(&PARTS_OF_NAMES),
        Subject::Globs => *random.pick(&PARTS_OF_GLOBS),
        Subject::Parser | Subject::Evaluator => match random.below(7) {
            0 => random.pick(&NAMES),
            1 => return format!("{}(", random.pick(&FUNCTIONS)),
            2 => return format!(".{}(", random.pick(&METHODS)),
            3 => return format!("{}=", random.pick(&KEYWORDS)),
            4 => random.pick(&LITERALS),
            5 => return format!(" {} ", random.pick(&OPERATORS)),
            _ => random.pick(&PIECES),
        },
    };
    text.to_owned()
}

/// An expression of at most this depth.
pub fn expression(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        let leaf: &[&str] = if random.one_in(3) { &NAMES } else { &LITERALS };
        return (*random.pick(leaf)).to_owned();
    }
    let mut inner = || expression(random, depth - 1);
    let (a, b, c) = (inner(), inner(), inner());
    match random.below(18) {
        0 | 1 => format!("({a} {} {b})", random.pick(&OPERATORS)),
        2 => format!("{}({a})", random.pick(&FUNCTIONS)),
        3 => format!("{}({a}, {b})", random.pick(&FUNCTIONS)),
        4 => format!("{}({a}, {}={b})", random.pick(&FUNCTIONS), random.pick(&KEYWORDS)),
        5 => format!("{}(*{a}, **{b})", random.pick(&FUNCTIONS)),
        6 => format!("{a}.{}()", random.pick(&METHODS)),
        7 => format!("{a}.{}({b})", random.pick(&METHODS)),
        8 => format!("{a}.{}({b}, {c})", random.pick(&METHODS)),
        9 => format!("[{a}, {b}, *{c}]"),
        10 => format!("{{{a}: {b}, **{c}}}"),
        11 => format!("{{{a}, {b}}}"),
        12 => format!("{a}[{b}]"),
        13 => format!("{a}[{b}:{c}:{}]", random.pick(&LITERALS)),
        14 => format!("({a} if {b} else {c})"),
        15 => format!("[{a} for x in {b} if {c}]"),
        16 => format!("(lambda x, *args, **kwargs: {a})"),
        _ => format!("{{{a}: x for x in {b}}}"),
    }
}

/// A statement, indented by so many levels.
fn statement(random: &mut Random, level: usize) -> String {
    let pad = "  ".repeat(level);
    let deep = if level < 3 { 14 } else { 7 };
    let depth = random.below(4);
    let value = expression(random, depth);
    let name = *random.pick(&NAMES[..10]);
    let mut body = |header: String| {
        let mut text = format!("{pad}{header}:\n");
        for _ in 0..=random.below(3) {
            text += &statement(random, level + 1);
        }
        text
    };
    match body_kind(&value, deep) {
        0 | 1 => format!("{pad}{name} = {value}\n"),
        2 => format!("{pad}{name} += {value}\n"),
        3 => format!("{pad}{value}\n"),
        4 => format!("{pad}{name}[{value}] = {value}\n"),
        5 => call(random, &pad),
        6 => {
            format!("{pad}{}\n", random.pick(&["return x", "break", "continue", "pass", "del x", "raise", "import os"]))
        }
        7 => body(format!("for {name} in {value}")),
        8 => body(format!("if {value}")),
        9 => body(format!("def {name}(x={value}, *args, **kwargs)")),
        10 => body("try".to_owned()) + &format!("{pad}except (KeyError, ValueError) as e:\n{pad}  print(e)\n"),
        11 => body(format!("with open({value}) as {name}")),
        12 => body(format!("class {name}(object)")),
        _ => body(format!("while {value}")),
    }
}

/// Which statement is made, drawn from the text that it will hold: the generator is lent to its body.
fn body_kind(value: &str, kinds: usize) -> usize {
    (super::hash(value) >> 20) as usize % kinds
}

/// A call of a target type with some of its keywords.
fn call(random: &mut Random, pad: &str) -> String {
    let mut text =
        format!("{pad}{}(\n", random.pick(&["java_library", "target", "python_library", "jar_library", "f"]));
    if !random.one_in(8) {
        text += &format!("{pad}  name='{}',\n", random.pick(&["a", "b", "c", "d"]));
    }
    for _ in 0..random.below(5) {
        let depth = random.below(3);
        text += &format!("{pad}  {}={},\n", random.pick(&KEYWORDS), expression(random, depth));
    }
    text + pad + ")\n"
}

/// Keywords with values that they take.
const SOUND: [(&str, &[&str]); 17] = [
    (
        "sources",
        &["['a.java']", "globs('*.java')", "rglobs('*.py', exclude=['b.py'])", "['**/*', '!*.txt']", "'x.txt'"],
    ),
    (
        "dependencies",
        &["['lib']", "['lib:other', scoped('lib', scope='runtime')]", "[jar('a', 'b', '1')]", "[provided(':a')]"],
    ),
    ("tags", &["['x', 'y']", "{'x'}", "['t%d' % n for n in range(9)]"]),
    ("description", &["'ü'", "'''a\nb'''", "__file__"]),
    (
        "provides",
        &[
            "None",
            "1.5",
            "b'x'",
            "{'a': [1, (2, {3})]}",
            "artifact(org='o', repo=opaque_thing('x'))",
            "lambda x: x",
            "-0.0",
        ],
    ),
    ("platform", &["'java8'"]),
    ("exports", &["['lib']"]),
    ("strict_deps", &["True", "'True'"]),
    ("args", &["['-a']", "[]", "('b', 'c')"]),
    ("timeout", &["60", "-9223372036854775807"]),
    ("env", &["{'A': os.environ.get('USER'), 'B': 1}", "{}"]),
    ("jars", &["[jar('a', 'b', rev='1', excludes=[exclude('x')]).intransitive()]"]),
    ("main", &["'m'", "open('a/names.txt').read()", "pants_version()"]),
    ("bundles", &["[bundle(fileset=globs('*'))]", "[bundle(mapper=DirectoryReMapper('a', 'b'), fileset=['x.txt'])]"]),
    ("either", &["[jar('c', 'd', '2'), 'lib']"]),
    ("resources", &["['x.txt']", "globs('*.x')"]),
    ("no_cache", &["True"]),
];

/// A file with which nothing is wrong, so that what it comes to is worth storing.
fn sound_file(random: &mut Random) -> String {
    let mut text = "import os\ntarget(name='a')\n".to_owned();
    for number in 1..=random.below(5) + 1 {
        let name = random.pick(&["java_library", "python_library", "jvm_binary", "opaque_thing"]);
        text += &format!("{name}(name='s{number}', ");
        let first = random.below(SOUND.len());
        for (keyword, values) in SOUND.iter().cycle().skip(first).step_by(2).take(random.below(6)) {
            text += &format!("{keyword}={}, ", random.pick(values));
        }
        text += ")\n";
    }
    text
}

/// A whole file, sometimes with a prelude.
pub fn file(random: &mut Random) -> String {
    if random.one_in(4) {
        return sound_file(random);
    }
    let mut text = String::new();
    for _ in 0..=random.below(8) {
        text += &statement(random, 0);
    }
    if random.one_in(8) {
        text += "#- prelude\n";
        for _ in 0..=random.below(3) {
            text += &statement(random, 0);
        }
    }
    text
}
