//! What is said about whom: a table that people would agree to, and what must hold for any text.

use proptest::prelude::*;

use super::*;

/// A text, who is asked about, and what it says about them.
#[rustfmt::skip]
const CASES: &[(&str, &[&str], &str)] = &[
    // Nobody else, or nothing that tells.
    ("love @a, so much", &["@a"], "love @a, so much"),
    ("great service but slow delivery", &["@a"], "great service but slow delivery"),
    ("@a is great but it breaks", &["@a"], "@a is great but it breaks"),
    ("@a @b your service is terrible", &["@b"], "@a @b your service is terrible"),
    ("love @a, @b and @c", &["@b"], "love @a, @b and @c"),
    ("@a and @b are both great", &["@b"], "@a and @b are both great"),
    ("#Acme is great #happy #monday", &["#acme"], "#Acme is great #happy #monday"),
    ("#Acme is great, but the battery #fail", &["#Acme"], "#Acme is great, but the battery #fail"),
    ("Acme is great, support was slow #customerservice", &["acme"], "Acme is great, support was slow #customerservice"),
    // Commas, conjunctions, ends of sentences, emoji.
    ("love @a, hate @b", &["@a"], "love @a,"),
    ("love @a, hate @b", &["@b"], "hate @b"),
    ("love @a and hate @b", &["@b"], "and hate @b"),
    ("love @a 😍 hate @b 😡", &["@b"], "hate @b 😡"),
    ("love @a 😍 hate @b 😡", &["@a"], "love @a 😍"),
    ("I love @A. @B is a joke!", &["@a"], "I love @A."),
    ("I love @a; @b sucks", &["@b"], "@b sucks"),
    ("the #Acme phone is great but support by @globex is a joke", &["#Acme"], "the #Acme phone is great"),
    ("the #Acme phone is great but support by @globex is a joke", &["@globex"], "but support by @globex is a joke"),
    ("While @a never answers, @b was quick", &["@a"], "While @a never answers,"),
    ("$ACME is up, while $GLBX tanked badly", &["$GLBX"], "while $GLBX tanked badly"),
    ("love #Acme, hate #Globex", &["#globex"], "hate #Globex"),
    ("Acme is great but Globex is terrible", &["acme"], "Acme is great"),
    ("@a hält was es verspricht, aber @b ist eine Frechheit", &["@a"], "@a hält was es verspricht,"),
    ("Me encanta @a pero @b no funciona", &["@b"], "pero @b no funciona"),
    ("amo a @a mas @b é um lixo", &["@b"], "mas @b é um lixo"),
    ("J'adore @a mais @b est nul", &["@b"], "mais @b est nul"),
    ("@a è ottimo mentre @b non risponde mai", &["@b"], "mentre @b non risponde mai"),
    ("احب @a لكن @b سيء جدا", &["@b"], "لكن @b سيء جدا"),
    ("@a बहुत अच्छा है लेकिन @b बेकार है", &["@b"], "लेकिन @b बेकार है"),
    ("el @a es mas rapido que nunca con @b", &["@a"], "el @a es mas rapido que nunca con @b"),
    // Topics, addressees, tags at the end.
    ("What a night! So proud of you all. #acme", &["#acme"], "What a night! So proud of you all. #acme"),
    ("@b ruined it all. Time to go home #acme", &["#acme"], "@b ruined it all. Time to go home #acme"),
    ("I love @b so much. #acme #music", &["#acme"], "I love @b so much. #acme #music"),
    ("@a @c Say no to #fees! They are evil, and so is #inflation now.", &["@a"], "@a @c Say no to #fees! They are evil, and so is #inflation now."),
    ("@a\n@b\nyour app is down", &["@b"], "@a\n@b\nyour app is down"),
    ("@a fish &amp; chips were great, @b had none left", &["@a"], "@a fish &amp; chips were great,"),
    ("@a says that times change, Monday is a holiday", &["@a"], "@a says that times change, Monday is a holiday"),
    ("Foo is better than Bar #acme", &["#acme"], "Foo is better than Bar #acme"),
    // Clauses that name nobody.
    ("@a is great but @b sucks, they never answer", &["@b"], "but @b sucks, they never answer"),
    ("@a is great. It just works. @b never did.", &["@a"], "@a is great. It just works."),
    ("What a day! @a made it. And @b ruined it all", &["@b"], "And @b ruined it all"),
    ("Finally! love @a. hate @b.", &["@a"], "Finally! love @a."),
    ("@friend did you see this? Acme is down again", &["acme"], "Acme is down again"),
    // Names of several words, links, possessives, unknown case.
    ("Acme Phone rocks, but @b not so much", &["acme phone"], "Acme Phone rocks,"),
    ("@a's app is lovely, @b's app is awful", &["@b"], "@b's app is awful"),
    ("nice read https://acme.example/x but @b is wrong", &["https://acme.example/x"], "nice read https://acme.example/x"),
    // Comparisons: each side gets what holds for it.
    ("@a is better than @b", &["@a"], "@a is better"),
    ("@a is better than @b", &["@b"], "worse @b"),
    ("@a is worse than the @b app", &["@b"], "better @b"),
    ("Acme is so much better than Globex!", &["globex"], "worse Globex"),
    ("Acme is so much better than Globex!", &["acme"], "Acme is so much better !"),
    ("@a is more reliable than @b", &["@b"], "not reliable @b"),
    ("@a is less reliable than @b", &["@b"], "more reliable @b"),
    ("@a ships faster than @b", &["@b"], "not faster @b"),
    ("@a is better than expected", &["@a"], "@a is better than expected"),
    ("nothing is better than @b", &["@b"], "nothing is better than @b"),
    ("@a is no better than @b", &["@b"], "@a is no better than @b"),
    ("@a ist besser als @b", &["@b"], "schlechter @b"),
    ("@a es mejor que @b", &["@b"], "peor @b"),
    ("@a é muito melhor do que @b", &["@b"], "pior @b"),
    ("@a est meilleur que @b", &["@b"], "pire @b"),
    ("@a è meglio di @b", &["@b"], "peggio @b"),
    ("@a أفضل من @b", &["@b"], "أسوأ @b"),
    ("@b se behtar @a hai", &["@b"], "bekar @b"),
    ("@b se behtar @a hai", &["@a"], "behtar @a hai"),
    ("unlike @b, @a just works", &["@a"], ", @a just works"),
    ("unlike @b, @a just works", &["@b"], "not , @a just works"),
    ("prefer @a to @b any day", &["@b"], "worse @b"),
    ("prefer @a to @b any day", &["@a"], "prefer @a better any day"),
    ("@a over @b, always", &["@b"], "worse @b"),
    ("use @a instead of @b", &["@b"], "worse @b"),
    ("@a beats @b", &["@b"], "worse @b"),
    ("switched from @a to @b and never looked back", &["@a"], "worse @a"),
    ("switched from @a to @b and never looked back", &["@b"], "switched better @b and never looked back"),
    ("left @a for @b last year", &["@a"], "worse @a"),
    ("Bin von @a zu @b gewechselt", &["@a"], "Bin von @a zu @b gewechselt"),
    ("flew from #London to #Paris with @a", &["@a"], "flew from #London to #Paris with @a"),
];

