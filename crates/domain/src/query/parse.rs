//! From a text to a query, or to the one thing that its author has to change.

use super::error::{Place, QueryError, Warning};
use super::lex::{Sign, Token, lex};
use super::normal::Part;
use super::{Atom, Expr, Term, lint, operator};

/// The most characters that a query may have, also once it is written out in normal form.
const MOST_CHARACTERS: usize = 4_096;
/// How deep parentheses may stand in each other.
const DEEPEST: usize = 32;
/// The most words, tags, accounts and so on that a query may have.
const MOST_ATOMS: usize = 256;

/// A query that was read, in normal form: nested AND and OR laid open, what is there twice kept once, terms folded, the order as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// What it says.
    pub expr: Expr,
    root: Part,
}

impl Parsed {
    /// Whether posts that match can be looked for at all; for contexts and exclusions that does not matter.
    ///
    /// # Errors
    /// Names the part that matches posts which have nothing that could be looked up, such as `lang:en`.
    pub fn require_cover(&self) -> Result<(), QueryError> {
        super::cover::fault(&self.root).map_or(Ok(()), Err)
    }

    /// What its author should know. A `context` tells apart what ambiguous names stand for.
    pub fn warnings(&self, has_context: bool) -> Vec<Warning> {
        lint::warnings(&self.root, has_context)
    }
}

