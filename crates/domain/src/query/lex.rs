//! The signs that a query is written in. What they come to together is `parse`'s, what stands behind a key `operator`'s.

use super::error::{Place, QueryError};

/// The furthest that the two sides of NEAR may be apart.
pub(super) const MOST_NEAR: u16 = 1_000;
/// How far they may be where nothing is said.
const USUAL_NEAR: u16 = 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sign {
    Open,
    Close,
    And,
    Or,
    /// `NOT`, and `-` in front of something.
    Not,
    Near(u16),
    /// Anything else, with the quoted value behind it where it is a key: `acme`, `#acme`, `url:"…"`.
    Word(String, Option<String>),
    /// What stands within quotes.
    Phrase(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) sign: Sign,
    pub(super) place: Place,
    /// As it is written.
    pub(super) text: String,
}

impl Token {
    pub(super) fn is_operator(&self) -> bool {
        matches!(self.sign, Sign::And | Sign::Or | Sign::Not | Sign::Near(_))
    }
}

pub(super) fn lex(query: &str) -> Result<Vec<Token>, QueryError> {
    let mut lexer = Lexer {
        chars: query.chars().map(plain).collect(),
        at: 0,
    };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token(tokens.last())? {
        tokens.push(token);
    }
    Ok(tokens)
}

/// Signs as keyboards and editors of many languages write them.
fn plain(c: char) -> char {
    match c {
        '“' | '”' | '„' | '＂' => '"',
        '（' => '(',
        '）' => ')',
        '＊' => '*',
        '：' => ':',
        '＃' => '#',
        '＠' => '@',
        '＄' => '$',
        c => c,
    }
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
}

impl Lexer {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn token(&mut self, before: Option<&Token>) -> Result<Option<Token>, QueryError> {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        let start = self.at;
        let Some(first) = self.peek() else { return Ok(None) };
        let sign = match first {
            '(' => self.open(before)?,
            ')' => self.one(Sign::Close),
            '"' => Sign::Phrase(self.quoted()?),
            '-' => self.minus()?,
            _ => self.word()?,
        };
        Ok(Some(Token {
            sign,
            place: self.since(start),
            text: self.chars[start..self.at].iter().collect(),
        }))
    }

    fn since(&self, start: usize) -> Place {
        Place {
            column: start + 1,
            length: self.at - start,
        }
    }

    fn one(&mut self, sign: Sign) -> Sign {
        self.at += 1;
        sign
    }

    fn open(&mut self, before: Option<&Token>) -> Result<Sign, QueryError> {
        let start = self.at;
        let sign = self.one(Sign::Open);
        let touches = |token: &&Token| token.place.column + token.place.length == start + 1;
        match before.filter(touches).map(|token| (&token.sign, &token.text)) {
            Some((Sign::Word(..) | Sign::Phrase(_), text)) => Err(QueryError::new(
                self.since(start),
                format!("a parenthesis stands right behind `{text}`: put a space between them, or quotes around both"),
            )),
            _ => Ok(sign),
        }
    }

    /// What stands up to the next quote, which is passed.
    fn quoted(&mut self) -> Result<String, QueryError> {
        let start = self.at;
        self.at += 1;
        let rest = &self.chars[self.at..];
        let Some(length) = rest.iter().position(|c| *c == '"') else {
            return Err(QueryError::new(
                self.since(start),
                "this quote is never closed: put a \" behind the phrase",
            ));
        };
        let inside = rest[..length].iter().collect();
        self.at += length + 1;
        Ok(inside)
    }

    fn minus(&mut self) -> Result<Sign, QueryError> {
        let start = self.at;
        let sign = self.one(Sign::Not);
        match self.peek() {
            Some(c) if !c.is_whitespace() && c != ')' => Ok(sign),
            _ => Err(QueryError::new(
                self.since(start),
                "a `-` stands in front of nothing: write it right before what must not be there, or put it in quotes",
            )),
        }
    }

    fn word(&mut self) -> Result<Sign, QueryError> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '"'))
        {
            self.at += 1;
        }
        let word: String = self.chars[start..self.at].iter().collect();
        let is_key = word.ends_with(':') || matches!(word.as_str(), "@" | "#" | "$");
        if is_key && self.peek() == Some('"') {
            return Ok(Sign::Word(word, Some(self.quoted()?)));
        }
        let other = |right: &str| {
            let message = format!("`{word}` is no operator here: write {right}, or put it in quotes");
            QueryError::new(self.since(start), message).instead(right)
        };
        match word.as_str() {
            "AND" => Ok(Sign::And),
            "OR" => Ok(Sign::Or),
            "NOT" => Ok(Sign::Not),
            "NEAR" => Ok(Sign::Near(USUAL_NEAR)),
            "&&" => Err(other("AND")),
            "|" | "||" => Err(other("OR")),
            "!" => Err(other("NOT")),
            _ => match word.strip_prefix("NEAR/") {
                Some(number) => near(number, self.since(start)),
                None => Ok(Sign::Word(word, None)),
            },
        }
    }
}

fn near(number: &str, place: Place) -> Result<Sign, QueryError> {
    let words = number.bytes().all(|b| b.is_ascii_digit()).then(|| number.parse().ok());
    match words.flatten().filter(|words| *words <= MOST_NEAR) {
        Some(words) => Ok(Sign::Near(words)),
        None => {
            let message = format!("`NEAR/{number}` needs how many words may stand between, from 0 to {MOST_NEAR}");
            Err(QueryError::new(place, message).instead(format!("NEAR/{USUAL_NEAR}")))
        }
    }
}
