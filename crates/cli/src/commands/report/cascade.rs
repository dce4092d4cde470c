//! `backtweet report cascade` and `cascades`: how far posts travelled. How it looks is known to `view::cascade`.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use backtweet_domain::cascade::{Node, Passing, Tree, View, export};
use backtweet_domain::{Edge, PostId, Role, Timestamp};
use backtweet_wire::convert::WireEnum;
use backtweet_wire::v1;
use serde_json::json;

use super::{Client, window};
use crate::args::{Cascade, Cascades, Export, Format};
use crate::client::refused;
use crate::output;
use crate::view::cascade as picture;
use crate::view::figures;
use crate::view::zone::Zone;

/// The most posts that one response holds.
const PAGE: u32 = 5_000;

/// A cascade to ask for, and what to do with it.
pub struct Wanted {
    request: v1::CascadeRequest,
    lines: usize,
    export: Option<(Export, Option<std::path::PathBuf>)>,
}

impl Wanted {
    /// Reads the command line.
    pub fn assemble(args: Cascade, now: Timestamp) -> Result<Self> {
        let as_of = args
            .as_of
            .map(|text| window::time(&text, &Zone::UTC, now))
            .transpose()?;
        let observe = args.observe.map(|text| {
            let span = window::age(&text);
            span.with_context(|| format!("`{text}` is no span of time: write it as 30m, 1h or 2d"))
        });
        let request = v1::CascadeRequest {
            subject: args.subject,
            root: args.root,
            as_of_us: as_of.map(Timestamp::micros),
            observe_seconds: observe.transpose()?.map(|span| span.as_secs()),
            with_nodes: true,
            page_size: PAGE,
            page_token: String::new(),
        };
        Ok(Self {
            request,
            lines: args.lines,
            export: args.export.map(|export| (export, args.out)),
        })
    }
}

/// Shows one cascade, or writes it for other programs.
pub async fn one(client: &mut Client, wanted: Wanted, format: Format) -> Result<()> {
    let Wanted {
        mut request,
        lines,
        export,
    } = wanted;
    request.with_nodes = export.is_some() || format != Format::Json;
    let response = all_pages(client, request).await?;
    match (export, format) {
        (Some((export, Some(file))), _) => write(&response, export, &file),
        (Some((export, None)), _) => {
            let mut bytes = Vec::new();
            written(&response, export, &mut bytes)?;
            output::line(String::from_utf8_lossy(&bytes).trim_end());
            Ok(())
        }
        (None, Format::Json) => output::json(&picture::json(&response)),
        (None, Format::Csv) => output::csv(picture::COLUMNS, response.nodes.iter().map(picture::row)),
        (None, Format::Text) => {
            output::line(picture::page(&response, lines));
            output::line(figures::coverage(&response.coverage.unwrap_or_default()));
            Ok(())
        }
    }
}

/// The response with the posts of all pages.
async fn all_pages(client: &mut Client, mut request: v1::CascadeRequest) -> Result<v1::CascadeResponse> {
    let mut whole = client.cascade(request.clone()).await.map_err(refused)?.into_inner();
    request.page_token = std::mem::take(&mut whole.next_page_token);
    while !request.page_token.is_empty() {
        let page = client.cascade(request.clone()).await.map_err(refused)?.into_inner();
        whole.nodes.extend(page.nodes);
        request.page_token = page.next_page_token;
    }
    Ok(whole)
}

fn write(response: &v1::CascadeResponse, export: Export, file: &Path) -> Result<()> {
    let failed = || format!("`{}` cannot be written", file.display());
    let mut out = BufWriter::new(File::create(file).with_context(failed)?);
    written(response, export, &mut out).with_context(failed)?;
    out.flush().with_context(failed)?;
    output::note(format!("{} posts written to {}", response.nodes.len(), file.display()));
    Ok(())
}

fn written(response: &v1::CascadeResponse, export: Export, out: &mut impl Write) -> Result<()> {
    let mut tree = Tree::new(response.root.parse()?);
    let mut authors: HashMap<PostId, &str> = HashMap::new();
    for node in &response.nodes {
        let id: PostId = node.id.parse()?;
        if let Some(author) = node.handle.as_deref().or(node.author.as_deref()) {
            authors.insert(id.clone(), author);
        }
        if let Some(at) = node.at_us {
            tree.insert(&id, post(node, at)?);
        }
    }
    let format = match export {
        Export::Graphml => export::Format::GraphMl,
        Export::Gexf => export::Format::Gexf,
        Export::Newick => export::Format::Newick,
        Export::Json => export::Format::Json,
    };
    let author = |id: &PostId| authors.get(id).map(|author| (*author).to_owned());
    export::write(&View::of(&tree, None), format, &author, out)?;
    Ok(())
}

fn post(node: &v1::CascadeNode, at_us: i64) -> Result<Node> {
    let is_repost = node.passing() == v1::Passing::Repost;
    Ok(Node {
        parent: node.parent.as_ref().map(|parent| parent.parse()).transpose()?,
        edge: Edge::from_number(node.edge).unwrap_or(Edge::Observed),
        at: Timestamp::from_micros(at_us),
        followers: node.followers,
        passing: if is_repost { Passing::Repost } else { Passing::Citation },
        role: Role::from_number(node.role)?,
    })
}

/// Lists the cascades of a subject.
pub async fn list(client: &mut Client, args: Cascades, format: Format) -> Result<()> {
    let order = if args.newest {
        v1::CascadeOrder::Newest
    } else {
        v1::CascadeOrder::Largest
    };
    let mut request = v1::ListCascadesRequest {
        subject: args.subject,
        order: order.into(),
        ..v1::ListCascadesRequest::default()
    };
    let (mut left, mut listed) = (args.limit, Vec::new());
    let coverage = loop {
        request.page_size = left.min(500);
        let response = client
            .list_cascades(request.clone())
            .await
            .map_err(refused)?
            .into_inner();
        left = left.saturating_sub(u32::try_from(response.cascades.len()).unwrap_or(u32::MAX));
        listed.extend(response.cascades);
        request.page_token = response.next_page_token;
        if left == 0 || request.page_token.is_empty() {
            break response.coverage.unwrap_or_default();
        }
    };
    match format {
        Format::Json => output::json(&json!({
            "subject": request.subject,
            "cascades": listed.iter().map(picture::listing_json).collect::<Vec<_>>(),
            "coverage": figures::CoverageView::from(&coverage),
        })),
        Format::Csv => output::csv(picture::LISTING_COLUMNS, listed.iter().map(picture::listing_row)),
        Format::Text if listed.is_empty() => {
            output::line(format!(
                "{}: nobody was seen to pass anything on yet; `backtweet report feed {}` shows what points back",
                request.subject, request.subject
            ));
            Ok(())
        }
        Format::Text => {
            let most = listed.iter().map(|listed| listed.passed_on).max().unwrap_or(0);
            listed
                .iter()
                .for_each(|listed| output::line(picture::listing(listed, most)));
            output::line(figures::coverage(&coverage));
            Ok(())
        }
    }
}
