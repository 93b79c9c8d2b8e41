const LINE_END = 0x0a;
const CHUNK_SIZE_BYTES = 2_048;

/**
 * Reads one line, without its end.
 * @throws {Error} when the other side closes before, or sends more than `mostSizeBytes` without a line's end
 */
export async function readLine(connection: Deno.Conn, mostSizeBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(CHUNK_SIZE_BYTES);
  let line = "";
  let readSizeBytes = 0;
  for (;;) {
    const size = await connection.read(buffer);
    if (size === null) throw new Error("Cannot read: the other side closed early");
    const chunk = buffer.subarray(0, size);
    const end = chunk.indexOf(LINE_END);
    readSizeBytes += end < 0 ? size : end;
    if (readSizeBytes > mostSizeBytes) {
      throw new Error(`Cannot read: more than ${mostSizeBytes} bytes without a line's end`);
    }
    if (end >= 0) return line + decoder.decode(chunk.subarray(0, end));
    line += decoder.decode(chunk, { stream: true });
  }
}

/** Writes a value as one line of JSON. */
export async function writeLine(connection: Deno.Conn, value: unknown): Promise<void> {
  let rest = new TextEncoder().encode(JSON.stringify(value) + "\n");
  while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
}

/** Closes a connection that a time limit may have closed before. */
export function closeOnce(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
