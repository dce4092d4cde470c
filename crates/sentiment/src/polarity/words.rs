//! Common words that feel good or bad, and phrases that feel otherwise than their words, by language. Written for this project. A `*` stands for any
//! ending of up to four letters. How they are looked up is `polarity`'s.

/// What a language has: good and bad words, parted by spaces; good and bad phrases.
pub(super) struct Words {
    pub(super) good: &'static str,
    pub(super) bad: &'static str,
    pub(super) good_phrases: &'static [&'static str],
    pub(super) bad_phrases: &'static [&'static str],
}

/// Understood in every one of the languages.
#[rustfmt::skip]
pub(super) const SHARED: Words = Words {
    good: "\
super love lovely cool top best perfect wow bravo bravissimo nice happy win winner yay haha thx lol genial fantastic amazing \
awesome great",
    bad: "\
fail fails failed epicfail shit fuck fucking wtf ffs worst hate scam fake bullshit troll loser spam crap disaster rip bug bugs \
smh",
    good_phrases: &[
        "thank you", "well done", "top top",
    ],
    bad_phrases: &[
        "epic fail", "no thanks",
    ],
};

/// Emoji that are used for what pleases, and for what does not, whatever they show.
pub(super) const GOOD_EMOJI: &str =
    "👍👏🙌🎉🎊🥳🤩😍🥰😘😻💯🏆🥇🔥💪🙏✨⭐🌟🌈💖💕💗💙💚💛💜🧡🖤❤♥😊😁😄😃😀😎🤗😋🤤😇👌✌🤞💐🌹🎁🚀🤣😂😆";
pub(super) const BAD_EMOJI: &str = "👎😡😠🤬😤🙄😒🤮🤢💩😩😫😖😣😞😔😟🙁☹😢😭😿💔🤦😑😬🤡😱😨😰😥😓🥺😕😪🖕🚮🤥😾";

/// In the order of [`crate::fast::LANGUAGES`].
pub(super) const BY_LANGUAGE: [&Words; 8] = [
    &ENGLISH,
    &SPANISH,
    &PORTUGUESE,
    &FRENCH,
    &GERMAN,
    &ITALIAN,
    &HINDI,
    &ARABIC,
];

