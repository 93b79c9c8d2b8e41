/** The way of a stanza, and the shapes in which the parts of the server meet. */
export type { ClientServices, ClientSession } from "./clients.ts";
export {
  type Feature,
  type IqAnswer,
  type IqHandler,
  type IqKey,
  IqTable,
  type Specification,
} from "./features.ts";
export type { LinkEvents } from "./links.ts";
export { errorReply, resultReply } from "./replies.ts";
export { type Hop, Router } from "./router.ts";
