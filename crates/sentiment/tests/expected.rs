//! What a person would expect of the models, text by text, and which of them meet it: a table to read, and to learn from what they still miss. How good the
//! models are on posts as people write them is measured in `accuracy`.

use std::path::Path;
use std::sync::Arc;

use backtweet_domain::Label::{self, Negative, Neutral, Positive};
use backtweet_sentiment::{Choice, Folders, Model, Text};

/// A text, the language that is declared for it (none where empty), the label that a person would expect, and who gives it: `f` for the default model, `d`
/// for the transformer, `l` for the lexicon, which reads English alone.
type Case = (&'static str, &'static str, Label, &'static str);

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Plainly good, bad and neither.
    ("I love this phone", "en", Positive, "fdl"),
    ("This is the best coffee I ever had", "en", Positive, "fdl"),
    ("What a fantastic show tonight", "en", Positive, "fdl"),
    ("Thank you so much for the quick help!", "en", Positive, "fdl"),
    ("The update fixed everything, great work", "en", Positive, "fdl"),
    ("I hate this app", "en", Negative, "fdl"),
    ("This is the worst airline ever", "en", Negative, "fdl"),
    ("The food was awful and the waiter was rude", "en", Negative, "fdl"),
    ("My order never arrived", "en", Negative, "fd"),
    ("The battery died after two days", "en", Negative, "fdl"),
    ("The shop opens at nine on Saturday.", "en", Neutral, "fdl"),
    ("Our office moved to Berlin in March.", "en", Neutral, "fdl"),
    ("The match starts at 8 pm tonight", "en", Neutral, "fdl"),
    ("New version 2.1 is available for download", "en", Neutral, "fdl"),
    // Negation.
    ("not bad at all", "en", Positive, "fdl"),
    ("not bad", "en", Positive, "fdl"),
    ("This place never disappoints", "en", Positive, "fdl"),
    ("can't complain", "en", Positive, "fdl"),
    ("No problems so far", "en", Positive, "fdl"),
    ("I couldn't be happier with it", "en", Positive, "fd"),
    ("Can't wait for the concert!", "en", Positive, "fd"),
    ("Nothing beats a cold beer on Friday", "en", Positive, "fd"),
    ("not happy", "en", Negative, "fdl"),
    ("I'm not happy with the service", "en", Negative, "fdl"),
    ("This is not good", "en", Negative, "fdl"),
    ("I don't like the new design", "en", Negative, "fdl"),
    ("It doesn't work", "en", Negative, "fd"),
    ("I would not recommend this hotel to anybody", "en", Negative, "fdl"),
    ("not impressed at all", "en", Negative, "fdl"),
    ("never again", "en", Negative, "fd"),
    ("no one ever answers the phone", "en", Negative, "fdl"),
    ("isn't it lovely", "en", Positive, "d"),
    ("I do not hate it", "en", Neutral, ""),
    ("kein Problem, alles super", "de", Positive, "fd"),
    ("nicht schlecht", "de", Positive, "fd"),
    ("Ich bin nicht zufrieden", "de", Negative, "fd"),
    ("das gefällt mir nicht", "de", Negative, "fd"),
    ("no está mal", "es", Positive, "fd"),
    ("no me gusta nada", "es", Negative, "fd"),
    ("pas mal du tout", "fr", Positive, "fd"),
    ("ça ne marche pas", "fr", Negative, "fd"),
    ("non male", "it", Positive, "fd"),
    ("non mi piace per niente", "it", Negative, "fd"),
    ("não gostei", "pt", Negative, "fd"),
    ("nada mal", "pt", Positive, "fd"),
    ("अच्छा नहीं है", "hi", Negative, "fd"),
    ("ليس جيدا", "ar", Negative, "fd"),
    // Sarcasm.
    ("thanks for nothing", "en", Negative, "f"),
    ("Thanks for nothing, @acme", "en", Negative, "f"),
    ("great, another outage", "en", Negative, "f"),
    ("Oh great, the train is late again", "en", Negative, "f"),
    ("oh wonderful, my flight is cancelled again", "en", Negative, "fd"),
    ("Just what I needed, a broken screen", "en", Negative, "fdl"),
    ("what a joke", "en", Negative, "fd"),
    ("Love how you never answer my emails", "en", Negative, "f"),
    ("I just love waiting two hours on hold", "en", Negative, "f"),
    ("Nice job breaking the app again", "en", Negative, "f"),
    ("yeah right, best service ever", "en", Negative, ""),
    ("so much for next day delivery", "en", Negative, "f"),
    ("Well done @acme, you lost my parcel twice", "en", Negative, "fdl"),
    ("danke für nichts", "de", Negative, "fd"),
    ("gracias por nada", "es", Negative, "fd"),
    ("merci pour rien", "fr", Negative, "fd"),
    ("grazie per niente", "it", Negative, "fd"),
    ("obrigado por nada", "pt", Negative, "fd"),
    // Emoji alone, and against words.
    ("😍", "en", Positive, "fdl"),
    ("👍👍", "en", Positive, "fd"),
    ("❤️", "en", Positive, "f"),
    ("😂😂😂", "en", Positive, "fdl"),
    ("🎉", "en", Positive, "fl"),
    ("😡", "en", Negative, "fd"),
    ("👎", "en", Negative, "fd"),
    ("💔", "en", Negative, "fdl"),
    ("😭", "en", Negative, "fdl"),
    ("😢😢", "de", Negative, "fd"),
    ("😍😍", "ar", Positive, "fd"),
    ("🙄", "en", Negative, "f"),
    (":)", "en", Positive, "fdl"),
    (":(", "en", Negative, "fdl"),
    ("great service 🙄", "en", Negative, ""),
    ("I love Mondays 😒", "en", Negative, ""),
    ("this is sick 🔥🔥", "en", Positive, ""),
    ("so sad 😢", "en", Negative, "fdl"),
    ("I'm crying 😂😂 this is hilarious", "en", Positive, "fdl"),
    ("the update is out 🎉", "en", Positive, "fl"),
    ("the update is out 😡", "en", Negative, "fd"),
    // Elongation and capitals.
    ("soooo good", "en", Positive, "fdl"),
    ("noooo", "en", Negative, "fd"),
    ("noooooo not again", "en", Negative, "f"),
    ("yesssss", "en", Positive, "fd"),
    ("I loooove it", "en", Positive, "fd"),
    ("sooooo bad", "en", Negative, "fdl"),
    ("whyyyyy", "en", Negative, "fd"),
    ("amaziiiing", "en", Positive, "fd"),
    ("THIS IS AWESOME", "en", Positive, "fdl"),
    ("WORST. SERVICE. EVER.", "en", Negative, "fdl"),
    ("I AM SO ANGRY RIGHT NOW", "en", Negative, "fdl"),
    ("WE WON!!!", "en", Positive, "fdl"),
    // Hashtags.
    ("#fail", "en", Negative, "fdl"),
    ("#epicfail", "en", Negative, "f"),
    ("#NotHappy", "en", Negative, "fdl"),
    ("#bestdayever", "en", Positive, "fd"),
    ("#BestDayEver", "en", Positive, "fdl"),
    ("#love", "en", Positive, "fdl"),
    ("#worst", "en", Negative, "fdl"),
    ("#CustomerServiceFail", "en", Negative, "fdl"),
    ("waiting for the bus #fail", "en", Negative, "fdl"),
    ("got the job #blessed", "en", Positive, "fdl"),
    ("the new phone is here #SoHappy", "en", Positive, "fdl"),
    ("#soproud of this team", "en", Positive, "fd"),
    // Quoted words within one's own.
    ("my boss said \"great work\" today", "en", Positive, "fdl"),
    ("they call this \"support\"", "en", Negative, ""),
    ("their so-called \"customer service\"", "en", Negative, "f"),
    // Questions and notices.
    ("Does anybody know when the store opens?", "en", Neutral, "fdl"),
    ("How do I reset my password?", "en", Neutral, "fl"),
    ("Is the new model out yet?", "en", Neutral, "fdl"),
    ("Which plan includes roaming?", "en", Neutral, "fdl"),
    ("Why is your app always down?", "en", Negative, "fd"),
    ("How can anyone be this incompetent?", "en", Negative, "fdl"),
    ("Isn't this just beautiful?", "en", Positive, "d"),
    ("Wann öffnet der Laden morgen?", "de", Neutral, ""),
    ("¿A qué hora abre la tienda?", "es", Neutral, "fd"),
    ("A que horas abre a loja?", "pt", Neutral, "fd"),
    ("À quelle heure ouvre le magasin ?", "fr", Neutral, ""),
    ("A che ora apre il negozio?", "it", Neutral, "fd"),
    ("متى يفتح المتجر؟", "ar", Neutral, "fd"),
    ("दुकान कब खुलती है?", "hi", Neutral, "fd"),
    // Mixed languages.
    ("El servicio es awesome, love it", "es", Positive, "fd"),
    ("Das Update ist echt nice", "de", Positive, "fd"),
    ("Total fail, das nervt", "de", Negative, "fd"),
    ("Yeh phone bahut accha hai, love it", "hi", Positive, "fd"),
    ("customer service is bakwas, bilkul bekar", "hi", Negative, "fd"),
    ("C'est so cool, merci", "fr", Positive, "fd"),
    ("Que top, amei o show", "pt", Positive, "fd"),
    // Customer support, English.
    ("Thanks @acme for sorting this out so quickly", "en", Positive, "fdl"),
    ("Shout out to the support team, super helpful", "en", Positive, "fdl"),
    ("Problem solved in five minutes, brilliant", "en", Positive, "fdl"),
    ("Still waiting for my refund after three weeks", "en", Negative, "fd"),
    ("Been on hold for an hour @acme, sort it out", "en", Negative, "f"),
    ("Your website is down again", "en", Negative, "fd"),
    ("My account was charged twice and nobody replies", "en", Negative, "fdl"),
    ("Please send us your order number by message", "en", Neutral, "fd"),
    ("My order number is 12345", "en", Neutral, "d"),
    ("Could you tell me the opening hours?", "en", Neutral, "fdl"),
    // Customer support, Spanish.
    ("Muchas gracias por la ayuda, excelente servicio", "es", Positive, "fd"),
    ("Me encanta la nueva aplicación", "es", Positive, "fd"),
    ("Muy amables y rápidos, todo perfecto", "es", Positive, "fd"),
    ("Llevo tres horas esperando y nadie contesta", "es", Negative, "fd"),
    ("El servicio es pésimo, una vergüenza", "es", Negative, "fd"),
    ("La aplicación no funciona", "es", Negative, "fd"),
    ("Mi número de pedido es 12345", "es", Neutral, "fd"),
    ("El pedido llega el martes", "es", Neutral, ""),
    // Customer support, Portuguese.
    ("Muito obrigado pela ajuda, atendimento excelente", "pt", Positive, "fd"),
    ("Adorei o novo aplicativo", "pt", Positive, "fd"),
    ("Resolveram tudo rápido, recomendo", "pt", Positive, "fd"),
    ("O aplicativo não funciona", "pt", Negative, "fd"),
    ("Péssimo atendimento, uma vergonha", "pt", Negative, "fd"),
    ("Estou esperando há três semanas e ninguém responde", "pt", Negative, "fd"),
    ("O número do meu pedido é 12345", "pt", Neutral, "fd"),
    ("A loja abre às nove", "pt", Neutral, "fd"),
    // Customer support, French.
    ("Merci beaucoup pour votre aide, service excellent", "fr", Positive, "fd"),
    ("J'adore la nouvelle application", "fr", Positive, "fd"),
    ("Livraison rapide, je recommande", "fr", Positive, "fd"),
    ("L'application ne fonctionne pas", "fr", Negative, "fd"),
    ("Service client nul, une honte", "fr", Negative, "fd"),
    ("J'attends depuis trois semaines et toujours aucune réponse", "fr", Negative, "fd"),
    ("Mon numéro de commande est 12345", "fr", Neutral, "fd"),
    ("Le magasin ouvre à neuf heures", "fr", Neutral, ""),
    // Customer support, German.
    ("Vielen Dank für die schnelle Hilfe, super Service", "de", Positive, "fd"),
    ("Ich freue mich", "de", Positive, "fd"),
    ("Ich freue mich auf das neue Modell", "de", Positive, "fd"),
    ("Ich liebe die neue App", "de", Positive, "fd"),
    ("Die App funktioniert nicht", "de", Negative, "fd"),
    ("Schlechter Service, ich bin sehr enttäuscht", "de", Negative, "fd"),
    ("Seit drei Wochen warte ich und niemand antwortet", "de", Negative, "fd"),
    ("Schon wieder Verspätung", "de", Negative, "fd"),
    ("Meine Bestellnummer ist 12345", "de", Neutral, ""),
    ("Der Laden öffnet um neun Uhr", "de", Neutral, "fd"),
    // Customer support, Italian.
    ("Grazie mille per l'aiuto, servizio eccellente", "it", Positive, "fd"),
    ("Adoro la nuova app", "it", Positive, "fd"),
    ("Consegna veloce, consigliato", "it", Positive, "fd"),
    ("L'app non funziona", "it", Negative, "fd"),
    ("Servizio pessimo, una vergogna", "it", Negative, "fd"),
    ("Aspetto da tre settimane e nessuno risponde", "it", Negative, "fd"),
    ("Il mio numero d'ordine è 12345", "it", Neutral, ""),
    ("Il negozio apre alle nove", "it", Neutral, "fd"),
    // Customer support, Hindi.
    ("बहुत धन्यवाद, बढ़िया सेवा", "hi", Positive, "fd"),
    ("यह फोन बहुत अच्छा है", "hi", Positive, "fd"),
    ("bahut badhiya service, shukriya", "hi", Positive, "fd"),
    ("बहुत खराब सेवा", "hi", Negative, "fd"),
    ("ऐप काम नहीं कर रहा है", "hi", Negative, "fd"),
    ("bekar service, koi jawab nahi", "hi", Negative, "fd"),
    ("मेरा ऑर्डर नंबर 12345 है", "hi", Neutral, "fd"),
    ("दुकान नौ बजे खुलती है", "hi", Neutral, ""),
    // Customer support, Arabic.
    ("شكرا جزيلا على المساعدة، خدمة ممتازة", "ar", Positive, "fd"),
    ("احب التطبيق الجديد", "ar", Positive, "fd"),
    ("توصيل سريع، انصح به", "ar", Positive, "fd"),
    ("التطبيق لا يعمل", "ar", Negative, "fd"),
    ("خدمة سيئة جدا، لا احد يرد", "ar", Negative, "fd"),
    ("انتظر منذ ثلاثة اسابيع بدون رد", "ar", Negative, "fd"),
    ("رقم طلبي هو 12345", "ar", Neutral, "fd"),
    ("المتجر يفتح الساعة التاسعة", "ar", Neutral, "fd"),
    // Nothing declared.
    ("ich freue mich", "", Positive, "fd"),
    ("Das ist leider schon wieder kaputt", "", Negative, "fd"),
    ("Me encanta, muchas gracias", "", Positive, "fd"),
    ("C'est génial, merci", "", Positive, "fd"),
    ("Che schifo, non funziona niente", "", Negative, "fd"),
    ("amei demais, lindo", "", Positive, "fd"),
    ("شكرا جزيلا، رائع", "", Positive, "fd"),
    ("I love it", "", Positive, "fdl"),
];