#[rustfmt::skip]
const ENGLISH: Words = Words {
    good: "\
love loves loved loving lovely lover liked enjoy* great greatest good better best nice nicer nicest awesome amazing amazed \
fantastic wonderful excellent brilliant perfect perfectly superb outstanding incredible marvellous marvelous fabulous terrific \
phenomenal beautiful gorgeous stunning cute sweet happy happier happiest glad delighted pleased thrilled excited exciting proud \
grateful thankful thanks thank thx congrats congratulations cheers bravo kudos yay yes yess wow fun funny hilarious cool epic \
legend legendary impressive impressed impress recommend* recommended helpful friendly polite quickly fast reliable smooth \
smoothly easy solid seamless intuitive delicious tasty yummy comfy comfortable worth win wins winner winning won success \
successful blessed bless favorite favourite fave hero heroes smile smiling laugh laughing haha hahaha appreciate* appreciated \
fixed solved resolved works flawless flawlessly sensational genius magical magic inspiring inspired inspiration charming \
adorable classy stellar refreshing relaxing relaxed hooked obsessed stoked pumped hyped dope rocks rocked slaps goat yum hope \
hopeful joy joyful celebrate celebrating gem treasure satisfied satisfying",
    bad: "\
hate hates hated hating awful terrible horrible horrid horrendous dreadful atrocious appalling abysmal bad worse worst poor \
poorly pathetic useless worthless rubbish garbage trash crap crappy shit shitty bullshit bs sucks suck sucked sucking \
disgusting gross nasty vile disgrace disgraceful shame shameful shambles disappoint* disappointed disappointing disappointment \
annoy* annoyed annoying irritating irritated frustrat* frustrated frustrating frustration angry anger mad furious fuming livid \
pissed rude unhelpful incompetent unprofessional lazy arrogant ignorant liar liars lies lied lying scam scammers scammed fraud \
thief thieves stole stolen steal rip-off ripoff overpriced expensive broken broke breaks crash crashes crashed crashing bug \
bugs buggy glitch glitchy fail fails failed failing failure failures error errors problem problems issue issues fault faulty \
slow slower slowest laggy lag delay delays delayed cancelled canceled cancel cancelling refund complaint complain* outage \
outages unusable unacceptable unreliable ridiculous outrageous joke nightmare disaster mess messed messy chaos wrong missing \
lost lose losing loss losers damaged leaking stuck stupid idiot idiots dumb moron sad sadly sadder upset upsetting cry crying \
tears depressed depressing depression miserable lonely tired exhausted sick ill pain painful hurt hurts hurting scared scary \
afraid fear worried worry worrying nervous anxious stress stressed stressful boring bored dull ugly unfortunately regret sorry \
kill killed killing dead death die died dying attack attacks war murder victim victims evil cruel racist racism sexist corrupt \
corruption waste wasted wasting ruined ruin ruins ruining fuck fucked fucking fuckers damn dammit ugh meh nope boo avoid beware \
shocking insult insulting offensive toxic hostile ignored ignoring neglect lousy mediocre subpar underwhelming overrated bland \
inedible stale dirty filthy smelly stinks",
    good_phrases: &[
        "not bad", "not bad at all", "not too bad", "not too shabby", "not half bad", "can't wait", "cant wait", "cannot wait",
        "can't complain", "cant complain", "cannot complain", "no complaints", "no problem", "no problems", "no issues",
        "no problem at all", "without any problems", "without problems", "never disappoints", "never disappoint",
        "never disappointed", "never fails", "never lets me down", "does not disappoint", "doesn't disappoint",
        "did not disappoint", "didn't disappoint", "never let me down", "couldn't be happier", "could not be happier",
        "can't recommend enough", "nothing beats", "second to none", "hats off", "made my day", "makes my day", "keep it up",
        "well done", "good job", "great job", "spot on", "best ever", "works like a charm", "worth every penny", "game changer",
        "life saver", "lifesaver", "thumbs up", "to die for", "five stars", "5 stars", "best day ever", "looking forward",
        "no regrets", "over the moon", "shout out", "blown away", "on point", "couldn't be better", "never been better",
        "can't get enough", "no bugs", "no worries",
    ],
    bad_phrases: &[
        "thanks for nothing", "thank you for nothing", "thanks a lot for nothing", "a joke", "what a joke", "is a joke",
        "are a joke", "such a joke", "no thanks", "not happy", "not good", "not great", "not working", "not impressed",
        "not amused", "doesn't work", "does not work", "doesnt work", "didn't work", "did not work", "don't work", "dont work",
        "won't work", "stopped working", "fed up", "sick of", "tired of", "waste of time", "waste of money", "rip off",
        "ripped off", "let down", "letting me down", "yeah right", "not cool", "no response", "no answer", "no reply",
        "still waiting", "still no", "last straw", "never again", "not ok", "not okay", "not acceptable", "not fair",
        "get your act together", "sort it out", "sort this out", "do better", "you had one job", "could be better",
        "should be better", "better off without", "great another", "oh great", "oh joy", "oh wonderful", "oh fantastic",
        "just great", "just what i needed", "great job breaking", "nice job breaking", "good luck getting", "no help", "no use",
        "too expensive", "too slow", "too late", "one star", "1 star", "zero stars", "stay away", "not worth", "not recommended",
        "don't recommend", "would not recommend", "wouldn't recommend", "never works", "falls apart", "fell apart", "gave up",
        "shame on you", "so much for", "hit and miss", "not a fan", "not pleased", "not satisfied", "thumbs down", "worst ever",
        "shut up", "screw you", "fuck you", "hung up on", "not funny", "not helpful", "no longer works", "bad news", "not fun",
        "love how you", "love how they", "love it when my", "love when my", "love waiting", "nobody answers", "nobody replies",
        "no one answers", "no one replies", "on hold for", "down again", "late again", "broken again", "cancelled again",
        "love waiting", "nobody answers", "nobody replies", "no one answers", "no one replies", "on hold for", "down again",
        "late again", "broken again", "cancelled again",
    ],
};

