/**
 * Dictionary 1 (section 4): text such as stanzas are made of, the likeliest last, since near matches are the cheapest.
 * Both sides compress from it before they have a history. Never change it: it is named on the wire by its number.
 */
const PARTS: readonly string[] = [
  "<iq type='error'><error type='cancel'><item-not-found/><feature-not-implemented/><remote-server-timeout/>",
  "<error type='wait'><remote-server-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
  "<iq type='set'><query xmlns='jabber:iq:roster'/><vCard xmlns='vcard-temp'/></iq>",
  "<iq type='get'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>",
  "<iq type='get'><query xmlns='http://jabber.org/protocol/disco#info' node='",
  "<iq type='get'><query xmlns='jabber:iq:version'/></iq><iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>",
  "<identity category='client' type='phone' name='<feature var='http://jabber.org/protocol/",
  "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://' ver='='/>",
  "<x xmlns='vcard-temp:x:update'><photo/></x><idle xmlns='urn:xmpp:idle:1' since='2026-",
  "<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='20'/></x>",
  "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='member' role='participant' jid='",
  "<message type='groupchat' from='@rooms.<subject/><stanza-id xmlns='urn:xmpp:sid:0' by='@rooms.",
  "<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:avatar:metadata'/></event>",
  "<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='<key rid='</key><iv></iv></header><payload>",
  "<encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl' name='OMEMO'/>",
  "<message type='error'><service-unavailable/></error></message><recipient-unavailable/><resource-constraint/>",
  "<presence type='subscribe' from='' to=''/><presence type='subscribed' from='<presence type='unsubscribed'",
  "<presence type='probe' from='<presence type='unsubscribe'<priority>5</priority><status>",
  "<presence from='<show>away</show><show>dnd</show><show>xa</show><show>chat</show><status></status></presence>",
  "<presence type='unavailable' from='' to=''/>",
  "<delay xmlns='urn:xmpp:delay' from='' stamp='2026-12-01T10:00:00Z'/>",
  "<composing xmlns='http://jabber.org/protocol/chatstates'/><paused xmlns='http://jabber.org/protocol/chatstates'/>",
  "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p></p></body></html>",
  "<replace xmlns='urn:xmpp:message-correct:0' id='<reply xmlns='urn:xmpp:reply:0' to='<reactions xmlns='urn:xmpp:reactions:0'",
  " the you and that for have are not with this from what will your can just was all but out when how good day ",
  "Hello OK ok thanks please call me now today tomorrow tonight we need about time see you soon here there I'm ",
  "<store xmlns='urn:xmpp:hints'/><no-store xmlns='urn:xmpp:hints'/><thread></thread>",
  "<message type='chat' id='' from='.example/' to='.example'><received xmlns='urn:xmpp:receipts' id=''/></message>",
  "<message type='chat' id='' to='.example/' from='.example/'>",
  "<displayed xmlns='urn:xmpp:chat-markers:0' id=''/></message>",
  "<message type='chat' id='' to='' from=''><body></body><active xmlns='http://jabber.org/protocol/chatstates'/>",
  "<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>",
  "<origin-id xmlns='urn:xmpp:sid:0' id=''/></message>",
  "<message type='chat' to='@.example' id='' from='@.example/'><body>",
];

/** The octets of dictionary 1. */
export const DICTIONARY: Uint8Array = new TextEncoder().encode(PARTS.join(""));
