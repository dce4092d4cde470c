//! Every format is read back by a reader that is not ours, with ids that hold all that needs escaping.

use std::collections::BTreeMap;

use proptest::prelude::*;
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

use super::*;
use crate::cascade::tests::node;
use crate::cascade::{Node, Tree};
use crate::id::Network;

fn trees() -> impl Strategy<Value = Tree> {
    let id = || "[a-c&<>\"'(),:;\\[\\]_ é😀-]{1,6}".prop_map(|native| PostId::new(Network::Other, native).unwrap());
    let posts = prop::collection::vec((id(), any::<prop::sample::Index>(), 0..100i64), 0..20);
    (id(), posts, any::<bool>()).prop_map(|(root, posts, is_rooted)| {
        let mut tree = Tree::new(root.clone());
        if is_rooted {
            tree.insert(&root, node(None, 0));
        }
        let mut ids = vec![root];
        for (id, parent, at) in posts {
            let parent = Some(parent.get(&ids).clone());
            tree.insert(
                &id,
                Node {
                    parent,
                    ..node(None, at)
                },
            );
            ids.push(id);
        }
        tree
    })
}

fn name(id: &PostId) -> Option<String> {
    id.native()
        .len()
        .is_multiple_of(2)
        .then(|| format!("<{}>", id.native()))
}

fn written(view: &View<'_>, format: Format) -> String {
    let mut bytes = Vec::new();
    write(view, format, &name, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// What each post hangs on.
fn parents(view: &View<'_>) -> BTreeMap<String, Option<String>> {
    let entries = view.entries();
    let parent = |parent: Option<usize>| parent.map(|parent| entries[parent].id.to_string());
    entries
        .iter()
        .map(|entry| (entry.id.to_string(), parent(entry.parent)))
        .collect()
}

/// The nodes and edges of an XML document, and the text and attributes of all else.
fn graph(text: &str) -> (BTreeMap<String, Option<String>>, String) {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let (mut parents, mut rest) = (BTreeMap::new(), String::new());
    loop {
        let event = reader.read_event().unwrap();
        let (Event::Start(element) | Event::Empty(element)) = &event else {
            match event {
                Event::Eof => return (parents, rest),
                Event::Text(text) => rest.push_str(&text),
                _ => {}
            }
            continue;
        };
        let attribute = |name: &str| {
            let attribute = element.try_get_attribute(name).unwrap()?;
            Some(
                attribute
                    .normalized_value(XmlVersion::Implicit1_0)
                    .unwrap()
                    .into_owned(),
            )
        };
        match element.name().as_ref() {
            "node" => _ = parents.insert(attribute("id").unwrap(), None),
            "edge" => _ = parents.insert(attribute("target").unwrap(), attribute("source")),
            _ => rest.extend(attribute("value")),
        }
    }
}

/// Reads Newick: each name with what it hangs on, and the sum of the branch lengths.
fn newick(text: &str) -> (BTreeMap<String, Option<String>>, f64) {
    let (mut parents, mut length) = (BTreeMap::new(), 0.0);
    let mut open: Vec<Vec<String>> = vec![Vec::new()];
    let mut rest = text;
    let mut children = Vec::new();
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '(' => open.push(Vec::new()),
            ')' => children = open.pop().unwrap(),
            '\'' => {
                let mut label = String::new();
                loop {
                    let end = rest.find('\'').unwrap();
                    label.push_str(&rest[..end]);
                    rest = &rest[end + 1..];
                    let Some(more) = rest.strip_prefix('\'') else {
                        break;
                    };
                    label.push('\'');
                    rest = more;
                }
                for child in std::mem::take(&mut children) {
                    parents.insert(child, Some(label.clone()));
                }
                open.last_mut().unwrap().push(label);
            }
            ':' => {
                let end = rest.find([',', ')', ';']).unwrap();
                length += rest[..end].parse::<f64>().unwrap();
                rest = &rest[end..];
            }
            ';' => parents.extend(open.pop().unwrap().into_iter().map(|root| (root, None))),
            _ => {}
        }
    }
    (parents, length)
}

proptest! {
    #[test]
    fn every_format_reads_back_as_the_tree_that_was_written(tree in trees()) {
        let view = View::of(&tree, None);
        let expected = parents(&view);
        for format in [Format::GraphMl, Format::Gexf] {
            let text = written(&view, format);
            let (found, rest) = graph(&text);
            prop_assert_eq!(&found, &expected, "{}", text);
            for node in view.descendants() {
                prop_assert!(rest.contains(&node.at.to_string()));
            }
        }
        let (found, length) = newick(&written(&view, Format::Newick));
        prop_assert_eq!(&found, &expected);
        let lengths = view.entries().iter().filter_map(|entry| {
            let parent = view.entries()[entry.parent?].node?;
            Some(entry.node?.at.since(parent.at).as_secs_f64())
        });
        prop_assert_eq!(length, lengths.sum::<f64>());

        let json: serde_json::Value = serde_json::from_str(&written(&view, Format::Json)).unwrap();
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let nodes = json["nodes"].as_array().unwrap().iter();
        let found: BTreeMap<_, _> = nodes.map(|node| (text(&node["id"]).unwrap(), text(&node["parent"]))).collect();
        prop_assert_eq!(&found, &expected);
    }
}

#[test]
fn a_chain_longer_than_the_stack_is_deep_can_be_written() {
    let ids: Vec<_> = (0..50_000).map(crate::cascade::tests::post).collect();
    let mut tree = Tree::new(ids[0].clone());
    for pair in ids.windows(2) {
        tree.insert(
            &pair[1],
            Node {
                parent: Some(pair[0].clone()),
                ..node(None, 1)
            },
        );
        // Deep chains cost as many steps a post as they are deep: this one is grown by its end alone.
        if tree.shape().depth() >= 2_000 {
            break;
        }
    }
    let view = View::of(&tree, None);
    let (found, _) = newick(&written(&view, Format::Newick));
    assert_eq!(found, parents(&view));
}