#[rustfmt::skip]
const SPANISH: Words = Words {
    good: "\
bien bueno buena buenos buenas buen buenísim* mejor mejores excelente* genial* grande fantástic* maravillos* increíble* \
estupend* magnífic* perfect* precios* hermos* lind* bonit* bell* guap* feliz felices felicidad felicidades felicitaciones \
felicito alegr* content* encant* gust* gusta gusto amor amo amamos adoro gracias agradezc* agradecid* recomiendo recomendable \
recomendad* éxito* exitos* ganar ganamos ganó ganador* victoria campeón campeones orgull* bravo olé jaja jajaja jajajaja risa \
risas diver* divertid* graci* simpátic* amable* rápid* eficiente* eficaz útil cómod* fácil fiable rico ric* delicios* crack \
espectacular* brutal* mola molan chévere chido padrísimo bacán bárbar* ilusión ilusionad* suerte espero esperanza emocionad* \
emocionante sonrisa sonreír disfrut* favorit* preferid* impresionante* funciona perfectamente satisfech* tranquil* bendicion*",
    bad: "\
mal malo mala malos malas peor peores pésim* horrible* terrible* fatal* asco asqueros* vergüenza vergonzos* odio odia odiar \
detest* triste* tristeza llorar lloro llorando llora pena lástima dolor duele duelen enferm* cansad* harto harta hartos \
aburrid* aburre enfadad* enojad* molest* indignad* indignante decepc* decepcion* decepcionante basura mierda puta puto joder \
coño cabrón cabrones gilipollas imbécil* idiota* estúpid* inútil* incompeten* estafa* estafador* robo roban robar ladrón \
ladrones mentira* mentiros* miente* engañ* problema* error* fallo* falla fallan fall* rot* roto averí* lento lenta lentos \
retras* demora cancel* queja* quejar reclam* reclamación desastre caos ruina crisis corrupt* corrupción culpa culpable miedo \
muert* murió matar guerra ataque víctim* fracas* perder perdid* perdimos pierde derrota* nefast* lamentable* inaceptable \
ridícul* fea feo asustad* preocup* desgracia* maldit* jodid* fastidi* caro cara carísim* sucio sucia",
    good_phrases: &[
        "no está mal", "no esta mal", "nada mal", "me encanta", "me encantan", "me gusta", "me gusta mucho", "muchas gracias",
        "mil gracias", "qué bien", "que bien", "sin problemas", "ningún problema", "nunca falla", "nunca decepciona", "muy bien",
        "muy bueno", "muy buena", "qué bueno", "que bueno", "no puedo esperar", "tengo ganas", "qué ganas", "que ganas", "lo mejor",
        "el mejor", "la mejor", "no me puedo quejar", "no me quejo", "enhorabuena", "buen trabajo", "vale la pena", "me alegro",
    ],
    bad_phrases: &[
        "no me gusta", "no me gustó", "no me gusto", "no me gustan", "no funciona", "no funcionan", "no sirve", "no sirven",
        "sigue sin", "siguen sin", "qué asco", "que asco", "qué vergüenza", "que vergüenza", "lo peor", "el peor", "la peor",
        "de mal en peor", "no recomiendo", "no lo recomiendo", "muy mal", "muy malo", "muy mala", "nunca más", "gracias por nada",
        "una estafa", "un desastre", "una vergüenza", "tomadura de pelo", "no contestan", "no responden", "nadie contesta",
        "nadie responde", "no hay derecho", "se cayó", "deja mucho que desear", "pérdida de tiempo", "perdida de tiempo", "no vale",
        "qué pena", "que pena", "estoy hasta", "no estoy contento", "no estoy contenta", "no es bueno",
    ],
};