fn loaded(choice: Choice) -> Arc<dyn Model> {
    let weights = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    choice
        .load(&Folders::only([weights]))
        .unwrap_or_else(|error| panic!("{error}"))
}

const MODELS: [(char, Choice); 3] = [('f', Choice::Fast), ('d', Choice::Deep), ('l', Choice::Lexicon)];

fn read(model: &dyn Model, text: &str, language: &str) -> Label {
    let language = (!language.is_empty()).then_some(language);
    model.score(&[Text { text, language }])[0].label
}

#[test]
fn each_model_meets_what_the_table_says_that_it_meets_and_no_more() {
    let mut wrong = Vec::new();
    let models = MODELS.map(|(sign, choice)| (sign, loaded(choice)));
    for (text, language, expected, by) in CASES {
        let meets =
            |(sign, model): &(char, Arc<dyn Model>)| (read(&**model, text, language) == *expected).then_some(*sign);
        let found: String = models.iter().filter_map(meets).collect();
        if found != *by {
            wrong.push(format!(
                "(\"{text}\", \"{language}\", {expected:?}, \"{found}\"), not \"{by}\""
            ));
        }
    }
    for (sign, choice) in MODELS {
        let read = |case: &&Case| choice != Choice::Lexicon || case.1 == "en";
        let cases = CASES.iter().filter(read);
        let hits = cases.clone().filter(|case| case.3.contains(sign)).count();
        let all = cases.count();
        eprintln!(
            "{}: {hits} of {all} met, {:.1} %",
            choice.name(),
            100.0 * hits as f64 / all as f64
        );
    }
    assert!(wrong.is_empty(), "the table has to say:\n{}", wrong.join("\n"));
}