/// Reads a query.
///
/// # Errors
/// Where it is none, or longer, deeper or of more parts than a query may be: the first thing to change, and where it stands.
pub fn parse(query: &str) -> Result<Parsed, QueryError> {
    let length = query.chars().count();
    let whole = Place { column: 1, length };
    if length > MOST_CHARACTERS {
        let message = format!("{length} characters are too many: use at most {MOST_CHARACTERS}");
        return Err(QueryError::new(whole, message));
    }
    let mut parser = Parser {
        tokens: lex(query)?,
        at: 0,
        depth: 0,
        atoms: 0,
        end: Place {
            column: length + 1,
            length: 0,
        },
    };
    if parser.tokens.is_empty() {
        return Err(QueryError::new(
            whole,
            "the query is empty: write a word, a tag or an account",
        ));
    }
    let root = parser.any()?;
    if let Some(rest) = parser.peek() {
        return Err(QueryError::new(
            rest.place,
            "nothing opens this parenthesis: leave it out, or write ( in front of what it closes",
        ));
    }
    let expr = root.expr.clone();
    let length = expr.to_string().chars().count();
    if length > MOST_CHARACTERS {
        let message =
            format!("written out it has {length} characters, which are too many: use at most {MOST_CHARACTERS}");
        return Err(QueryError::new(whole, message));
    }
    Ok(Parsed { expr, root })
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    atoms: usize,
    /// Behind the query.
    end: Place,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn sign(&self) -> Option<&Sign> {
        self.peek().map(|token| &token.sign)
    }

    fn take(&mut self, sign: &Sign) -> bool {
        let found = self.sign() == Some(sign);
        self.at += usize::from(found);
        found
    }

    /// Where the next token stands, or the end.
    fn here(&self) -> Place {
        self.peek().map_or(self.end, |token| token.place)
    }

    /// From `start` to the last token that was taken.
    fn since(&self, start: Place) -> Place {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        start.to(last.map_or(start, |token| token.place))
    }

    /// Alternatives.
    fn any(&mut self) -> Result<Part, QueryError> {
        let start = self.here();
        let mut parts = vec![self.all()?];
        while self.take(&Sign::Or) {
            parts.push(self.all()?);
        }
        Ok(Part::any(parts, self.since(start)))
    }

    /// What has to hold together.
    fn all(&mut self) -> Result<Part, QueryError> {
        let start = self.here();
        let mut parts = vec![self.not()?];
        while !matches!(self.sign(), None | Some(Sign::Or | Sign::Close)) {
            self.take(&Sign::And);
            parts.push(self.not()?);
        }
        Ok(Part::all(parts, self.since(start)))
    }

    fn not(&mut self) -> Result<Part, QueryError> {
        let start = self.here();
        let mut is_not = false;
        while self.take(&Sign::Not) {
            is_not = !is_not;
        }
        let part = self.near()?;
        Ok(if is_not {
            Part::not(part, self.since(start))
        } else {
            part
        })
    }

    fn near(&mut self) -> Result<Part, QueryError> {
        let start = self.here();
        let left = self.primary()?;
        let Some(&Sign::Near(words)) = self.sign() else {
            return Ok(left);
        };
        self.at += 1;
        let right = self.primary()?;
        let place = self.since(start);
        if let Some(Sign::Near(_)) = self.sign() {
            let message = "NEAR joins two words: for three write (a NEAR b) AND (b NEAR c)";
            return Err(QueryError::new(self.here(), message));
        }
        let (lefts, rights) = (terms(&left)?, terms(&right)?);
        self.count(2 * lefts.len() * rights.len(), place)?;
        let near = |left: &Term, right: &Term| Expr::Near {
            left: left.clone(),
            right: right.clone(),
            words,
        };
        let mut pairs = Vec::new();
        for left in lefts {
            pairs.extend(rights.iter().map(|right| Part::leaf(near(left, right), place)));
        }
        Ok(Part::any(pairs, place))
    }

    fn primary(&mut self) -> Result<Part, QueryError> {
        let Some(token) = self.peek().cloned() else {
            return Err(self.missing());
        };
        let atom = match &token.sign {
            Sign::Open => return self.parenthesised(token.place),
            Sign::Word(word, value) => operator::word(word, value.as_deref(), token.place)?,
            Sign::Phrase(phrase) => operator::text(phrase, token.place, &token.text)?,
            Sign::Close | Sign::And | Sign::Or | Sign::Not | Sign::Near(_) => return Err(self.missing()),
        };
        self.at += 1;
        self.count(1, token.place)?;
        Ok(Part::leaf(Expr::Is(atom), token.place))
    }

    fn parenthesised(&mut self, open: Place) -> Result<Part, QueryError> {
        self.at += 1;
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("parentheses stand too deep in each other: use at most {DEEPEST}");
            return Err(QueryError::new(open, message));
        }
        if self.take(&Sign::Close) {
            let message = "there is nothing in these parentheses: write something, or leave them out";
            return Err(QueryError::new(self.since(open), message));
        }
        let mut part = self.any()?;
        if !self.take(&Sign::Close) {
            let message = "this parenthesis is never closed: write ) behind what belongs together";
            return Err(QueryError::new(open, message));
        }
        self.depth -= 1;
        part.place = self.since(open);
        Ok(part)
    }

    fn count(&mut self, atoms: usize, place: Place) -> Result<(), QueryError> {
        self.atoms += atoms;
        if self.atoms > MOST_ATOMS {
            let message = format!(
                "the query has too many parts here: use at most {MOST_ATOMS}, counting each pair of a NEAR twice"
            );
            return Err(QueryError::new(place, message));
        }
        Ok(())
    }

    /// Something had to stand here: says what it is missing for.
    fn missing(&self) -> QueryError {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        if let Some(operator) = before.filter(|token| token.is_operator()) {
            let message = format!(
                "`{0}` needs something behind it: write what, or put \"{0}\" in quotes",
                operator.text
            );
            return QueryError::new(operator.place, message);
        }
        match self.peek() {
            Some(token) if token.is_operator() => {
                let message = format!(
                    "`{0}` needs something in front of it: write what, or put \"{0}\" in quotes",
                    token.text
                );
                QueryError::new(token.place, message)
            }
            Some(token) => QueryError::new(
                token.place,
                "nothing opens this parenthesis: leave it out, or write ( in front of what it closes",
            ),
            None if self.depth > 0 => {
                let place = before.map_or(self.end, |token| token.place);
                QueryError::new(
                    place,
                    "this parenthesis is never closed: write ) behind what belongs together",
                )
            }
            None => QueryError::new(self.end, "something is missing here: write a word, a tag or an account"),
        }
    }
}

/// The terms on one side of a NEAR.
fn terms(part: &Part) -> Result<Vec<&Term>, QueryError> {
    let sides = match &part.expr {
        Expr::Any(_) => part.parts.iter().collect(),
        _ => vec![part],
    };
    let refuse = |side: &'_ Part| -> QueryError {
        let message = format!(
            "NEAR joins words and phrases, and `{}` is neither: join it with AND, or write a word",
            side.expr
        );
        QueryError::new(side.place, message)
    };
    sides
        .into_iter()
        .map(|side| match &side.expr {
            Expr::Is(Atom::Text(term)) => Ok(term),
            _ => Err(refuse(side)),
        })
        .collect()
}