#[rustfmt::skip]
const PORTUGUESE: Words = Words {
    good: "\
bom boa bons boas ótim* melhor melhores excelente* maravilhos* incrível incríveis fantástic* perfeit* lind* bonit* belo bela \
delicios* feliz felizes felicidade parabéns alegr* contente* amo amei amamos amando amor adoro adorei adorando adora gosto \
gostei gostamos curti curtindo curto obrigad* agradeç* grato grata gratidão recomendo recomendad* sucesso vitória ganhou ganhei \
ganhamos campeão campeões orgulho bravo top show massa legal bacana maneiro daora dahora foda rápid* eficiente* atencios* \
educad* simpátic* útil prático fácil confiável kkk kkkk kkkkk haha rsrs risos rindo sorriso sorrir diver* divertid* engraçad* \
fofo fofa saudável sorte esperança ansios* empolgad* sensacional espetacular favorit* preferid* impressionante* funciona \
funcionou abençoad* resolvido resolveram satisfeit* aproveit* lacrou arrasou diva rainha",
    bad: "\
mal mau má maus más pior piores péssim* horrível horríveis terrível terríveis ruim ruins lixo merda porra caralho puta foder \
fodeu bosta droga nojo nojento nojenta vergonha vergonhos* ódio odeio odiei odiar detesto detest* triste* tristeza chorar choro \
chorando chorei chora dor dói doente cansad* chato chata chatos irritad* irritante raiva puto revolt* revoltante decepc* \
decepcion* decepção indignad* golpe golpista* ladrão ladrões roub* rouba roubo mentira* mentiros* engan* fraude problema* erro \
erros falha* falhou bug travando trava travou quebr* quebrado quebrada lento lenta demora demorando demorad* atras* atrasado \
atraso cancel* reclam* reclamação desastre caos crise corrupt* corrupção culpa medo morte morreu morrer matar guerra vítim* \
perder perdi perdemos perdeu derrota* fracass* ridícul* inaceitável absurdo descaso feio feia idiota* burro burra imbecil* \
inútil incompetent* infeliz infelizmente preocup* desgraça* inferno caro cara",
    good_phrases: &[
        "nada mal", "não é ruim", "nao é ruim", "muito bom", "muito boa", "muito obrigado", "muito obrigada", "mal posso esperar",
        "não vejo a hora", "nao vejo a hora", "sem problemas", "nenhum problema", "nunca falha", "nunca decepciona", "o melhor",
        "a melhor", "vale a pena", "bom trabalho", "de parabéns", "está de parabéns", "que bom", "que lindo", "que linda",
        "não tenho do que reclamar", "sem reclamações", "quero muito",
    ],
    bad_phrases: &[
        "não gosto", "nao gosto", "não gostei", "nao gostei", "não funciona", "nao funciona", "não funcionam", "não presta",
        "nao presta", "que vergonha", "uma vergonha", "um lixo", "o pior", "a pior", "não recomendo", "nao recomendo", "muito ruim",
        "muito mal", "nunca mais", "obrigado por nada", "obrigada por nada", "valeu por nada", "que nojo", "que raiva", "que saco",
        "que merda", "ninguém responde", "ninguem responde", "ninguém atende", "não responde", "não atende", "sem resposta",
        "falta de respeito", "perda de tempo", "deixa a desejar", "não aguento", "nao aguento", "uma piada", "fora do ar",
        "caiu de novo", "não estou feliz", "tô cansada", "tô cansado",
    ],
};

