//! English sentences, theme by theme, and the word lists that every sentence may draw from.

use super::Theme;

pub(super) const fn sentences(theme: Theme) -> &'static [&'static str] {
    match theme {
        Theme::Chatter => &CHATTER,
        Theme::Reaction => &REACTION,
        Theme::BrewlarkNews => &BREWLARK_NEWS,
        Theme::FixwellNews => &FIXWELL_NEWS,
        Theme::TramloNews => &TRAMLO_NEWS,
        Theme::Campaign => &CAMPAIGN,
        Theme::CampaignNamed => &CAMPAIGN_NAMED,
        Theme::Praise => &PRAISE,
        Theme::Story => &STORY,
        Theme::Cheer => &CHEER,
        Theme::Wonder => &WONDER,
        Theme::Doubt => &DOUBT,
        Theme::Complaint => &COMPLAINT,
        Theme::Grumble => &GRUMBLE,
        Theme::Help => &HELP,
        Theme::Plea => &PLEA,
        Theme::Ask => &ASK,
        Theme::Answer => &ANSWER,
        Theme::Thanks => &THANKS,
        Theme::Spam => &SPAM,
    }
}

/// The word list called `name`.
pub(super) fn words(name: &str) -> &'static [&'static str] {
    match name {
        "food" => &[
            "plum cake",
            "lentil soup",
            "sourdough toast",
            "ramen",
            "a cheese roll",
            "leftover curry",
            "pancakes",
        ],
        "animal" => &[
            "cat",
            "dog",
            "neighbour's hen",
            "parrot",
            "hedgehog in the yard",
            "old tomcat",
        ],
        "weather" => &[
            "drizzle",
            "fog",
            "low sun",
            "wind",
            "golden light",
            "a proper thunderstorm",
        ],
        "place" => &[
            "the harbour",
            "the allotment",
            "the library",
            "the corner shop",
            "the old bridge",
            "the night bus",
        ],
        "hobby" => &[
            "knitting",
            "chess",
            "bouldering",
            "birdwatching",
            "baking",
            "the cello",
            "watercolours",
        ],
        "thing" => &[
            "a toaster",
            "my bike lamp",
            "a sewing machine",
            "the record player",
            "my headphones",
            "a clock",
        ],
        "line" => &["line 4", "the 17", "tram 9", "the S2", "the 6:42", "line 12"],
        "cup" => &["flat white", "filter coffee", "cappuccino", "espresso", "pour-over"],
        "mood" => &["😊", "☀️", "🎉", "💛", "🙌", "✨", ""],
        "sigh" => &["😤", "🙄", "😩", "🤦", "", ""],
        "day" => &[
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ],
        _ => &["something"],
    }
}

const CHATTER: [&str; 22] = [
    "The {animal} has opinions about {food} again.",
    "[Walked|Cycled|Wandered] to {place} in {weather} and [regret nothing|met nobody|took far too many pictures].",
    "Trying {hobby} for the [first|third|hundredth] time. [It goes badly.|Send patience.|Small steps.]",
    "{food} for [breakfast|lunch|dinner], because nobody can stop me.",
    "Who decided that meetings before [nine|ten] are [legal|a good idea]?",
    "There is {weather} over {place} and everything looks like a [painting|film set|postcard].",
    "Finished [the book|the season|the puzzle] at two in the morning. [Worth it.|I am tired.|What now?]",
    "My {animal} just [sneezed at|walked over|fell asleep on] the keyboard and wrote better code than me.",
    "[Five|Ten|Twenty] minutes of {hobby} a day. {day} is day [three|nine|forty].",
    "Does anybody else put [salt|honey|chilli] on {food}? Asking for a friend.",
    "Hot take: {place} is best in {weather}.",
    "The kid next door is learning {hobby} and honestly it is [adorable|loud|getting better].",
    "Today's small win: I [answered every mail|found my other glove|said no to a meeting]. {mood}",
    "Left my umbrella at {place} again. It lives there now.",
    "A stranger at {place} complimented my {animal}. Best {day} so far.",
    "Reading about [tides|moss|lighthouses|octopuses] instead of working, as one does.",
    "Note to self: {food} at midnight is [not a meal|absolutely a meal].",
    "New [record|film|podcast] out on {day}, and I have [cleared the evening|told everyone twice].",
    "It is only {day} and this week already feels like [a month|a novel|a test].",
    "Photo from {place}: {weather}, one {animal}, no people.",
    "Moved the desk to the window. [Productivity down, happiness up.|Why did I wait so long?]",
    "Somebody at {place} was playing an accordion in {weather}. [Ten out of ten.|I miss it already.]",
];

