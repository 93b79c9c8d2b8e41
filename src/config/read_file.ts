/** Most bytes of a configuration file, certificate or key. */
export const FILE_SIZE_LIMIT_BYTES = 1_048_576;

/** What a file holds, or why that cannot be had, to be put behind its name. */
export type Contents = { readonly bytes: Uint8Array } | { readonly why: string };

/** The contents of a file, or why there are none. Reads no further than the limit, whatever the file is. */
export function readFile(path: string): Contents {
  try {
    if (Deno.statSync(path).isDirectory) return { why: "is a folder; name a file" };
    using file = Deno.openSync(path);
    const buffer = new Uint8Array(FILE_SIZE_LIMIT_BYTES + 1);
    let sizeBytes = 0;
    for (;;) {
      const count = sizeBytes < buffer.length ? file.readSync(buffer.subarray(sizeBytes)) : null;
      if (count === null) break;
      sizeBytes += count;
    }
    if (sizeBytes > FILE_SIZE_LIMIT_BYTES) {
      return { why: `is larger than the ${FILE_SIZE_LIMIT_BYTES} bytes allowed` };
    }
    return { bytes: buffer.subarray(0, sizeBytes) };
  } catch (error) {
    return { why: whyNot(error) };
  }
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "does not exist; check the path";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "may not be read by this user; change its permissions";
  }
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
