//! Words that find nearly everything, and brands that are words. Folded, as terms are.

/// The commonest words of English, Spanish, Portuguese, French, German, Italian, Hindi and Arabic.
#[rustfmt::skip]
pub(super) const COMMON: [&[&str]; 8] = [
    &["a", "about", "all", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "for", "from", "get", "go", "good", "have", "he", "i", "if",
      "in", "is", "it", "just", "like", "me", "my", "new", "no", "not", "now", "of", "on", "one", "or", "out", "she", "so", "that", "the", "they",
      "this", "time", "to", "today", "up", "was", "we", "what", "when", "who", "will", "with", "you", "your"],
    &["al", "como", "con", "de", "del", "el", "ella", "en", "es", "esta", "este", "hay", "hoy", "la", "las", "lo", "los", "mas", "me", "mi", "muy",
      "no", "para", "pero", "por", "que", "se", "si", "sin", "su", "te", "todo", "tu", "un", "una", "y", "ya"],
    &["a", "ao", "as", "com", "como", "da", "de", "do", "e", "ela", "ele", "em", "essa", "esse", "eu", "foi", "hoje", "isso", "ja", "mais", "mas",
      "meu", "muito", "na", "nao", "no", "o", "os", "para", "por", "pra", "que", "se", "sem", "so", "tem", "um", "uma", "voce"],
    &["au", "avec", "ce", "ces", "c'est", "dans", "de", "des", "du", "elle", "en", "est", "et", "il", "ils", "je", "la", "le", "les", "mais", "ne",
      "nous", "on", "ou", "par", "pas", "plus", "pour", "qui", "que", "sa", "se", "son", "sur", "tout", "tu", "un", "une", "vous"],
    &["aber", "als", "am", "an", "auch", "auf", "aus", "bei", "das", "dass", "dem", "den", "der", "die", "du", "ein", "eine", "er", "es", "fur",
      "haben", "hat", "ich", "im", "in", "ist", "ja", "man", "mit", "nach", "nicht", "noch", "nur", "oder", "sich", "sie", "sind", "so", "und", "von",
      "war", "was", "wie", "wir", "zu"],
    &["anche", "che", "chi", "come", "con", "cosa", "da", "dei", "del", "della", "di", "e", "gli", "ha", "ho", "i", "il", "in", "io", "la", "le",
      "ma", "mi", "molto", "nel", "non", "o", "per", "piu", "se", "si", "sono", "su", "tu", "tutto", "un", "una"],
    &["आप", "इस", "उस", "एक", "और", "कर", "करने", "का", "कि", "की", "के", "को", "क्या", "गया", "जो", "तक", "तो", "था", "थी", "थे", "नहीं", "ने", "पर",
      "भी", "में", "मैं", "यह", "ये", "लिए", "वह", "से", "हम", "ही", "है", "हैं", "हो"],
    &["ال", "الى", "إلى", "أن", "ان", "أنا", "انت", "بعد", "ثم", "عن", "على", "غير", "في", "قد", "كان", "كل", "كما", "لا", "لم", "لن", "له", "ما",
      "مع", "من", "هذا", "هذه", "هل", "هو", "هي", "و", "يا", "يوم"],
];

/// Brands whose names mean something else in everyday posts.
#[rustfmt::skip]
pub(super) const AMBIGUOUS: &[&str] = &[
    "alphabet", "amazon", "apple", "boss", "bounty", "caterpillar", "coach", "corona", "delta", "diesel", "discord", "dove", "fox", "galaxy", "gap",
    "general", "ghost", "guess", "indeed", "intercom", "jaguar", "kindle", "mars", "medium", "meta", "mini", "monster", "nest", "notion", "oracle",
    "orange", "oxygen", "peacock", "puma", "ring", "shell", "signal", "slack", "snickers", "sprint", "square", "stripe", "subway", "sun", "target",
    "threads", "tide", "tinder", "twitch", "uber", "united", "virgin", "visa", "wise", "x", "zoom",
];