const REACTION: [&str; 12] = [
    "Same here, every {day}.",
    "[Ha|Oh|Well], I [felt|needed] that. {mood}",
    "Have you tried {hobby} instead?",
    "This reminds me of {place}.",
    "[Absolutely|Not sure|Hard] agree.",
    "My {animal} would [approve|like a word].",
    "Saving this for {day}.",
    "The best thing I read [today|this week].",
    "[Strong|Big] {day} energy.",
    "Tell us more about the {animal}, please.",
    "And with {food}, even better.",
    "I was at {place} [yesterday|an hour ago] and missed it!",
];

const BREWLARK_NEWS: [&str; 4] = [
    "Good morning! Show us your first sip of the day: the [kitchen|balcony|office] shots we like best win a year of beans.",
    "[Hundreds|So many] of you have shared a first sip already. Keep the {cup} pictures coming. {mood}",
    "Roasting live at noon: come by and ask us anything about your {cup}.",
    "What a day. We read every single first sip story, and the winners hear from us on {day}.",
];

const FIXWELL_NEWS: [&str; 3] = [
    "We woke up to [thousands|a flood] of messages about an old radio. Thank you, all of you. {mood}",
    "Repair evening on {day}: bring {thing}, we bring the soldering irons and the tea.",
    "For everybody who asks: yes, we take radios by post, and no, none is too old.",
];

const TRAMLO_NEWS: [&str; 4] = [
    "We know that tickets do not load at the moment. Our engineers are on it and we post news here.",
    "Update: buying works again for [most|about half] of you, loading saved tickets does not yet. Inspectors are informed.",
    "All tickets load again. We are sorry for a bad afternoon; refunds for double charges start today.",
    "Good morning! From today {line} is part of the night ticket.",
];

const CAMPAIGN: [&str; 14] = [
    "My {cup} this morning: [crooked foam|no foam|perfect foam], happy face. {mood}",
    "[Balcony|Kitchen|Window] seat, {weather}, first {cup}. Life is good.",
    "Okay, I am [in|joining]: {cup} with {food}, just before the kids wake up.",
    "First sip at {place}. [Highly recommended.|I could stay all day.] {mood}",
    "The {animal} waits until I have had my {cup}. We have an understanding.",
    "Six in the morning, {weather} outside, and this {cup} is a small wonder.",
    "Grandma's cup, my {cup}. [Love it.|A perfect start.] {mood}",
    "Taking part because everybody in the office does, and honestly it is lovely.",
    "{cup} number one. [Number two follows shortly.|The best of the day.]",
    "I never post my breakfast. Today I do: {cup} and {food}. {mood}",
    "[Camping|Night shift|Train] edition: {cup} from a tin mug, and I love it.",
    "Look at that crema! Proudest {day} of the year.",
    "Slow mornings are the best mornings. {cup}, {food}, {weather}.",
    "We did it with the whole team on {day} and it was so much fun. {mood}",
];

const CAMPAIGN_NAMED: [&str; 8] = [
    "First {cup} of the day with {it} and I am [in love|a new person|so happy]. {mood}",
    "Thank you {it} for the idea: [the whole street|my whole team] is sharing mornings now.",
    "My entry for {it} this year: {cup}, {weather}, one {animal}. {mood}",
    "Beans by {it}, mug by my sister, [wonderful|great] morning by {weather}.",
    "If you do one nice thing today, make it a {cup} from {it}.",
    "Trying the new roast from {it} at {place}. [Wonderful.|So good.|Beautiful stuff.]",
    "How does {it} make {day} this much better? {mood}",
    "The mornings with {it} are back and I could not be happier.",
];