#[rustfmt::skip]
const FRENCH: Words = Words {
    good: "\
bien bon bonne bons bonnes meilleur* mieux excellent* génial* geniale* super superbe* magnifique* parfait* merveilleu* \
formidable* incroyable* fantastique* extraordinaire* beau belle beaux belles joli* mignon* adorable* heureu* content* ravi* \
ravie fier fière fiers bonheur joie joyeu* plaisir aime aimé adore adoré adorent amour j'aime j'adore kiffe merci mercii \
remerci* bravo félicitation* bisous réussi* réussite succès gagné gagner victoire champion* recommande rapide* efficace* sympa \
sympas sympathique* gentil* aimable* agréable* utile* pratique* facile fiable délicieu* régal régale drôle* rire rires rigole* \
mdr ptdr haha sourire top cool chouette classe hâte impatient* espoir espère chance fan fans préféré* favori* impressionnant* \
fonctionne satisfait* satisfaite hourra youpi vive parfaitement sublime* canon rassuré*",
    bad: "\
mal mauvais* pire pires nul nulle nuls nulles horrible* terrible* affreu* catastroph* honte honteu* scandal* scandaleu* \
inadmissible* inacceptable* lamentable* pitoyable* minable* déteste détest* hais haine merde merdique putain connard* connasse \
con cons conne connerie* chier débile* idiot* stupide* imbécile* incompétent* arnaque* arnaqueur* vol volé voleur* menteur* \
mensonge* ment mentir escroc* triste* tristesse pleure* pleurer peur douleur malade fatigué* marre saoule soûle énerv* énervé \
énervant agac* agaçant colère furieu* déçu déçue déçus décev* décevant déception ennui ennuyeu* chiant* problème* erreur* panne \
bug bugs buggé cassé cassée lent lente lents retard* annulé* annule attente plainte réclamation ruine crise corrompu* \
corruption coupable* mort morts tué tuer guerre attaque* victime* échec* perdu* perdre perd raté ratée ridicule* moche* laid \
sale dégueulasse dégoût* dégoûté inquiet* inquiétant malheureusement hélas dommage impossible incapable* insupportable* injuste",
    good_phrases: &[
        "pas mal", "pas mal du tout", "pas mauvais", "c'est top", "j'ai hâte", "ai hâte", "trop hâte", "vivement", "aucun problème",
        "sans problème", "rien à redire", "jamais déçu", "jamais déçue", "ne déçoit jamais", "très bien", "très bon", "très bonne",
        "trop bien", "trop bon", "trop beau", "trop belle", "bien joué", "bon travail", "chapeau", "le meilleur", "la meilleure",
        "merci beaucoup", "vaut le coup", "coup de coeur", "un régal", "j'ai adoré", "trop mignon", "trop drôle",
    ],
    bad_phrases: &[
        "pas content", "pas contente", "pas terrible", "pas top", "pas bon", "pas bien", "n'aime pas", "aime pas", "marche pas",
        "ne marche pas", "ne fonctionne pas", "fonctionne pas", "marche plus", "ne fonctionne plus", "en panne", "ras le bol",
        "j'en ai marre", "en ai marre", "la honte", "une honte", "c'est nul", "trop nul", "trop cher", "merci pour rien",
        "foutage de gueule", "se foutre de", "plus jamais", "jamais plus", "le pire", "la pire", "très déçu", "très déçue",
        "très mauvais", "très mal", "aucune réponse", "pas de réponse", "toujours pas", "perte de temps", "laisse à désirer",
        "du n'importe quoi", "n'importe quoi", "une blague", "ne répond", "personne ne répond", "à fuir",
    ],
};

