/** Gives every line of a stream to `onLine`, until the stream ends. */
export async function readLines(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let held = "";
  for await (const bytes of stream) {
    const lines = (held + decoder.decode(bytes, { stream: true })).split("\n");
    held = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  }
  if (held !== "") onLine(held);
}
