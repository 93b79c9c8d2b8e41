/** XML streams without I/O: the server's side towards clients, SASL, and the preset stream of a link. */
export { C2sStream } from "./c2s.ts";
export {
  type C2sInput,
  type C2sLimits,
  type C2sOptions,
  type C2sOutput,
  type C2sPhase,
  DEFAULT_C2S_LIMITS,
} from "./c2s_types.ts";
export { type PresetInput, type PresetOutput, PresetStream } from "./preset.ts";
export {
  type AccountKeys,
  type Credentials,
  type CredentialSource,
  deriveCredentials,
  type MechanismName,
  type ScramKeys,
} from "./sasl/mod.ts";
export { streamErrorText } from "./stream_error.ts";
