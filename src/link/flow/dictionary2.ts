import { DICTIONARY } from "./dictionary.ts";

/** What people say over a link, in words and beginnings of sentences; written for this, the likeliest last. */
const WORDS: readonly string[] = [
  "engine weather forecast position anchor harbour vessel captain crew report status radio channel frequency signal ",
  "confirmed received understood message number question answer problem information system service available ",
  "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April June July August September ",
  "October November December birthday holiday weekend evening afternoon breakfast lunch dinner coffee ",
  "because although however together yourself myself everything something anything nothing everyone someone anyone ",
  "through without against between another different important possible probably actually already usually definitely ",
  "believe remember forget understand happened looking working waiting talking coming going doing having trying getting ",
  "beautiful wonderful happy sorry busy tired ready early late long short great little better best worst first last next ",
  "mother father brother sister friend family children people everybody house office school hospital station shop ",
  "money phone number address email picture video computer internet website ",
  "I don't know what I didn't know that I can't wait to see you. You can't be serious. He doesn't want it. She said that ",
  "They were there before we are going to be there in an hour. It's not that I won't be able to. That's fine with me. ",
  "What are you doing now? Where are you? How are you? When will you be here? Why not? Who is it? Which one? ",
  "Can you please send me the report as soon as possible? Could you call me when you get this? Please let me know if ",
  "I'll be home in a few minutes. I'm on my way. I am still at work. I was just about to leave. I have to go now. ",
  "Have you had your dinner yet? Did you get my message? Do you want to come over tonight? Are you still there? ",
  "I think we should meet at the usual place. Let me know what time. See you tomorrow morning. See you later. ",
  "Thank you very much. Thanks for your help. No problem at all. Ok no worries. Yes, of course. No, not yet. ",
  "Happy new year! Happy birthday! Good morning! Good night, sleep well. Good luck. Take care. Have a nice day. Love you. ",
  "Hope you are well. Hope everything is fine. Wish you were here. Miss you so much. Don't worry about it. ",
  "I want to tell you something. I need to talk to you. I would like to know how much it is. There is no time left. ",
  "It will be all right. It was nice to see you. It has been a long day. If you have any time, give me a call. ",
  "Just wanted to say that I'm going to the shop, do you need anything from there? Will do. Got it. Sounds good. ",
  "Oh, really? Well, I thought so too. Haha, lol. Hmm. Yeah, that would be great. Sure, I can do that. Maybe later. ",
  "Wat r u doing? i'm at home now, how about u? ur call me later ok. Pls tell me wen u r free. K, c u then. ",
  " back home right now after work today with them, not much more than what he had been there for some time or only ",
  " about this one which they could make us think so it will take a look at the other people who would come over here ",
  " going to be in the same way as you were when I was on my own. And then you said that it is not for me to do it. ",
  " have you got any of your things? but if it can get out of the way, i dont want to let it go by. so how is your day? ",
  " I'm not sure what to do, can you tell me where we will meet? ok, then i will call you and see if you are there. ",
];

/**
 * The octets of dictionary 2 (section 4): what people say, behind what stanzas are made of, since once stanzas are
 * shortened it is the words that cost. Never change it: it is named on the wire by coding 2.
 */
export const DICTIONARY_2: Uint8Array = Uint8Array.from([
  ...DICTIONARY,
  ...new TextEncoder().encode(WORDS.join("")),
]);