#[rustfmt::skip]
const GERMAN: Words = Words {
    good: "\
gut gute guter gutes guten besser beste bester bestes besten toll* super klasse prima spitze großartig* grossartig* wunderbar* \
fantastisch* hervorragend* ausgezeichnet* perfekt* genial* geil* cool* schön* schoen* hübsch* süß* süss* lecker* köstlich* \
wunderschön* herrlich* sensationell* lieb lieber liebt geliebt mögen freue freuen freut freu gefreut freude froh glücklich* \
glück begeister* begeistert gefällt gefallen zufrieden* stolz dankbar danke dank merci glückwunsch gratuliere gratulation \
empfehle empfehlen empfehlenswert empfehlung lob bravo hurra juhu yeah schnell* freundlich* nett* hilfsbereit* kompetent* \
zuverlässig* hilfreich* praktisch* einfach* bequem* angenehm* sympathisch* lustig* witzig* spaß spass lachen haha gelacht \
lächeln erfolg* erfolgreich gewonnen gewinnen sieg siegt meister held helden hoffnung hoffe interessant* spannend* gespannt \
funktioniert klappt geklappt gelöst läuft lohnt empfohlen stark* beeindruckend* beeindruckt liebling* lieblings* entspannt* \
gemütlich* genieße genießen genossen mega hammer vorbildlich* reibungslos",
    bad: "\
schlecht* schlimm* schlechter schlechteste furchtbar* schrecklich* grauenhaft* grauenvoll* katastroph* katastrophal* miserabel* \
mies* mieser erbärmlich* peinlich* lächerlich* unverschämt* frech* frechheit unfreundlich* scheiße scheisse scheiß scheiss* \
kacke mist verdammt* arsch arschloch* idiot* dumm* blöd* bloed* doof* bescheuert* behindert* hasse hass hassen hasst nervt \
nerven nervig* genervt ärger* ärgert ärgerlich* wütend* wut sauer traurig* weinen weine geweint heulen heule enttäusch* \
enttäuscht* enttäuschend* enttäuschung schade leider kaputt* defekt* fehler* fehlerhaft* problem probleme störung* ausfall \
ausgefallen fällt verspätung* verspätet spät langsam* lahm* abgestürzt absturz stürzt hängt betrug betrogen betrüger* abzocke \
abzocker* lüge lügen lügner* diebstahl geklaut gestohlen überteuert* beschwerde* beschweren beschwert reklamation kündige \
gekündigt kündigung inkompetent* unfähig* nutzlos* sinnlos* unbrauchbar* unmöglich* unzumutbar* inakzeptabel* teuer überteuer* \
angst schmerz* krank müde langweilig* tod tot töten getötet gestorben stirbt krieg angriff opfer terror verloren verlieren \
verliert niederlage gescheitert versagt versagen schuld krise chaos albtraum alptraum eklig* ekelhaft* hässlich* schmutzig* \
dreckig* schande schämt skandal* korrupt* rassist* nazi nazis verarsch* verarscht sorgen besorgt unzufrieden*",
    good_phrases: &[
        "ich freue mich", "freue mich", "freu mich", "freut mich", "nicht schlecht", "gar nicht schlecht", "nicht übel",
        "kann es kaum erwarten", "kaum erwarten", "keine probleme", "ohne probleme", "kein problem", "vielen dank", "danke schön",
        "sehr gut", "sehr schön", "sehr zufrieden", "gut gemacht", "richtig gut", "nie enttäuscht", "enttäuscht nie",
        "kann mich nicht beschweren", "nichts zu meckern", "daumen hoch", "alles super", "alles gut", "macht spaß", "macht spass",
        "hat spaß gemacht", "top service", "immer wieder gerne", "gefällt mir sehr", "hab dich lieb", "immer wieder gern",
    ],
    bad_phrases: &[
        "nicht gut", "nicht zufrieden", "nicht schön", "nicht toll", "geht nicht", "geht gar nicht", "funktioniert nicht",
        "funktionieren nicht", "klappt nicht", "läuft nicht", "gefällt mir nicht", "gefällt mir gar nicht", "niemand antwortet",
        "keiner antwortet", "meldet sich niemand", "meldet sich keiner", "warte seit", "seit wochen", "seit stunden",
        "danke für nichts", "danke für nix", "nie wieder", "keine antwort", "immer noch nicht", "immer noch keine",
        "immer noch kein", "schon wieder", "ein witz", "so ein mist", "nicht mehr normal", "geht auf den sack", "geht mir auf",
        "lässt zu wünschen", "kein empfang", "kein internet", "kein netz", "nicht empfehlen", "nicht zu empfehlen",
        "nicht erreichbar", "zu teuer", "zu langsam", "zeitverschwendung", "das letzte", "daumen runter", "leider nicht",
        "leider kein", "mag ich nicht", "nicht okay", "die schnauze voll", "zum kotzen", "das allerletzte",
    ],
};

