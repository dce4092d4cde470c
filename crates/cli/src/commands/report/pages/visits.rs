//! Visits from a CSV file: with a column for the page, one for visits, and one for the date where there is one. Search Console's exports are
//! such files; a click there is a visit. A line that cannot be read is named, and the others are taken.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use backtweet_domain::Timestamp;
use backtweet_wire::v1::PageVisits;
use csv::{ReaderBuilder, StringRecord};

use crate::view::zone::Zone;

const PAGE: [&str; 4] = ["page", "top pages", "landing page", "url"];
const DATE: [&str; 2] = ["date", "day"];
const VISITS: [&str; 3] = ["visits", "clicks", "sessions"];

/// What a file says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Read {
    /// With the line that each stands on.
    pub(super) rows: Vec<(u64, PageVisits)>,
    /// What is wrong with the lines that could not be read.
    pub(super) bad: Vec<String>,
}

/// Reads a file.
///
/// # Errors
/// When there is no such file, or its first line names no page and visits.
pub(super) fn read(path: &Path) -> Result<Read> {
    let name = || format!("the visits in `{}`", path.display());
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .with_context(|| format!("{} cannot be read", name()))?;
    parse(&bytes).with_context(name)
}

fn parse(bytes: &[u8]) -> Result<Read> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(bytes);
    let columns = Columns::find(reader.headers()?)?;
    let mut read = Read::default();
    for record in reader.records() {
        let line = |position: Option<&csv::Position>| position.map_or(0, csv::Position::line);
        match record {
            Ok(record) => match columns.row(&record) {
                Ok(row) => read.rows.push((line(record.position()), row)),
                Err(reason) => read.bad.push(format!("line {}: {reason}", line(record.position()))),
            },
            Err(error) => read.bad.push(format!("line {}: it is no text", line(error.position()))),
        }
    }
    Ok(read)
}

/// Where things stand on a line.
struct Columns {
    page: usize,
    date: Option<usize>,
    visits: usize,
}

impl Columns {
    fn find(header: &StringRecord) -> Result<Self> {
        let place = |names: &[&str]| {
            let is = |column: &str| names.iter().any(|name| column.trim().eq_ignore_ascii_case(name));
            header.iter().position(is)
        };
        let (Some(page), Some(visits)) = (place(&PAGE), place(&VISITS)) else {
            let found: Vec<_> = header.iter().collect();
            bail!(
                "its first line is `{}`: name a column `page` and one `visits` there (or `Top pages` and `Clicks`), and `date` where there are dates",
                found.join(",").chars().take(120).collect::<String>()
            );
        };
        Ok(Self {
            page,
            date: place(&DATE),
            visits,
        })
    }

    fn row(&self, record: &StringRecord) -> Result<PageVisits, String> {
        let field = |place: usize, name: &str| match record.get(place).map(str::trim) {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(format!("it has no {name}")),
        };
        let visits = field(self.visits, "visits")?;
        let count = visits.replace([',', ' '], "").parse();
        let day = self.date.map(|place| field(place, "date")).transpose()?;
        let date = |text: &str| {
            let time = Zone::UTC.read_time(text).map(Timestamp::micros);
            time.ok_or_else(|| format!("`{text}` is no date: write 2026-07-01"))
        };
        Ok(PageVisits {
            page: field(self.page, "page")?.to_owned(),
            day_us: day.map(date).transpose()?,
            visits: count.map_err(|_| format!("`{visits}` is no number of visits"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64, page: &str, day: Option<i64>, visits: u64) -> (u64, PageVisits) {
        let day_us = day.map(|day| day * 86_400_000_000);
        let page = page.to_owned();
        (line, PageVisits { page, day_us, visits })
    }

    #[test]
    fn a_bad_line_is_named_and_loses_no_other() {
        let file = "page,date,visits\na.example/1,2026-07-01,\"1,200\"\na.example/2,yesterday,3\n,2026-07-01,4\na.example/3,2026-07-02\n\
            a.example/4,2026-07-02,5\na.example/5,2026-07-02,-1\n";
        let read = parse(file.as_bytes()).unwrap();
        assert_eq!(
            read.rows,
            [
                row(2, "a.example/1", Some(20_635), 1_200),
                row(6, "a.example/4", Some(20_636), 5)
            ]
        );
        assert_eq!(
            read.bad,
            [
                "line 3: `yesterday` is no date: write 2026-07-01",
                "line 4: it has no page",
                "line 5: it has no visits",
                "line 7: `-1` is no number of visits",
            ]
        );
        let broken = parse(b"page,visits\na.example,1\n\xff\xfe,2\nb.example,3\n").unwrap();
        assert_eq!((broken.rows.len(), broken.bad.len()), (2, 1));
    }

    #[test]
    fn search_console_exports_are_read_with_and_without_dates() {
        let file = "\u{feff}Top pages,Clicks,Impressions,CTR,Position\nhttps://a.example/,12,340,3.5%,4.2\n";
        let read = parse(file.as_bytes()).unwrap();
        assert_eq!(read.rows, [row(2, "https://a.example/", None, 12)]);
        let file = "Date,Page,Clicks,Impressions\n2026-07-01,https://a.example/,12,340\n";
        let read = parse(file.as_bytes()).unwrap();
        assert_eq!(read.rows, [row(2, "https://a.example/", Some(20_635), 12)]);
    }

    #[test]
    fn a_file_without_the_columns_says_which_to_name() {
        let error = parse(b"Query,Clicks\nanvil,3\n").unwrap_err().to_string();
        assert!(error.contains("`Query,Clicks`") && error.contains("`page`"), "{error}");
    }
}
