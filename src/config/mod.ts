/** The configuration file: read, checked to the last key, and explained. */
export { type Endpoint, endpointText, parseListen } from "./endpoint.ts";
export { formatProblem, type Problem } from "./fault.ts";
export { type AddressRange, isInRanges } from "./ip.ts";
export { jsonSchemaText } from "./json_schema.ts";
export { checkConfig, loadConfig } from "./load.ts";
export { parseConfig, type ParsedConfig } from "./parse.ts";
export { configReference } from "./reference.ts";
export { RULE_NAMES, type RuleName } from "./rules.ts";
export type { CarrierConfig, Config, PeerConfig, TcpConfig } from "./schema.ts";
export { starterConfig } from "./starter.ts";
