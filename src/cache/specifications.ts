import type { Specification } from "../router/mod.ts";

const note = "answered on the near side of a link, where known";

/** What the caches know, for the table in the README. */
export const specifications: readonly Specification[] = [
  { id: "XEP-0012", title: "Last Activity", version: "2.0", note: `${note}, out of the presence cache` },
  { id: "XEP-0030", title: "Service Discovery", version: "2.5rc3" },
  { id: "XEP-0054", title: "vcard-temp", version: "1.3.0" },
  { id: "XEP-0084", title: "User Avatar", version: "1.1.4", note },
  { id: "XEP-0115", title: "Entity Capabilities", version: "1.6.0", note: `disco#info ${note} by hash` },
  {
    id: "XEP-0153",
    title: "vCard-Based Avatars",
    version: "1.1.1",
    note: "a new hash voids a vCard that is kept",
  },
];