#[test]
fn each_gets_the_words_that_are_about_them() {
    let wrong: Vec<_> = CASES
        .iter()
        .filter_map(|(text, names, expected)| {
            let found = towards(text, names);
            (found != *expected)
                .then(|| format!("{names:?} in `{text}`\n  expected `{expected}`\n  found    `{found}`"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_part_in_one_piece_is_borrowed() {
    assert!(matches!(towards("love @a, hate @b", &["@b"]), Cow::Borrowed(_)));
    assert!(matches!(towards("love @a", &["@a"]), Cow::Borrowed(_)));
    assert!(matches!(towards("love @a", &[]), Cow::Borrowed(_)));
}

/// A text, and what of it its author says.
#[rustfmt::skip]
const OWN: &[(&str, &str)] = &[
    ("my own words", "my own words"),
    ("RT @x: I hate this so much", ""),
    ("Well said! RT @x: I hate this so much", "Well said!"),
    ("smart @xenon fans", "smart @xenon fans"),
    ("> I hate this so much\nI do not agree", "I do not agree"),
    ("RE: https://social.example/@x/1\n\nSo true", "So true"),
    ("RE: your offer, I love it", "RE: your offer, I love it"),
    ("\"we hate all of our customers\" is what they think", "is what they think"),
    ("“The best phone that there ever was” – they are funny", "– they are funny"),
    ("their \"support\" is a joke", "their \"support\" is a joke"),
    ("\"This is the worst phone ever\"", "\"This is the worst phone ever\""),
    ("\"This is the worst phone ever\" via @x", ""),
    ("\"This is the worst phone ever\" h/t @x https://x.example/1", ""),
    ("my 5\" phone is great and so is the 7\" one", "my 5\" phone is great and so is the 7\" one"),
    ("«Ce téléphone est vraiment très mauvais» je ne trouve pas", "je ne trouve pas"),
];

#[test]
fn the_words_of_others_are_not_the_authors() {
    for (text, expected) in OWN {
        assert_eq!(own_words(text).trim(), *expected, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_and_any_names_are_read(text in "\\PC{0,200}", names in prop::collection::vec("\\PC{0,8}", 0..4)) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        _ = towards(&own_words(&text), &names);
    }

    #[test]
    fn words_that_matter_in_any_order_are_read(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "@a", "@b", "#Acme", "$A", "better", "than", "unlike", "over", "prefer", "switched", "from", "to", "but", "mas", ",", ". ", "😀", "it", "se", "behtar",
            "\n", "> ", "\"", "“", "”", "RT @x", " ", " ", " ", "é", "İ", "ﬀ", "न\u{94d}", "ا", "\u{200d}", "left", "for", "Globex", "is", "not", "www.", "http://", "instead", "of",
        ]), 0..40),
    ) {
        let text = pieces.concat();
        for names in [&["@a"][..], &["acme", "globex"], &["@b", "#acme"]] {
            let own = own_words(&text);
            let said = towards(&own, names);
            prop_assert!(said.len() <= 2 * own.len() + 40);
        }
    }

    #[test]
    fn whoever_is_not_named_hears_all_of_it(text in "[a-z ,.]{0,60}") {
        prop_assert_eq!(towards(&text, &["@zzzz"]), text.as_str());
    }
}
