import { parseIp } from "./ip.ts";

/** An address and a port; IPv6 addresses without brackets. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** What `parseEndpoint` reads, roughly, for editors. */
export const ENDPOINT_PATTERN = /^(\[[0-9A-Fa-f:.]+\]|[^:\[\]\s]+):\d{1,5}$/;

const PARTS = /^(?:\[([^\]]+)\]|([^:\[\]]+)):(\d{1,5})$/;
/** Host names (RFC 1123 section 2.1); one that ends in a number would be an IPv4 address. */
const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * Reads `203.0.113.5:5270`, `[2001:db8::1]:5270` or `shore.example:5270`, names in lower case.
 * @returns undefined when it is none of these, or its port is above 65,535
 */
export function parseEndpoint(text: string): Endpoint | undefined {
  const [, bracketed, plain, digits] = PARTS.exec(text) ?? [];
  const host = (bracketed ?? plain ?? "").toLowerCase();
  const port = Number(digits);
  if (!(port <= 65_535)) return undefined;
  const isIp = parseIp(host) !== undefined;
  const isRight = bracketed === undefined ? isIp || HOST_NAME.test(host) : isIp && host.includes(":");
  return isRight ? { host, port } : undefined;
}

/** Where to listen: an IP address of this machine; port 0 takes any free one. */
export function parseListen(text: string): Endpoint | undefined {
  const endpoint = parseEndpoint(text);
  return endpoint !== undefined && parseIp(endpoint.host) !== undefined ? endpoint : undefined;
}

/** Whom to call: an IP address or a host name, and a port from 1. */
export function parseConnect(text: string): Endpoint | undefined {
  const endpoint = parseEndpoint(text);
  return endpoint !== undefined && endpoint.port > 0 ? endpoint : undefined;
}

/** An endpoint as it is written in a configuration. */
export function endpointText(endpoint: Endpoint): string {
  return `${endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`;
}
