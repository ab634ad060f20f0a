//! Small XML documents as trees: Maven's settings, JUnit's reports. Namespaces, comments and processing instructions are
//! passed over.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An element with what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// Its name, without namespace.
    pub(crate) name: String,
    /// Its attributes, in order.
    pub(crate) attributes: Vec<(String, String)>,
    /// The elements in it.
    pub(crate) children: Vec<Element>,
    /// The text in it, without that of its children.
    pub(crate) text: String,
}

impl Element {
    /// Parses a document and answers its root.
    pub(crate) fn parse(text: &str) -> Result<Self, quick_xml::Error> {
        let mut reader = Reader::from_str(text);
        let mut open = vec![Self::default()];
        loop {
            let event = reader.read_event()?;
            let current = open.last_mut().expect("the document itself is never closed");
            match event {
                Event::Start(start) => open.push(Self::from_start(&start)?),
                Event::Empty(start) => current.children.push(Self::from_start(&start)?),
                Event::Text(text) => current.text.push_str(&text.decode()?),
                Event::CData(text) => current.text.push_str(&text.decode()?),
                Event::GeneralRef(reference) => {
                    let name = reference.decode()?;
                    current.text.push_str(&unescape(&format!("&{name};")));
                }
                Event::End(_) => {
                    let closed = open.pop().expect("the reader checks that ends match");
                    if let Some(parent) = open.last_mut() {
                        parent.children.push(closed);
                    }
                }
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        let document = open.swap_remove(0);
        Ok(document.children.into_iter().next().unwrap_or_default())
    }

    fn from_start(start: &BytesStart<'_>) -> Result<Self, quick_xml::Error> {
        let mut element =
            Self { name: String::from_utf8_lossy(start.local_name().as_ref()).into_owned(), ..Self::default() };
        for attribute in start.attributes() {
            let attribute = attribute?;
            let name = String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned();
            element.attributes.push((name, unescape(&String::from_utf8_lossy(&attribute.value))));
        }
        Ok(element)
    }

    /// The children with a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The elements at the end of a path of names: `all_at(&["mirrors", "mirror"])`.
    pub(crate) fn all_at(&self, path: &[&str]) -> Vec<&Self> {
        let mut found = vec![self];
        for name in path {
            found = found.into_iter().flat_map(|element| element.children.iter()).filter(|e| e.name == *name).collect();
        }
        found
    }

    /// The trimmed text of the first child with a name; empty when there is none.
    pub(crate) fn child_text(&self, name: &str) -> &str {
        self.children.iter().find(|child| child.name == name).map_or("", |child| child.text.trim())
    }

    /// An attribute; empty when there is none.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(attribute, _)| attribute == name).map_or("", |(_, value)| value)
    }
}

fn unescape(text: &str) -> String {
    // An entity that nobody declared stays as it was written.
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_becomes_a_tree() {
        let root = Element::parse(
            "<?xml version='1.0'?><!-- c --><a:r xmlns:a='x'><b k='1 &lt; 2'>t&amp;u<![CDATA[<v>]]></b><b/></a:r>",
        )
        .unwrap();
        assert_eq!(root.name, "r");
        assert_eq!(root.child_text("b"), "t&u<v>");
        assert_eq!(root.all_at(&["b"])[0].attribute("k"), "1 < 2");
        assert_eq!(root.all("b").count(), 2);
    }

    #[test]
    fn what_is_not_closed_is_an_error() {
        assert!(Element::parse("<a><b></a>").is_err());
    }
}
