// A tar archive of a few small files in memory, as engines take it to put files into a container. Owned by root.

const BLOCK = 512;

/** A file of an archive. */
export interface SmallFile {
  /** Relative, at most 100 bytes. */
  readonly path: string;
  readonly content: Buffer;
  readonly mode: number;
}

/** The archive in ustar form (POSIX.1-1988); the folder of each file is named, too, so that engines make it 0755. */
export function tarOfFiles(files: readonly SmallFile[]): Buffer {
  const folders = new Set(
    files.map(({ path }) => path.slice(0, path.lastIndexOf("/") + 1)).filter((path) => path !== ""),
  );
  return Buffer.concat([
    ...[...folders].map((path) => header(path, { size: 0, mode: 0o755, type: "5" })),
    ...files.flatMap(({ path, content, mode }) => [
      header(path, { size: content.length, mode, type: "0" }),
      content,
      Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
    ]),
    Buffer.alloc(2 * BLOCK),
  ]);
}

function header(path: string, of: { readonly size: number; readonly mode: number; readonly type: "0" | "5" }): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  block.write(path, 0, 100);
  block.write(`${octal(of.mode, 7)}\x000000000\x000000000\x00${octal(of.size, 11)}\x00${octal(0, 11)}`, 100, "latin1");
  block.write(`        ${of.type}`, 148, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\x00 `, 148, "latin1");
  return block;
}
