/** Looking at a running server, and steering it, from outside. */
export type { ControlRequest } from "./control.ts";
export { askServer } from "./control_client.ts";
export { type ControlHandler, type ControlOptions, ControlServer } from "./control_server.ts";
