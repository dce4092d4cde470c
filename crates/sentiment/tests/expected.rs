//! What a person would expect of the models, text by text, and which of them meet it: a table to read, and to learn from what they still miss. How good the
//! models are on posts as people write them is measured in `accuracy`.

use std::sync::Arc;

use backtweet_domain::Label::{self, Negative, Neutral, Positive};
use backtweet_sentiment::{Choice, Folders, Model, Text};

/// A text, the language that is declared for it (none where empty), the label that a person would expect, and who gives it: `f` for the default model, `l`
/// for the lexicon, which reads English alone.
type Case = (&'static str, &'static str, Label, &'static str);

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Plainly good, bad and neither.
    ("I love this phone", "en", Positive, "fl"),
    ("This is the best coffee I ever had", "en", Positive, "fl"),
    ("What a fantastic show tonight", "en", Positive, "fl"),
    ("Thank you so much for the quick help!", "en", Positive, "fl"),
    ("The update fixed everything, great work", "en", Positive, "fl"),
    ("I hate this app", "en", Negative, "fl"),
    ("This is the worst airline ever", "en", Negative, "fl"),
    ("The food was awful and the waiter was rude", "en", Negative, "fl"),
    ("My order never arrived", "en", Negative, "f"),
    ("The battery died after two days", "en", Negative, "fl"),
    ("The shop opens at nine on Saturday.", "en", Neutral, "fl"),
    ("Our office moved to Berlin in March.", "en", Neutral, "fl"),
    ("The match starts at 8 pm tonight", "en", Neutral, "fl"),
    ("New version 2.1 is available for download", "en", Neutral, "fl"),
    // Negation.
    ("not bad at all", "en", Positive, "fl"),
    ("not bad", "en", Positive, "fl"),
    ("This place never disappoints", "en", Positive, "fl"),
    ("can't complain", "en", Positive, "fl"),
    ("No problems so far", "en", Positive, "fl"),
    ("I couldn't be happier with it", "en", Positive, "f"),
    ("Can't wait for the concert!", "en", Positive, "f"),
    ("Nothing beats a cold beer on Friday", "en", Positive, "f"),
    ("not happy", "en", Negative, "fl"),
    ("I'm not happy with the service", "en", Negative, "fl"),
    ("This is not good", "en", Negative, "fl"),
    ("I don't like the new design", "en", Negative, "fl"),
    ("It doesn't work", "en", Negative, "f"),
    ("I would not recommend this hotel to anybody", "en", Negative, "fl"),
    ("not impressed at all", "en", Negative, "fl"),
    ("never again", "en", Negative, "f"),
    ("no one ever answers the phone", "en", Negative, "fl"),
    ("isn't it lovely", "en", Positive, ""),
    ("I do not hate it", "en", Neutral, ""),
    ("kein Problem, alles super", "de", Positive, "f"),
    ("nicht schlecht", "de", Positive, "f"),
    ("Ich bin nicht zufrieden", "de", Negative, "f"),
    ("das gefällt mir nicht", "de", Negative, "f"),
    ("no está mal", "es", Positive, "f"),
    ("no me gusta nada", "es", Negative, "f"),
    ("pas mal du tout", "fr", Positive, "f"),
    ("ça ne marche pas", "fr", Negative, "f"),
    ("non male", "it", Positive, "f"),
    ("non mi piace per niente", "it", Negative, "f"),
    ("não gostei", "pt", Negative, "f"),
    ("nada mal", "pt", Positive, "f"),
    ("अच्छा नहीं है", "hi", Negative, "f"),
    ("ليس جيدا", "ar", Negative, "f"),
    // Sarcasm.
    ("thanks for nothing", "en", Negative, "f"),
    ("Thanks for nothing, @acme", "en", Negative, "f"),
    ("great, another outage", "en", Negative, "f"),
    ("Oh great, the train is late again", "en", Negative, "f"),
    ("oh wonderful, my flight is cancelled again", "en", Negative, "f"),
    ("Just what I needed, a broken screen", "en", Negative, "fl"),
    ("what a joke", "en", Negative, "f"),
    ("Love how you never answer my emails", "en", Negative, "f"),
    ("I just love waiting two hours on hold", "en", Negative, "f"),
    ("Nice job breaking the app again", "en", Negative, "f"),
    ("yeah right, best service ever", "en", Negative, ""),
    ("so much for next day delivery", "en", Negative, "f"),
    ("Well done @acme, you lost my parcel twice", "en", Negative, "fl"),
    ("danke für nichts", "de", Negative, "f"),
    ("gracias por nada", "es", Negative, "f"),
    ("merci pour rien", "fr", Negative, "f"),
    ("grazie per niente", "it", Negative, "f"),
    ("obrigado por nada", "pt", Negative, "f"),
    // Emoji alone, and against words.
    ("😍", "en", Positive, "fl"),
    ("👍👍", "en", Positive, "f"),
    ("❤️", "en", Positive, "f"),
    ("😂😂😂", "en", Positive, "fl"),
    ("🎉", "en", Positive, "fl"),
    ("😡", "en", Negative, "f"),
    ("👎", "en", Negative, "f"),
    ("💔", "en", Negative, "fl"),
    ("😭", "en", Negative, "fl"),
    ("😢😢", "de", Negative, "f"),
    ("😍😍", "ar", Positive, "f"),
    ("🙄", "en", Negative, "f"),
    (":)", "en", Positive, "fl"),
    (":(", "en", Negative, "fl"),
    ("great service 🙄", "en", Negative, ""),
    ("I love Mondays 😒", "en", Negative, ""),
    ("this is sick 🔥🔥", "en", Positive, ""),
    ("so sad 😢", "en", Negative, "fl"),
    ("I'm crying 😂😂 this is hilarious", "en", Positive, "fl"),
    ("the update is out 🎉", "en", Positive, "fl"),
    ("the update is out 😡", "en", Negative, "f"),
    // Elongation and capitals.
    ("soooo good", "en", Positive, "fl"),
    ("noooo", "en", Negative, "f"),
    ("noooooo not again", "en", Negative, "f"),
    ("yesssss", "en", Positive, "f"),
    ("I loooove it", "en", Positive, "f"),
    ("sooooo bad", "en", Negative, "fl"),
    ("whyyyyy", "en", Negative, "f"),
    ("amaziiiing", "en", Positive, "f"),
    ("THIS IS AWESOME", "en", Positive, "fl"),
    ("WORST. SERVICE. EVER.", "en", Negative, "fl"),
    ("I AM SO ANGRY RIGHT NOW", "en", Negative, "fl"),
    ("WE WON!!!", "en", Positive, "fl"),
    // Hashtags.
    ("#fail", "en", Negative, "fl"),
    ("#epicfail", "en", Negative, "f"),
    ("#NotHappy", "en", Negative, "fl"),
    ("#bestdayever", "en", Positive, "f"),
    ("#BestDayEver", "en", Positive, "fl"),
    ("#love", "en", Positive, "fl"),
    ("#worst", "en", Negative, "fl"),
    ("#CustomerServiceFail", "en", Negative, "fl"),
    ("waiting for the bus #fail", "en", Negative, "fl"),
    ("got the job #blessed", "en", Positive, "fl"),
    ("the new phone is here #SoHappy", "en", Positive, "fl"),
    ("#soproud of this team", "en", Positive, "f"),
    // Quoted words within one's own.
    ("my boss said \"great work\" today", "en", Positive, "fl"),
    ("they call this \"support\"", "en", Negative, ""),
    ("their so-called \"customer service\"", "en", Negative, "f"),
    // Questions and notices.
    ("Does anybody know when the store opens?", "en", Neutral, "fl"),
    ("How do I reset my password?", "en", Neutral, "fl"),
    ("Is the new model out yet?", "en", Neutral, "fl"),
    ("Which plan includes roaming?", "en", Neutral, "fl"),
    ("Why is your app always down?", "en", Negative, "f"),
    ("How can anyone be this incompetent?", "en", Negative, "fl"),
    ("Isn't this just beautiful?", "en", Positive, ""),
    ("Wann öffnet der Laden morgen?", "de", Neutral, ""),
    ("¿A qué hora abre la tienda?", "es", Neutral, "f"),
    ("A que horas abre a loja?", "pt", Neutral, "f"),
    ("À quelle heure ouvre le magasin ?", "fr", Neutral, ""),
    ("A che ora apre il negozio?", "it", Neutral, "f"),
    ("متى يفتح المتجر؟", "ar", Neutral, "f"),
    ("दुकान कब खुलती है?", "hi", Neutral, "f"),
    // Mixed languages.
    ("El servicio es awesome, love it", "es", Positive, "f"),
    ("Das Update ist echt nice", "de", Positive, "f"),
    ("Total fail, das nervt", "de", Negative, "f"),
    ("Yeh phone bahut accha hai, love it", "hi", Positive, "f"),
    ("customer service is bakwas, bilkul bekar", "hi", Negative, "f"),
    ("C'est so cool, merci", "fr", Positive, "f"),
    ("Que top, amei o show", "pt", Positive, "f"),
    // Customer support, English.
    ("Thanks @acme for sorting this out so quickly", "en", Positive, "fl"),
    ("Shout out to the support team, super helpful", "en", Positive, "fl"),
    ("Problem solved in five minutes, brilliant", "en", Positive, "fl"),
    ("Still waiting for my refund after three weeks", "en", Negative, "f"),
    ("Been on hold for an hour @acme, sort it out", "en", Negative, "f"),
    ("Your website is down again", "en", Negative, "f"),
    ("My account was charged twice and nobody replies", "en", Negative, "fl"),
    ("Please send us your order number by message", "en", Neutral, "f"),
    ("My order number is 12345", "en", Neutral, ""),
    ("Could you tell me the opening hours?", "en", Neutral, "fl"),
    // Customer support, Spanish.
    ("Muchas gracias por la ayuda, excelente servicio", "es", Positive, "f"),
    ("Me encanta la nueva aplicación", "es", Positive, "f"),
    ("Muy amables y rápidos, todo perfecto", "es", Positive, "f"),
    ("Llevo tres horas esperando y nadie contesta", "es", Negative, "f"),
    ("El servicio es pésimo, una vergüenza", "es", Negative, "f"),
    ("La aplicación no funciona", "es", Negative, "f"),
    ("Mi número de pedido es 12345", "es", Neutral, "f"),
    ("El pedido llega el martes", "es", Neutral, ""),
    // Customer support, Portuguese.
    ("Muito obrigado pela ajuda, atendimento excelente", "pt", Positive, "f"),
    ("Adorei o novo aplicativo", "pt", Positive, "f"),
    ("Resolveram tudo rápido, recomendo", "pt", Positive, "f"),
    ("O aplicativo não funciona", "pt", Negative, "f"),
    ("Péssimo atendimento, uma vergonha", "pt", Negative, "f"),
    ("Estou esperando há três semanas e ninguém responde", "pt", Negative, "f"),
    ("O número do meu pedido é 12345", "pt", Neutral, "f"),
    ("A loja abre às nove", "pt", Neutral, "f"),
    // Customer support, French.
    ("Merci beaucoup pour votre aide, service excellent", "fr", Positive, "f"),
    ("J'adore la nouvelle application", "fr", Positive, "f"),
    ("Livraison rapide, je recommande", "fr", Positive, "f"),
    ("L'application ne fonctionne pas", "fr", Negative, "f"),
    ("Service client nul, une honte", "fr", Negative, "f"),
    ("J'attends depuis trois semaines et toujours aucune réponse", "fr", Negative, "f"),
    ("Mon numéro de commande est 12345", "fr", Neutral, "f"),
    ("Le magasin ouvre à neuf heures", "fr", Neutral, ""),
    // Customer support, German.
    ("Vielen Dank für die schnelle Hilfe, super Service", "de", Positive, "f"),
    ("Ich freue mich", "de", Positive, "f"),
    ("Ich freue mich auf das neue Modell", "de", Positive, "f"),
    ("Ich liebe die neue App", "de", Positive, "f"),
    ("Die App funktioniert nicht", "de", Negative, "f"),
    ("Schlechter Service, ich bin sehr enttäuscht", "de", Negative, "f"),
    ("Seit drei Wochen warte ich und niemand antwortet", "de", Negative, "f"),
    ("Schon wieder Verspätung", "de", Negative, "f"),
    ("Meine Bestellnummer ist 12345", "de", Neutral, ""),
    ("Der Laden öffnet um neun Uhr", "de", Neutral, "f"),
    // Customer support, Italian.
    ("Grazie mille per l'aiuto, servizio eccellente", "it", Positive, "f"),
    ("Adoro la nuova app", "it", Positive, "f"),
    ("Consegna veloce, consigliato", "it", Positive, "f"),
    ("L'app non funziona", "it", Negative, "f"),
    ("Servizio pessimo, una vergogna", "it", Negative, "f"),
    ("Aspetto da tre settimane e nessuno risponde", "it", Negative, "f"),
    ("Il mio numero d'ordine è 12345", "it", Neutral, ""),
    ("Il negozio apre alle nove", "it", Neutral, "f"),
    // Customer support, Hindi.
    ("बहुत धन्यवाद, बढ़िया सेवा", "hi", Positive, "f"),
    ("यह फोन बहुत अच्छा है", "hi", Positive, "f"),
    ("bahut badhiya service, shukriya", "hi", Positive, "f"),
    ("बहुत खराब सेवा", "hi", Negative, "f"),
    ("ऐप काम नहीं कर रहा है", "hi", Negative, "f"),
    ("bekar service, koi jawab nahi", "hi", Negative, "f"),
    ("मेरा ऑर्डर नंबर 12345 है", "hi", Neutral, "f"),
    ("दुकान नौ बजे खुलती है", "hi", Neutral, ""),
    // Customer support, Arabic.
    ("شكرا جزيلا على المساعدة، خدمة ممتازة", "ar", Positive, "f"),
    ("احب التطبيق الجديد", "ar", Positive, "f"),
    ("توصيل سريع، انصح به", "ar", Positive, "f"),
    ("التطبيق لا يعمل", "ar", Negative, "f"),
    ("خدمة سيئة جدا، لا احد يرد", "ar", Negative, "f"),
    ("انتظر منذ ثلاثة اسابيع بدون رد", "ar", Negative, "f"),
    ("رقم طلبي هو 12345", "ar", Neutral, "f"),
    ("المتجر يفتح الساعة التاسعة", "ar", Neutral, "f"),
    // Nothing declared.
    ("ich freue mich", "", Positive, "f"),
    ("Das ist leider schon wieder kaputt", "", Negative, "f"),
    ("Me encanta, muchas gracias", "", Positive, "f"),
    ("C'est génial, merci", "", Positive, "f"),
    ("Che schifo, non funziona niente", "", Negative, "f"),
    ("amei demais, lindo", "", Positive, "f"),
    ("شكرا جزيلا، رائع", "", Positive, "f"),
    ("I love it", "", Positive, "fl"),
];

/// Neither model needs a file.
fn loaded(choice: Choice) -> Arc<dyn Model> {
    choice
        .load(&Folders::only([]))
        .unwrap_or_else(|error| panic!("{error}"))
}

const MODELS: [(char, Choice); 2] = [('f', Choice::Fast), ('l', Choice::Lexicon)];

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
        let read = |case: &&Case| choice == Choice::Fast || case.1 == "en";
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
fn a_link_or_another_handle_changes_no_label() {
    for (_, choice) in MODELS {
        let model = loaded(choice);
        for (text, language, ..) in CASES {
            let said = |text: &str| read(&*model, text, language);
            let links = [
                "https://x.example/awful",
                "https://x.example/lovely?happy=1",
                "www.hate.example",
            ];
            for link in links {
                let linked = said(&format!("{text} {link}"));
                assert_eq!(linked, said(text), "{}: a link behind `{text}`", choice.name());
            }
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