#[rustfmt::skip]
const ITALIAN: Words = Words {
    good: "\
bene ben buono buona buoni buone buon ottim* migliore migliori meglio eccellente* fantastic* meraviglios* magnific* splendid* \
stupend* incredibil* perfett* bell* bello bellissim* carin* felice felici felicità contento contenta contenti lieto lieta \
allegr* gioia amo ami amore adoro piace piaciuto piacciono grazie ringrazi* complimenti congratulazioni auguri bravo brava \
bravi bravissim* consiglio consigliato consigliatissimo successo vinto vincere vittoria campion* orgoglio orgoglios* evviva \
forza veloce* rapid* efficiente* gentil* cortes* disponibil* util* comod* facile affidabile simpatic* divertent* divert* ridere \
risate ahah haha sorriso grande grandi grandissim* top figo figata speranza spero fortuna entusiast* emozion* emozionante \
preferit* impressionante* funziona soddisfatt* delizios* squisit* spettacol* spettacolare geniale mitico idolo",
    bad: "\
male peggio peggiore peggiori pessim* brutto brutta brutti orribil* terribil* schifo schifos* schifezza vergogna vergognos* \
vergognatevi odio odia detesto triste* tristezza piangere piango pianto dolore malat* stanc* stufo stufa stufi noia noios* \
arrabbiat* rabbia incazzat* deluso delusa delusi delus* delusione deludente indignat* scandal* merda cazzo cazzata stronz* \
coglion* vaffanculo idiota idioti stupid* imbecill* cretin* ignorant* incompetent* inutil* incapac* buffon* pagliacc* truffa \
truffe truffator* ladro ladri rubare rubato bugia bugie bugiard* mente inganno problem* errore errori guasto guasti rotto rotta \
lento lenta lentissim* ritardo ritardi annullat* cancellat* disservizi* reclamo reclami lamentel* disastro disastros* caos \
crisi rovina corrott* corruzione colpa paura morte morti morto ucciso uccidere guerra attacco vittim* fallimento fallito perso \
perdere sconfitta ridicol* assurd* inaccettabil* penos* squallid* sporc* preoccup* purtroppo peccato maledett* mafia fame \
dramma tragedia",
    good_phrases: &[
        "non male", "niente male", "mica male", "mi piace", "mi piace molto", "non vedo l'ora", "nessun problema", "senza problemi",
        "molto bene", "molto buono", "che bello", "che bella", "grazie mille", "ben fatto", "ottimo lavoro", "il migliore",
        "la migliore", "mai deluso", "non delude mai", "vale la pena", "non mi lamento", "di cuore", "mi è piaciuto",
        "tutto perfetto",
    ],
    bad_phrases: &[
        "non mi piace", "non funziona", "non funzionano", "non va", "fa schifo", "che schifo", "fate schifo", "che vergogna",
        "una vergogna", "non ne posso più", "grazie per niente", "grazie di niente", "il peggiore", "la peggiore", "mai più",
        "nessuna risposta", "nessuno risponde", "non rispondono", "non risponde", "non consiglio", "non lo consiglio",
        "presa in giro", "una truffa", "un disastro", "perdita di tempo", "lascia a desiderare", "molto male", "ancora niente",
        "non sono contento", "non sono contenta", "non va bene", "che palle", "che tristezza", "che peccato",
    ],
};

#[rustfmt::skip]
const HINDI: Words = Words {
    good: "\
accha acha achha achchha acchi achi acche achhe badhiya badiya mast zabardast jabardast shandar shaandar lajawab kamaal kamal \
behtareen behtarin sundar khubsurat pyara pyari pyaar pyar mohabbat khush khushi dhanyavaad dhanyawad dhanyavad shukriya badhai \
mubarak jeet jeeta jeete vijay garv gaurav asha umeed pasand maza mazaa majedar jai zindabad sahi behtar swagat अच्छा अच्छी \
अच्छे बढ़िया बढिया मस्त शानदार जबरदस्त ज़बरदस्त लाजवाब कमाल बेहतरीन सुंदर सुन्दर खूबसूरत ख़ूबसूरत प्यारा प्यारी प्यार खुश ख़ुश \
खुशी ख़ुशी धन्यवाद शुक्रिया बधाई शुभकामनाएं शुभकामनाएँ मुबारक जीत विजय गर्व उम्मीद आशा पसंद मज़ा मजा मजेदार जय सफल सफलता स्वागत \
आभार बेहतर उत्तम सही आनंद",
    bad: "\
bura buri bure bekar bekaar bakwas bakwaas ghatiya ganda gandi gande kharab dukh dukhi dard dar rona gussa naraz nafrat sharam \
sharm sharmnaak jhooth jhuth jhootha jhoota dhokha dhoka chor chori loot pareshan pareshani dikkat problem galat gadha bewakoof \
pagal kutta kamina harami saala maut mar mara maare haar hara shikayat afsos barbaad tabah bhrasht bhrashtachar atankwadi \
gaddar deshdrohi बुरा बुरी बुरे बेकार बकवास घटिया गंदा गंदी खराब ख़राब दुख दुःख दुखी दर्द डर रोना गुस्सा नाराज नफरत नफ़रत शर्म \
शर्मनाक झूठ झूठा धोखा चोर चोरी लूट परेशान परेशानी दिक्कत समस्या गलत ग़लत बेवकूफ पागल कुत्ता मौत हार शिकायत अफसोस बर्बाद तबाह \
भ्रष्ट भ्रष्टाचार आतंकवादी गद्दार निराश निराशा असफल",
    good_phrases: &[
        "bahut accha", "bahut acha", "bahut achha", "bahut badhiya", "बहुत अच्छा", "बहुत अच्छी", "बहुत बढ़िया", "बहुत धन्यवाद",
        "bura nahi", "बुरा नहीं", "कोई समस्या नहीं", "koi problem nahi", "पसंद आया", "पसंद आई", "pasand aaya", "maza aa gaya",
        "मज़ा आ गया",
    ],
    bad_phrases: &[
        "accha nahi", "acha nahi", "acchi nahi", "अच्छा नहीं", "अच्छी नहीं", "पसंद नहीं", "pasand nahi", "kaam nahi kar",
        "काम नहीं कर", "khush nahi", "खुश नहीं", "बहुत बुरा", "बहुत खराब", "bahut bura", "bahut kharab", "कोई जवाब नहीं",
        "koi jawab nahi", "sharam karo", "शर्म करो", "जवाब नहीं",
    ],
};