#[test]
fn another_link_or_handle_changes_no_label() {
    for (_, choice) in MODELS {
        let model = loaded(choice);
        for (text, language, ..) in CASES {
            let said = |text: &str| read(&*model, text, language);
            let links = [
                "https://x.example/awful",
                "https://x.example/lovely?happy=1",
                "www.hate.example",
            ];
            let linked = links.map(|link| said(&format!("{text} {link}")));
            // That a post has a link at all says something to the transformer: news do. Which one must not.
            let plain = if choice == Choice::Deep { linked[0] } else { said(text) };
            let same = linked.iter().all(|label| *label == plain);
            assert!(same, "{}: {linked:?} for the links behind `{text}`", choice.name());
            let handles = ["@happy", "@hate_inc", "@acme", "@love.example", "@sad@hate.example"];
            let named = handles.map(|handle| said(&format!("{handle} {text}")));
            let same = named.iter().all(|label| *label == named[0]);
            assert!(same, "{}: {named:?} for the handles before `{text}`", choice.name());
        }
    }
}

#[test]
fn the_table_is_large_enough_for_its_shares_to_say_something() {
    assert!(CASES.len() >= 120, "{}", CASES.len());
    for label in [Negative, Neutral, Positive] {
        assert!(CASES.iter().filter(|case| case.2 == label).count() >= 30, "{label:?}");
    }
}
