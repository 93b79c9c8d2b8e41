/** The configuration file: read, checked to the last key, and explained. */
export { type Endpoint, endpointText, parseListen } from "./endpoint.ts";
export { formatProblem, type Problem } from "./fault.ts";
export { type AddressRange, isInRanges } from "./ip.ts";
export { keyFingerprint, keyText, LINK_KEY_SIZE_BYTES, readKeyFile } from "./key_file.ts";
export { jsonSchemaText } from "./json_schema.ts";
export { checkConfig, loadConfig } from "./load.ts";
export { parseConfig, type ParsedConfig } from "./parse.ts";
export { type Precedence, PRECEDENCES } from "./precedence.ts";
export { configReference } from "./reference.ts";
export { PRESETS_YAML } from "./presets.ts";
export {
  type NamedRule,
  PRESET_NAMES,
  presetRules,
  RULE_NAMES,
  type RuleConfig,
  type RuleName,
} from "./rules.ts";
export type { CarrierConfig, Config, PeerConfig, TcpConfig } from "./schema.ts";
export { starterConfig } from "./starter.ts";
