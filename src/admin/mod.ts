/** Looking at a running server, and steering it, from outside. */
export {
  askServer,
  type ControlHandler,
  type ControlOptions,
  type ControlRequest,
  ControlServer,
} from "./control.ts";
