//! The languages whose lines are counted: how their files end, and how they write comments.

use std::path::Path;

/// How a language writes comments and text.
pub(crate) struct Language {
    pub(crate) name: &'static str,
    /// The ends of its file names, without the dot.
    extensions: &'static [&'static str],
    /// What begins a comment that ends with the line.
    pub(super) line: &'static [&'static str],
    /// What begins and ends a comment of several lines.
    pub(super) block: &'static [(&'static str, &'static str)],
    /// What begins and ends a text of several lines.
    pub(super) long_text: &'static [&'static str],
    /// What begins and ends a text of several lines that is documentation where it stands alone.
    pub(super) documentation: &'static [&'static str],
    /// What begins and ends a text in a line.
    pub(super) quotes: &'static [u8],
}

const C: Language = Language {
    name: "C",
    extensions: &["c"],
    line: &["//"],
    block: &[("/*", "*/")],
    long_text: &[],
    documentation: &[],
    quotes: b"\"'",
};

const SHELL: Language = Language {
    name: "Bourne Shell",
    extensions: &["sh", "bash"],
    line: &["#"],
    block: &[],
    long_text: &[],
    documentation: &[],
    quotes: b"\"'",
};

const PLAIN: Language = Language { line: &[], quotes: b"", ..SHELL };

static LANGUAGES: [Language; 32] = [
    Language { name: "ANTLR Grammar", extensions: &["g", "g4"], ..C },
    SHELL,
    C,
    Language { name: "C++", extensions: &["cc", "cpp", "cxx"], ..C },
    Language { name: "C/C++ Header", extensions: &["h", "hh", "hpp"], ..C },
    Language { name: "C#", extensions: &["cs"], ..C },
    Language { name: "CSS", extensions: &["css", "less", "scss"], line: &[], ..C },
    Language { name: "Clojure", extensions: &["clj", "cljs", "cljc"], line: &[";"], quotes: b"\"", ..PLAIN },
    Language { name: "Go", extensions: &["go"], long_text: &["`"], ..C },
    Language { name: "Groovy", extensions: &["groovy", "gradle"], long_text: &["\"\"\"", "'''"], ..C },
    Language { name: "HTML", extensions: &["html", "htm", "mustache"], block: &[("<!--", "-->")], ..PLAIN },
    Language { name: "Haskell", extensions: &["hs"], line: &["--"], block: &[("{-", "-}")], quotes: b"\"", ..PLAIN },
    Language { name: "JSON", extensions: &["json"], ..PLAIN },
    Language { name: "Java", extensions: &["java"], long_text: &["\"\"\""], ..C },
    Language { name: "JavaScript", extensions: &["js", "jsx", "mjs"], long_text: &["`"], ..C },
    Language { name: "Kotlin", extensions: &["kt", "kts"], long_text: &["\"\"\""], ..C },
    Language { name: "Lua", extensions: &["lua"], line: &["--"], block: &[("--[[", "]]")], ..SHELL },
    Language { name: "Markdown", extensions: &["md", "markdown"], block: &[("<!--", "-->")], ..PLAIN },
    Language { name: "Perl", extensions: &["pl", "pm"], ..SHELL },
    Language { name: "Protobuf", extensions: &["proto"], ..C },
    Language { name: "Python", extensions: &["py", "pyi"], documentation: &["\"\"\"", "'''"], ..SHELL },
    Language { name: "Ragel", extensions: &["rl"], line: &["//", "#"], ..C },
    Language { name: "Ruby", extensions: &["rb"], block: &[("=begin", "=end")], ..SHELL },
    Language { name: "Rust", extensions: &["rs"], quotes: b"\"", ..C },
    Language { name: "SQL", extensions: &["sql"], line: &["--"], ..C },
    Language { name: "Scala", extensions: &["scala"], long_text: &["\"\"\""], quotes: b"\"", ..C },
    Language { name: "Swift", extensions: &["swift"], long_text: &["\"\"\""], quotes: b"\"", ..C },
    Language { name: "Thrift", extensions: &["thrift"], line: &["//", "#"], ..C },
    Language { name: "TOML", extensions: &["toml"], ..SHELL },
    Language { name: "TypeScript", extensions: &["ts", "tsx"], long_text: &["`"], ..C },
    Language { name: "XML", extensions: &["xml", "xsd", "wsdl"], block: &[("<!--", "-->")], ..PLAIN },
    Language { name: "YAML", extensions: &["yaml", "yml"], ..SHELL },
];

/// The language of a file, by its name.
pub(crate) fn language_of(file: &Path) -> Option<&'static Language> {
    let extension = file.extension()?.to_str()?;
    LANGUAGES.iter().find(|language| language.extensions.contains(&extension))
}
