/** Every file below `roots` whose name ends in `ending`, sorted; paths as given, with forward slashes. */
export function walkFiles(roots: readonly string[], ending: string): string[] {
  return roots.flatMap((root) =>
    [...Deno.readDirSync(root)].flatMap((entry) => {
      const path = `${root}/${entry.name}`;
      if (entry.isDirectory) return walkFiles([path], ending);
      return entry.name.endsWith(ending) ? [path] : [];
    })
  ).sort();
}
