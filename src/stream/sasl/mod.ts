/**
 * SASL for servers (RFC 4422): SCRAM and PLAIN, their stored keys, and the exchange of RFC 6120 section 6.
 */
export {
  type AccountKeys,
  type Credentials,
  type CredentialSource,
  deriveCredentials,
  type ScramKeys,
} from "./credentials.ts";
export { type MechanismName, MECHANISMS } from "./mechanism.ts";
export { type SaslAnswer, SaslNegotiation, type SaslOptions } from "./negotiation.ts";