#[rustfmt::skip]
const ARABIC: Words = Words {
    good: "\
جيد جيدة ممتاز ممتازة رائع رائعة روعة جميل جميلة جمال حلو حلوة احلى أجمل افضل أفضل احسن أحسن عظيم عظيمة مذهل مدهش خرافي خيالي \
اسطوري فخم فخر حب أحب احب بحب احبك حبيبي حبيبتي عشق اعشق سعيد سعيدة سعادة سعداء فرح فرحان فرحة مبسوط مبسوطة مبروك مبارك تهانينا \
الف شكرا شكر مشكور مشكورين يعطيك يسلمو تسلم ممنون نجاح ناجح فوز فاز فزنا بطل ابطال مبدع ابداع انصح سريع سريعة محترم محترمين \
لطيف طيب طيبة مفيد سهل ممتع لذيذ ضحك ههه هههه ههههه ابتسامة امل تفاؤل متفائل كفو برافو عاش الحمدلله الحمد يارب رحمة سلام خير \
بخير",
    bad: "\
سيء سيئة سيئ اسوأ أسوأ اسوء رديء زفت زبالة قرف مقرف فاشل فاشلة فشل خايس تعبان تعبت كارثة مصيبة عيب عار فضيحة فضيحه كره اكره \
بكره حزين حزينة حزن زعلان زعل غضب غاضب غضبان عصب مقهور قهر مستفز بكي ابكي دموع الم وجع مريض خوف خايف قلق ملل ممل زهق زهقت نصب \
نصاب نصابين حرامي حرامية سرقة كذب كذاب كذابين خداع غش مشكلة مشكله مشاكل عطل عطلان خراب خربان بطيء بطيئة تاخير تأخير تأخر متأخر \
شكوى للاسف للأسف غبي اغبياء حمار كلب كلاب حقير وسخ قذر موت مات ماتت قتل قتلى شهيد شهداء حرب هجوم ضحايا ارهاب إرهاب ارهابي داعش \
دمار خسارة خسر خسرنا هزيمة ظلم ظالم فساد فاسد لعنة حسبي مهزلة غالي تخلف متخلف يأس صعب حرام",
    good_phrases: &[
        "شكرا جزيلا", "شكرا لكم", "شكرا لك", "جزاك الله خير", "الحمد لله", "مش بطال", "ليس سيئا", "لا بأس", "ما شاء الله",
        "ماشاء الله", "جدا جميل", "بدون مشاكل", "لا مشاكل", "يعطيك العافية", "كل الشكر", "اتمنى لكم",
    ],
    bad_phrases: &[
        "حسبي الله", "حسبنا الله", "لا يعمل", "لا تعمل", "ما يشتغل", "مش شغال", "مو شغال", "غير مقبول", "غير راضي", "لا انصح",
        "لا أنصح", "ما انصح", "لا احب", "لا أحب", "ما احب", "شكرا على لا شيء", "خدمة سيئة", "سيء جدا", "سيئة جدا", "لا احد يرد",
        "لا أحد يرد", "محد يرد", "ما في رد", "بدون رد", "ليس جيدا", "مو حلو", "مش حلو",
    ],
};
