/** Where a link's flows are kept: the store's own types, under one roof for the engine. */
export type {
  FlowHalfStore,
  FlowStore,
  NumberedText,
  ReceiverRecord,
  SenderRecord,
} from "../../storage/mod.ts";
