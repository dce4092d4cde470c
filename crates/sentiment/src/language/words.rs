//! Very common words of the languages that are written in Latin letters and that a model reads, to recognise them where a text is too short
//! for statistics.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// The languages that have words here.
pub(super) const CODES: [&str; 7] = ["en", "es", "pt", "fr", "de", "it", "hi"];

/// Whether `word`, lower case, is a very common English one. Words that are as common in another language (`die`, `me`, `no`, `a`) are left out.
pub fn is_english(word: &str) -> bool {
    common_in(word) & 1 != 0
}

/// In which languages `word`, lower case, is very common: one bit for each of [`CODES`].
pub(super) fn common_in(word: &str) -> u8 {
    COMMON.get(word).copied().unwrap_or(0)
}

/// In which languages alone a word, lower case, is formed so: one bit for each of [`CODES`].
pub(super) fn shaped_in(word: &str) -> u8 {
    let shaped = |shapes: &Shapes| {
        let within = shapes.within.iter().any(|part| word.contains(part));
        let ends = || {
            shapes
                .ends
                .iter()
                .any(|end| word.len() > end.len() + 2 && word.ends_with(end))
        };
        let begins = || {
            shapes
                .begins
                .iter()
                .any(|begin| word.len() > begin.len() + 1 && word.starts_with(begin))
        };
        within || ends() || begins()
    };
    SHAPES
        .iter()
        .enumerate()
        .filter(|(_, shapes)| shaped(shapes))
        .fold(0, |mask, (at, _)| mask | 1 << at)
}

/// How words of a language begin, end and look.
struct Shapes {
    begins: &'static [&'static str],
    ends: &'static [&'static str],
    within: &'static [&'static str],
}

const NO_SHAPES: Shapes = Shapes {
    begins: &[],
    ends: &[],
    within: &[],
};

/// In the order of [`CODES`].
const SHAPES: [Shapes; 7] = [
    NO_SHAPES,
    Shapes {
        begins: &[],
        ends: &["ción", "ciones", "ísimo", "ísima"],
        within: &["ñ"],
    },
    Shapes {
        begins: &[],
        ends: &["ção", "ções", "ão", "ões", "inho", "inha"],
        within: &[],
    },
    Shapes {
        begins: &["qu'", "j'", "n'", "s'", "l'", "d'"],
        ends: &["eux", "euse", "euses", "aient", "eaux"],
        within: &["œ"],
    },
    Shapes {
        begins: &[],
        ends: &[
            "ung", "ungen", "keit", "keiten", "heit", "heiten", "schaft", "schaften", "lich", "liche", "lichen",
            "licher", "liches", "ische", "ischen", "ischer", "isches", "ierte", "ieren", "iert", "chen", "tzt", "tzen",
            "acht", "echt", "icht", "öht", "ört", "ührt", "ünstig",
        ],
        within: &[
            "ß", "sch", "äu", "über", "ück", "ätz", "ätt", "ött", "ütt", "öff", "ünd", "änd",
        ],
    },
    Shapes {
        begins: &["l'", "d'", "dell'", "nell'", "all'", "dall'", "sull'", "un'"],
        ends: &["zione", "zioni", "issimo", "issima", "ità", "aggio", "ezza", "ezze"],
        within: &[],
    },
    NO_SHAPES,
];

static COMMON: LazyLock<FxHashMap<&'static str, u8>> = LazyLock::new(|| {
    let lists = [ENGLISH, SPANISH, PORTUGUESE, FRENCH, GERMAN, ITALIAN, HINDI];
    let mut common = FxHashMap::default();
    for (at, list) in lists.into_iter().enumerate() {
        for word in list.split(' ') {
            *common.entry(word).or_default() |= 1 << at;
        }
    }
    common
});

const ENGLISH: &str = "\
about after again all always and any anyone are aren't at back be because been before being but by can can't cannot come \
could did didn't do does doesn't doing don't down even ever every for from get getting going got had has have he her \
here him his how i i'm i've if is isn't it it's its just know last let like look made make many more most much my need \
never new not now of off one only or other our out over people really said see she should since still than that that's \
the their them then there these they thing think this those to too up us use very want was we were what when where which \
who why will with would you your";

