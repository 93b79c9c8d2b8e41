/**
 * Raw DEFLATE (RFC 1951) for many small blocks on a slow link: the least output first, then speed; synchronous.
 * Within this folder `!` says that an index lies within its typed array, which the code around it ensures.
 */
export { Deflater } from "./deflater.ts";
export { type FixedCode, STATIC_CODE } from "./fixed_code.ts";
export { InflateError, type InflateReason } from "./inflate_error.ts";
export { Inflater } from "./inflater.ts";
export { WINDOW_BYTES } from "./tables.ts";
