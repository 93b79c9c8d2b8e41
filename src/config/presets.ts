/**
 * The presets, in the language in which operators write their own rules (docs/rules.md). Each may be extended by
 * naming it in a list: `rules: [hf, { match: { from: "ops@ship.example" }, precedence: immediate }]`.
 */
export const PRESETS_YAML = `\
# Stanzas cross as they are.
none: []

# Enough bytes, long delay: only what is said twice is taken out.
satcom:
  - strip-xhtml-im

# Every byte counts: no typing notices, presence without decoration.
hf:
  - drop-chat-states
  - fold-presence
  - strip-xhtml-im

# A few characters a second: text, who is there, and nothing that people did not write.
text-only:
  - hf
  - name: text-presence
    match: { kind: presence }
    fold-presence: online-offline
  - name: text-content
    match: { kind: message }
    keep:
      - body
      - subject
      - thread
      - urn:xmpp:receipts
      - urn:xmpp:message-correct:0
      - http://jabber.org/protocol/muc#user
      - jabber:x:conference
      - http://jabber.org/protocol/shim
      - http://jabber.org/protocol/amp
  - name: text-requests
    match:
      kind: iq
      child:
        - urn:xmpp:ping
        - http://jabber.org/protocol/disco#info
        - http://jabber.org/protocol/disco#items
        - http://jabber.org/protocol/muc#admin
        - http://jabber.org/protocol/muc#owner
    allow: true
  - name: text-no-requests
    match: { kind: iq }
    answer: cached
`;