const SPANISH: &str = "\
ahora al algo amigos antes aquí así aunque año años bonito buena bueno cada claro como con cosas creo cuando cómo de del \
desde después donde día días dónde el entre era eres es esa ese eso espero esta estaba este estoy está están estás feliz \
fue gente gracias hace hacer hasta hay hola hoy jaja jajaja las le lo los mala malo mas mañana mejor menos mi mis mismo \
muchas mucho muchos muy más nada nadie ni noche nuevo otra otro para peor pero por porque puedo pues que quien quiero \
qué se ser siempre siento sin sobre solo somos son su sus sí sólo también tampoco tan tengo tiempo tiene tienes todo \
todos trabajo una uno verdad voy y ya yo";

const PORTUGUESE: &str = "\
acho agora ainda amo anos ao aqui até aí bem boa bom cara certeza coisa com como da das de demais depois deus dia do dos \
dá ela elas ele eles em essa essas esse esses estou está eu falando faz fazer feliz ficar foi gente gostei hj hoje isso \
isto já kkk kkkk kkkkk mais mas melhor mesmo meu mim minha muita muito mulher mãe na nao nas nem no noite nos nossa \
nunca não né o obrigada obrigado olha ontem os para pessoa por porque pq pra pro que quem quero sai sair saiu se sem seu \
sim sou sua só também tem tenho ter tudo tá tô um uma vai vc você vocês vou é";

const FRENCH: &str = "\
alors ans après au aujourd'hui aussi aux avec bien bon bonne c'est ce ces cette comme contre d'un d'une dans de demain des \
donc du elle elles en encore est et faire fait grâce il ils j'ai j'aime jamais je jolie jour l'on la le les leur leurs \
ma mais merci mes mieux moi moins mon monde même n'est ne notre nous nouveau nouvelle nul on ont où par pas peu peut \
plus pour qu'il qu'on quand que qui rien sa sans ses si son sont super sur ta tes toi ton tous tout toute trop très un \
une veut votre vous vraiment à ça être";

const GERMAN: &str = "\
aber alle alles als auch auf aus bei beim besser bin bis bitte danke dann das dass dem den denn der dich die diese \
dieser dieses dir doch durch echt ein eine einem einen einer eines einfach endlich euch für ganz gar gegen geht gut \
guten hab habe haben hast hat heute hier ich ihm ihn ihr im immer ist ja jetzt kann kein keine kommt können leider leute \
liebe machen macht mehr mein meine mich mir mit morgen muss nach natürlich nein neue nicht nichts nie noch nur oder ohne \
schon schön sehr sein sich sie sind und unter viel vom von vor war warum was wenn wer werden wie wieder wir wird wo wohl \
wäre würde zu zum zur über";

const ITALIAN: &str = "\
agli ai al alla allo anche ancora anni bella bello bene buon buona c'è che chi ci come con contro così cui da dal dalla \
degli dei del della delle detto devo di domani dopo e ecco essere fa fai fanno fare già gli grazie ha hai hanno ho i \
ieri il invece io la le lei lo loro lui ma mai male mi mia miei mio molto nei nel nella niente non nuovo oggi ora per \
perchè perché però più poi posto prima proprio può quanto quella quello questa questi questo sarà se sembra sempre senza \
si sia siamo sono sta stai sto sua sul sulla suo sì ti tra tua tuo tutti tutto un una uno voglio è";

/// In Latin letters, as it is written in posts.
const HINDI: &str = "\
aaj aap abhi accha acha agar apna apne apni aur bahut bhai bhi bohot desh dil fir gaya gayi hai hain ho hoga hoon hota \
hu hua hui hum hun inka iska isko jaise jo ka kaam kabhi kaise kal kar karna karo ke ki kitna ko koi kuch kya kyu kyun \
lekin liye magar mat mein mera mere meri mujhe nahi nahin nhi pe phir pyar raha rahe rahi sab se sirf tha \
thi toh tum unka uska usko wala wale wo woh yaar ye yeh";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_found_in_its_languages_and_no_other() {
        let codes = |word| {
            (0..CODES.len())
                .filter(|at| common_in(word) & 1 << at != 0)
                .map(|at| CODES[at])
                .collect::<Vec<_>>()
        };
        assert_eq!(codes("the"), ["en"]);
        assert_eq!(codes("nicht"), ["de"]);
        assert_eq!(codes("una"), ["es", "it"]);
        assert_eq!(codes("backtweet"), [""; 0]);
        assert!(is_english("the") && is_english("about") && is_english("your") && !is_english("das"));
    }
}