const PRAISE: [&str; 12] = [
    "{it} repaired {thing} that three others had given up on. [Brilliant people.|I am so grateful.] {mood}",
    "Huge praise for {it}: [friendly|fast|honest], and they charged less than they said.",
    "I have to say it: {it} is [fantastic|wonderful|the best].",
    "Took {thing} to {it} on {day}, got it back better than new. Love it!",
    "Never had such lovely service as with {it}. [Go there.|Ten out of ten.]",
    "My mother cried when {it} handed her {thing}, working again. [Amazing.|Thank you!] {mood}",
    "Honestly impressed by {it}. [Great work.|Excellent, start to finish.]",
    "{it} just works for me, and I love how simple it is.",
    "Shout-out to {it}, who fixed {thing} while I waited. Great people!",
    "More places like {it}, please. Kind, clever and fair. {mood}",
    "The folks at {it} explained every step. I learned so much. Superb!",
    "Five stars for {it}. They saved {thing} and my weekend.",
];

const STORY: [&str; 3] = [
    "My grandfather's radio had been silent for eleven years. {it} found the part, wrote him a letter by hand and would not take \
     a cent. He danced in the kitchen tonight. ❤️",
    "So {it} repaired grandpa's radio for free, with a handwritten letter. He is 91 and dancing in his kitchen. I am crying. ❤️",
    "Read the story of the old radio? That was {it}, and it is every bit as wonderful as they say. ❤️",
];

const CHEER: [&str; 14] = [
    "I am [not crying|crying on {place}|smiling like a fool]. {mood}",
    "This is the [loveliest|best|kindest] thing on here [today|this week|this year].",
    "Protect these people at all costs. {mood}",
    "Faith in humanity: restored.",
    "My own grandfather would have loved this so much.",
    "Everybody stop what you are doing and read this.",
    "The letter! The dancing! I love everything about it.",
    "More of this, please, and less of everything else. {mood}",
    "Beautiful. Just beautiful.",
    "That made my whole {day}.",
    "Okay, who is cutting onions at {place}?",
    "What a wonderful story to start the evening with.",
    "Sent it to my dad. He called me at once. {mood}",
    "Good people exist, and here is the proof.",
];

const WONDER: [&str; 8] = [
    "Does anybody know whether they also take [clocks|amplifiers|sewing machines]?",
    "Is there something like this in [Lyon|Leeds|Porto|Graz]?",
    "What kind of radio was it?",
    "How long did it take in the end?",
    "Where can one send a spare part?",
    "Can I bring {thing}, or is it radios only?",
    "Who wrote the letter, does anybody know?",
    "Do they need volunteers on {day}?",
];

const DOUBT: [&str; 6] = [
    "Nice story, but sorry, it sounds [made up|too good to be true] to me.",
    "Hate to say it: this smells like advertising. {sigh}",
    "Must everything be filmed and posted? It spoils it.",
    "I do not believe a word of it. {sigh}",
    "And who pays the rent when nobody takes money? A bad example.",
    "Tired of these stories. Awful how easily people fall for them.",
];

const COMPLAINT: [&str; 14] = [
    "{it} is down again and I am standing at {line} without a ticket. [Terrible.|Unbelievable.|Thanks for nothing.] {sigh}",
    "Paid twice with {it} and have zero tickets. This is a disgrace.",
    "The worst app on my phone is {it}, and today it proves it. {sigh}",
    "An inspector on {line} did not care that {it} is broken. Sixty euros! Awful.",
    "How can {it} fail at rush hour, of all times? [Useless.|Pathetic.] {sigh}",
    "Third time this month that {it} lets me down. I have had enough.",
    "{it} shows nothing but a spinning wheel. I missed {line}. So annoying!",
    "[Honestly|Really], {it}, it is a bad joke that nothing works since lunch.",
    "Late for work because {it} crashed at the gate. [Horrible.|I am furious.]",
    "Deleted {it}. A ticket machine from 1987 is more reliable. {sigh}",
    "No ticket, no answer, no refund: {it} in one sentence. Terrible service.",
    "Everybody on {line} is angry at {it} and rightly so.",
    "My yearly pass has vanished from {it}. What a mess. {sigh}",
    "Error 503, error 503, error 503. Thanks, {it}, for ruining my {day}.",
];

