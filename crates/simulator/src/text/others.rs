//! Sentences in Spanish, German, French and Portuguese. Themes that are missing here are written in English.

use super::{Language, Theme};

pub(super) const fn sentences(theme: Theme, language: Language) -> &'static [&'static str] {
    match (language, theme) {
        (Language::Spanish, Theme::Chatter) => &[
            "[Hoy|Esta mañana] paseo por [el puerto|el mercado|la montaña] y [sol|lluvia|mucho viento].",
            "Mi [gata|perro|abuela] opina que es hora de [comer|dormir|salir].",
            "¿Alguien más desayuna [tortilla|churros|pan con tomate] un [lunes|martes|jueves]?",
            "He terminado [el libro|la serie] a las [dos|tres] de la mañana. Sin arrepentimientos.",
        ],
        (Language::Spanish, Theme::Campaign) => &[
            "Mi primer café en [el balcón|la cocina|la oficina]. ¡Qué [maravilla|alegría]! ☀️",
            "[Café|Cortado] y silencio: la mejor hora del día. 💛",
            "Me apunto: [cortado|café con leche] con vistas al [mar|patio].",
        ],
        (Language::Spanish, Theme::Praise) => &[
            "¡Qué [maravilla|gente tan amable] en {it}! [Muchas gracias.|Los mejores.]",
            "{it} arregló [la radio|el reloj] de mi [abuelo|madre] y quedó perfecto. ❤️",
            "Estoy encantada con {it}: rápido, honesto y barato.",
        ],
        (Language::Spanish, Theme::Cheer) => &[
            "[Estoy llorando|No puedo parar de sonreír]. ¡Qué bonito! ❤️",
            "Lo más bonito que he leído [hoy|esta semana].",
            "Más historias así, por favor. ✨",
        ],
        (Language::Spanish, Theme::Complaint) => &[
            "{it} no funciona [otra vez|desde la una]. ¡Qué vergüenza! 😤",
            "Me han cobrado dos veces con {it} y no tengo billete. Un desastre.",
            "Llego tarde por culpa de {it}. Muy mal servicio.",
        ],
        (Language::Spanish, Theme::Help) => &[
            "{it} ¿me podéis ayudar? No carga mi billete [del metro|del tranvía].",
            "Hola {it}, me han cobrado dos veces, ¿qué puedo hacer?",
        ],
        (Language::German, Theme::Chatter) => &[
            "[Heute|Gestern] am [Hafen|See|Waldrand] gewesen, [Nebel|Sonne|Nieselregen] und sonst nichts. Schön.",
            "Die Katze hat [den Drucker|meine Tasse|die Zimmerpflanze] besiegt.",
            "Wer legt Besprechungen auf [acht|halb neun]? Fragen für einen Freund.",
            "Zum [Frühstück|Abendbrot] gibt es [Pflaumenkuchen|Käsebrötchen|Kürbissuppe]. Punkt.",
        ],
        (Language::German, Theme::Campaign) => &[
            "Mein erster Schluck heute, auf [dem Balkon|der Fensterbank|dem Bahnsteig]. Herrlich! ☀️",
            "[Filterkaffee|Espresso], Stille, [Sonne|Regen]. Was für ein schöner Morgen. 💛",
            "Ich mache mit: Omas Tasse, mein Kaffee, gute Laune.",
        ],
        (Language::German, Theme::Praise) => &[
            "Großes Lob an {it}: [freundlich|schnell|ehrlich] und großartig gemacht!",
            "{it} hat [das Radio|die Uhr|die Nähmaschine] meiner Oma gerettet. Tausend Dank! ❤️",
            "Ich bin begeistert von {it}. Besser geht es nicht.",
        ],
        (Language::German, Theme::Cheer) => &[
            "Wie [schön|wunderbar] ist das denn bitte? ❤️",
            "Das Schönste, was ich [heute|diese Woche] gelesen habe.",
            "Mein Opa hätte das geliebt. Ganz toll!",
        ],
        (Language::German, Theme::Complaint) => &[
            "{it} geht [schon wieder|seit Mittag] nicht. Eine Frechheit! 😤",
            "Zweimal abgebucht, kein Ticket: {it} ist echt das Letzte.",
            "Wegen {it} die Bahn verpasst. Richtig schlecht.",
        ],
        (Language::German, Theme::Help) => &[
            "{it} könnt ihr helfen? Mein Ticket für die [U3|S1|Tram] lädt nicht.",
            "Hallo {it}, bei mir wurde doppelt abgebucht. Was kann ich tun?",
        ],
        (Language::French, Theme::Chatter) => &[
            "Petit tour [au marché|au parc|sur le port] ce matin, [soleil|brume|petite pluie]. Rien à signaler.",
            "Le chat a décidé de dormir sur [mon clavier|le journal|mes dossiers].",
            "Qui d'autre mange des [crêpes|tartines] un [mardi|jeudi] soir ?",
        ],
        (Language::French, Theme::Campaign) => &[
            "Ma première gorgée, [au balcon|dans la cuisine|au bureau]. Quel bonheur ! ☀️",
            "[Un café|Un noisette], le silence, et c'est parfait. 💛",
        ],
        (Language::French, Theme::Praise) => &[
            "Bravo à {it} : [rapide|aimable|honnête] et vraiment excellent !",
            "{it} a réparé [la radio|l'horloge] de mon grand-père. Merci mille fois ! ❤️",
        ],
        (Language::French, Theme::Cheer) => &[
            "[J'en pleure|Je souris encore]. Quelle belle histoire ! ❤️",
            "La plus belle chose que j'ai lue [aujourd'hui|cette semaine].",
        ],
        (Language::French, Theme::Complaint) => &[
            "{it} est [encore|toujours] en panne. C'est nul ! 😤",
            "Débité deux fois par {it} et pas de billet. Une honte.",
        ],
        (Language::French, Theme::Help) => &[
            "{it} pouvez-vous m'aider ? Mon billet [de tram|de bus] ne charge pas.",
            "Bonjour {it}, j'ai été débité deux fois, que faire ?",
        ],
        (Language::Portuguese, Theme::Chatter) => &[
            "[Hoje|Ontem] fui [à praia|ao mercado|ao jardim] e apanhei [sol|chuva|vento]. Bom dia na mesma.",
            "O gato decidiu que [o teclado|a minha cadeira|o jornal] é dele.",
            "Quem mais come [pastéis|bolo|torradas] a uma [terça|quinta] à noite?",
        ],
        (Language::Portuguese, Theme::Campaign) => &[
            "O meu primeiro gole, [na varanda|na cozinha|no escritório]. Que maravilha! ☀️",
            "[Café|Galão] e silêncio: a melhor hora do dia. 💛",
        ],
        (Language::Portuguese, Theme::Praise) => &[
            "Parabéns à equipa de {it}: [rápidos|simpáticos|honestos] e excelentes!",
            "{it} arranjou [o rádio|o relógio] do meu avô. Muito obrigado! ❤️",
        ],
        (Language::Portuguese, Theme::Cheer) => &[
            "[Estou a chorar|Ganhei o dia]. Que história tão linda! ❤️",
            "A coisa mais bonita que li [hoje|esta semana].",
        ],
        (Language::Portuguese, Theme::Complaint) => &[
            "{it} não funciona [outra vez|desde o almoço]. Uma vergonha! 😤",
            "Cobraram-me duas vezes em {it} e fiquei sem bilhete. Péssimo.",
        ],
        (Language::Portuguese, Theme::Help) => &[
            "{it} podem ajudar? O meu bilhete [do metro|do elétrico] não carrega.",
            "Olá {it}, cobraram-me duas vezes. O que posso fazer?",
        ],
        _ => &[],
    }
}
