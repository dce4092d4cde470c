//! Marks of a text as a whole: how it begins and ends, how loud it is, who speaks of whom. Words by themselves are not here.

use super::{Block, Surface};
use crate::intent::cues::NEGATIONS;

/// How many marks there are.
pub(super) const COUNT: usize = 60;

const FIRST: &[&str] = &["i", "my", "me", "mine", "i'm", "i've", "im", "ive", "we", "our", "us"];
const SECOND: &[&str] = &["you", "your", "u", "ur", "yours", "you're", "yall", "y'all"];
const THIRD: &[&str] = &["he", "she", "him", "her", "his", "they", "them", "their"];
const ASKING: &[&str] = &["how", "what", "when", "where", "who", "which"];

/// Collects marks; the order in which they are asked for is the order of their rows.
struct Marks<'a> {
    next: usize,
    rows: &'a mut Vec<u32>,
}

impl Marks<'_> {
    fn when(&mut self, holds: bool) {
        if holds && self.next < COUNT {
            self.rows.push((Block::Marks.start() + self.next) as u32);
        }
        self.next += 1;
    }

    fn steps(&mut self, count: usize, steps: &[usize]) {
        steps.iter().for_each(|step| self.when(count >= *step));
    }
}

/// Appends the rows of the marks that a text bears, and says how many were asked for.
pub(super) fn mark(surface: &Surface<'_>, rows: &mut Vec<u32>) -> usize {
    let mut marks = Marks { next: 0, rows };
    layout(surface, &mut marks);
    persons(surface, &mut marks);
    handles(surface, &mut marks);
    marks.next
}

fn layout(surface: &Surface<'_>, marks: &mut Marks<'_>) {
    let (text, plain) = (surface.text, surface.plain.trim());
    let count = |sign: char| plain.matches(sign).count();
    marks.steps(surface.handles.len(), &[1, 2, 3]);
    marks.steps(surface.links, &[1, 2]);
    marks.when(plain.ends_with('^'));
    marks.steps(count('#'), &[1, 2, 3]);
    marks.steps(count('?'), &[1, 2, 3]);
    marks.steps(count('!'), &[1, 2, 3]);
    marks.when(plain.ends_with('?'));
    marks.when(plain.contains("?!") || plain.contains("!?"));
    let words = || text.split_whitespace().filter(|word| !word.contains(['@', '/', '#']));
    let (shouted, said) = words().fold((0, 0), |(shouted, said), word| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let upper = letters >= 2 && !word.chars().any(char::is_lowercase);
        (shouted + usize::from(upper), said + usize::from(letters >= 2))
    });
    marks.steps(shouted, &[1, 2, 4]);
    marks.when(said > 3 && shouted * 10 > said * 6);
    marks.when(
        plain
            .chars()
            .any(|c| matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}')),
    );
    marks.when(plain.contains('0'));
    marks.when(
        ["$0", "£0", "€0", "$ 0", "£ 0", "€ 0"]
            .iter()
            .any(|sum| plain.contains(sum)),
    );
    marks.steps(surface.tokens.len() - 2, &[5, 8, 12, 16, 20, 25]);
    marks.when(plain.contains(".."));
    let ends = |pair: [char; 2]| matches!(pair, ['.' | '!' | '?', ' ']);
    let next = plain.chars().skip(1);
    marks.when(plain.chars().zip(next).filter(|(a, b)| ends([*a, *b])).count() >= 2);
    marks.when(text.starts_with("RT "));
    marks.when(plain.contains('"'));
}

fn persons(surface: &Surface<'_>, marks: &mut Marks<'_>) {
    let plain = surface.plain.trim();
    let addressed = surface.text.trim_start_matches(['.', '"', ' ']).starts_with('@');
    let words = || plain.split(|c: char| !c.is_alphanumeric() && c != '\'');
    let says = |list: &[&str]| words().any(|word| list.contains(&word));
    let (first, second, negated) = (says(FIRST), says(SECOND), says(NEGATIONS));
    let past = words().any(|word| word.len() > 3 && word.ends_with("ed"));
    marks.when(addressed);
    marks.when(first);
    marks.when(second);
    marks.when(first && second);
    marks.when(says(THIRD));
    marks.when(past);
    marks.when(first && past);
    marks.when(negated);
    marks.when(negated && second);
    marks.when(negated && first);
    marks.when(negated && addressed);
    marks.when(first && addressed);
    marks.when(says(&["why"]));
    marks.when(says(ASKING));
}

/// What an organisation's handle looks like, and a person's.
fn handles(surface: &Surface<'_>, marks: &mut Marks<'_>) {
    let written = || {
        let words = surface.text.split_whitespace();
        words.filter_map(|word| word.trim_start_matches(['.', '"', '(']).strip_prefix('@'))
    };
    let any = |holds: &dyn Fn(&str) -> bool| written().any(holds);
    let helps = |handle: &String| {
        ["help", "care", "support", "serv", "cust"]
            .iter()
            .any(|part| handle.contains(part))
    };
    marks.when(surface.handles.iter().any(helps));
    marks.when(any(&|handle| handle.contains('_')));
    marks.when(any(&|handle| handle.contains(|c: char| c.is_ascii_digit())));
    marks.when(any(&|handle| !handle.contains(char::is_lowercase)));
    marks.when(any(&|handle| !handle.contains(char::is_uppercase)));
    let capitals = |handle: &str| handle.chars().filter(|c| c.is_uppercase()).count();
    marks.when(any(&|handle| capitals(handle) == 1));
    marks.when(any(&|handle| (2..handle.len()).contains(&capitals(handle))));
    marks.when(any(&|handle| handle.len() <= 7));
    marks.when(any(&|handle| handle.len() >= 13));
}
