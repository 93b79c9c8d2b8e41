/**
 * The presence of contacts behind links, by bare JID and resource, and of each domain whether all there is to know is
 * known (docs/link.md, "Presence out of a cache").
 */
export const remotePresence = `
CREATE TABLE remote_presence (
  contact TEXT NOT NULL,
  resource TEXT NOT NULL,
  xml TEXT NOT NULL,
  confirmed_ms INTEGER NOT NULL,
  PRIMARY KEY (contact, resource)
) STRICT, WITHOUT ROWID;

CREATE TABLE remote_domains (
  domain TEXT NOT NULL PRIMARY KEY,
  complete INTEGER NOT NULL,
  until_ms INTEGER
) STRICT, WITHOUT ROWID;
`;
