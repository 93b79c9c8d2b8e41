/** The earliest of moments, undefined ones left out; undefined when there is none. All of one clock. */
export function earliest(...moments: readonly (number | undefined)[]): number | undefined {
  let first: number | undefined;
  for (const ms of moments) if (ms !== undefined && (first === undefined || ms < first)) first = ms;
  return first;
}
