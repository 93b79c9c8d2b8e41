/**
 * Type of a hard link: 0 keeps the link and all clients may use it; 1 is for the client that asked and any client of
 * the other node; 2 for the client that asked and one client there.
 */
export type LinkType = 0 | 1 | 2;