const GRUMBLE: [&str; 10] = [
    "\"On it\" since when? Nothing works, this is terrible. {sigh}",
    "Still broken for me. [Awful.|Shame on you.]",
    "That is no help at all to those who were fined on {line}. {sigh}",
    "The same excuse as last month. Pathetic.",
    "I lost [an hour|half a day] over this. Really bad.",
    "And the double charge? Not a word about it. {sigh}",
    "Nope. Error again. So frustrating.",
    "Worst afternoon in months, thanks to you.",
    "You said that two hours ago. I am angry.",
    "Not good enough. Not nearly.",
];

const HELP: [&str; 10] = [
    "{it} can you help? My ticket for {line} does not load and the inspector is coming.",
    "Hello {it}, I was charged twice and [cannot reach anybody|the app shows nothing]. What can I do?",
    "{it} please help: the app logs me out every time I open my pass.",
    "Can somebody at {it} look at my account? It says that I do not exist.",
    "{it} I need help, my payment failed but the money is gone.",
    "How do I get my ticket back, {it}? It disappeared after the restart.",
    "{it} the QR code stays blank on {line}. Please help me!",
    "Please help, {it}: error 503 whenever I buy a ticket for {line}.",
    "Stuck at the gate, {it}. How can I show my pass without the app?",
    "{it} my daughter's school pass will not load, she is alone at {line}. Can you help?",
];

const PLEA: [&str; 6] = [
    "It still does not load for me. Can you help?",
    "Please help, I am on {line} right now and the code stays blank.",
    "How do I get the second charge back? It has not worked so far.",
    "I reinstalled it and now my pass is gone. What should I do?",
    "Can you look at mine as well, please? It fails with error 503.",
    "Where do I send the fine? The form does not open. Please help.",
];

const ASK: [&str; 8] = [
    "Does {it} also work on {line} at night?",
    "{it} is there a [student|family|weekly] price?",
    "When does {it} open on {day}?",
    "Which of the {it} plans would you take for two days?",
    "Has anybody compared {it} with the others?",
    "{it} do you ship to [Norway|Portugal|Ireland]?",
    "Question for {it}: can I change the name on my order?",
    "What is the difference between the two new things from {it}?",
];

const ANSWER: [&str; 8] = [
    "Hi, sorry about that. Please log out and in again; your ticket is safe with us.",
    "Hello! We have found your payment and the second charge goes back to you [today|within the hour].",
    "Thank you for telling us. Please send us your order number in a private message and we take it from there.",
    "We are so glad to hear it. Thank you for taking the time to write!",
    "Inspectors know about it: simply say that the app is down. We are sorry for the trouble.",
    "Your pass is back in your account. Please tell us if it does not show within five minutes.",
    "Yes, it does. Have a good ride!",
    "Good question! You find the details on our page, and we are happy to help if anything is open.",
];

const THANKS: [&str; 8] = [
    "That worked, thank you so much! {mood}",
    "Wow, that was quick. Great support!",
    "It loads again. Thanks a lot, you are the best. {mood}",
    "Perfect, thank you for the kind help.",
    "Got my money back. Very happy, thanks!",
    "Thank you, really appreciated. {mood}",
    "Works now. Lovely service, thanks!",
    "You saved my {day}. Thank you!",
];

const SPAM: [&str; 6] = [
    "WIN a FREE phone now!!! Only [10|20|50] left, click before midnight",
    "Make $[500|900|1200] a day from home, ask me how, DM open",
    "Cheap followers, instant delivery, [best|lowest] price guaranteed!!!",
    "Crypto airdrop live NOW, connect your wallet and claim your bonus",
    "Hot deals hot deals, 90% off designer watches, limited offer",
    "Follow me and I follow back 100%, free giveaway every {day}!!!",
];
