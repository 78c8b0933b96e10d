// Makes small ELF files for tests: what is said here is exactly what a program or library holds, without a compiler. Only the
// loader's parts are there; nothing in them could run.

/** One symbol that is offered. */
export interface MadeSymbol {
  readonly name: string;
  readonly version?: string;
  /** Bytes of data; code when left out. */
  readonly data?: number;
  /** The text that stands at its address. */
  readonly text?: string;
}

/** What is made. */
export interface MadeElf {
  readonly bits?: 32 | 64;
  readonly little?: boolean;
  readonly machine?: number;
  readonly interpreter?: string;
  readonly soname?: string;
  readonly needed?: readonly string[];
  readonly rpath?: string;
  readonly runpath?: string;
  readonly imports?: readonly string[];
  readonly exports?: readonly (string | MadeSymbol)[];
  /** Versions needed, by library. */
  readonly needs?: Readonly<Record<string, readonly string[]>>;
  readonly defines?: readonly string[];
}

/** The bytes of the file. */
export function makeElf(made: MadeElf): Buffer {
  return new Maker(made).make();
}

type Number = readonly [value: number, bytes: 2 | 4 | "word"];

class Maker {
  readonly #made: MadeElf;
  readonly #bits: 32 | 64;
  readonly #little: boolean;
  readonly #names = new Map<string, number>();
  #strings = Buffer.alloc(1);

  constructor(made: MadeElf) {
    this.#made = made;
    this.#bits = made.bits ?? 64;
    this.#little = made.little ?? true;
  }

  make(): Buffer {
    const { interpreter, rpath, runpath, soname, needed = [], needs = {}, defines = [] } = this.#made;
    const wide = this.#bits === 64;
    const head = (wide ? 64 : 52) + 3 * (wide ? 56 : 32);
    const texts = Buffer.from(`${interpreter ?? ""}\0`);
    const parts: Buffer[] = [texts];
    const place = (): number => head + parts.reduce((sum, part) => sum + part.length, 0);
    const put = (part: Buffer): number => {
      parts.push(Buffer.alloc((8 - (place() % 8)) % 8));
      const at = place();
      parts.push(part);
      return at;
    };
    const symbols = this.#symbols(put);
    const symtab = put(symbols.table);
    const hash = put(
      this.#pack([
        [1, 4],
        [symbols.count, 4],
      ]),
    );
    const versym = put(symbols.versions);
    const verneed = put(this.#needRecords(needs));
    const verdef = put(this.#definitionRecords(defines));
    const entries: [number, number][] = needed.map((name) => [1, this.#name(name)]);
    if (soname !== undefined) entries.push([14, this.#name(soname)]);
    if (rpath !== undefined) entries.push([15, this.#name(rpath)]);
    if (runpath !== undefined) entries.push([29, this.#name(runpath)]);
    entries.push([4, hash], [6, symtab], [0x6ffffff0, versym]);
    if (Object.keys(needs).length > 0) entries.push([0x6ffffffe, verneed], [0x6fffffff, Object.keys(needs).length]);
    if (defines.length > 0) entries.push([0x6ffffffc, verdef], [0x6ffffffd, defines.length + 1]);
    const strtab = put(this.#strings);
    entries.push([5, strtab], [10, this.#strings.length], [0, 0]);
    const dynamic = this.#pack(
      entries.flatMap(([tag, value]): Number[] => [
        [tag, "word"],
        [value, "word"],
      ]),
    );
    const at = put(dynamic);
    const segments = [
      this.#segment(1, 0, place()),
      this.#segment(2, at, dynamic.length),
      this.#segment(interpreter === undefined ? 0 : 3, head, texts.length),
    ];
    return Buffer.concat([this.#header(), ...segments, ...parts]);
  }

  #name(text: string): number {
    const known = this.#names.get(text) ?? this.#strings.length;
    if (!this.#names.has(text)) this.#strings = Buffer.concat([this.#strings, Buffer.from(`${text}\0`)]);
    this.#names.set(text, known);
    return known;
  }

  #pack(numbers: readonly Number[]): Buffer {
    const widths = numbers.map(([, bytes]) => (bytes === "word" ? this.#bits / 8 : bytes));
    const buffer = Buffer.alloc(widths.reduce((sum, width) => sum + width, 0));
    let at = 0;
    for (const [index, [value]] of numbers.entries()) {
      const width = widths[index] ?? 0;
      if (width === 8 && this.#little) buffer.writeBigUInt64LE(BigInt(value), at);
      else if (width === 8) buffer.writeBigUInt64BE(BigInt(value), at);
      else if (this.#little) buffer.writeUIntLE(value, at, width);
      else buffer.writeUIntBE(value, at, width);
      at += width;
    }
    return buffer;
  }

  #symbols(put: (part: Buffer) => number) {
    const { imports = [], exports = [], defines = [], needs = {} } = this.#made;
    const indexes = new Map([...defines, ...Object.values(needs).flat()].map((name, index) => [name, index + 2]));
    const offered = exports.map((one) => (typeof one === "string" ? { name: one } : one));
    const rows = [this.#symbol("", 0, 0, 0, 0), ...imports.map((name) => this.#symbol(name, 0x12, 0, 0, 0))];
    const versions: Number[] = rows.map(() => [0, 2]);
    for (const { name, version, data, text } of offered) {
      const at = text === undefined ? 64 : put(Buffer.from(`${text}\0`));
      rows.push(this.#symbol(name, data === undefined ? 0x12 : 0x11, 1, at, data ?? 0));
      versions.push([indexes.get(version ?? "") ?? 1, 2]);
    }
    return { table: Buffer.concat(rows), count: rows.length, versions: this.#pack(versions) };
  }

  #symbol(name: string, info: number, section: number, value: number, size: number): Buffer {
    const at = name === "" ? 0 : this.#name(name);
    const kind = Buffer.from([info, 0]);
    if (this.#bits === 64)
      return Buffer.concat([
        this.#pack([[at, 4]]),
        kind,
        this.#pack([
          [section, 2],
          [value, "word"],
          [size, "word"],
        ]),
      ]);
    return Buffer.concat([
      this.#pack([
        [at, 4],
        [value, 4],
        [size, 4],
      ]),
      kind,
      this.#pack([[section, 2]]),
    ]);
  }

  #needRecords(needs: Readonly<Record<string, readonly string[]>>): Buffer {
    let index = 2 + (this.#made.defines?.length ?? 0);
    const libraries = Object.entries(needs);
    return Buffer.concat(
      libraries.map(([library, versions], number) => {
        const next = number === libraries.length - 1 ? 0 : 16 * (versions.length + 1);
        const head = this.#pack([
          [1, 2],
          [versions.length, 2],
          [this.#name(library), 4],
          [16, 4],
          [next, 4],
        ]);
        const parts = versions.map((version, part) => {
          const step = part === versions.length - 1 ? 0 : 16;
          return this.#pack([
            [0, 4],
            [0, 2],
            [index++, 2],
            [this.#name(version), 4],
            [step, 4],
          ]);
        });
        return Buffer.concat([head, ...parts]);
      }),
    );
  }

  #definitionRecords(defines: readonly string[]): Buffer {
    const names = [this.#made.soname ?? "", ...defines];
    return Buffer.concat(
      names.map((name, index) => {
        const next = index === names.length - 1 ? 0 : 28;
        const head: Number[] = [
          [1, 2],
          [index === 0 ? 1 : 0, 2],
          [index + 1, 2],
          [1, 2],
          [0, 4],
          [20, 4],
          [next, 4],
        ];
        return this.#pack([...head, [name === "" ? 0 : this.#name(name), 4], [0, 4]]);
      }),
    );
  }

  #segment(type: number, offset: number, size: number): Buffer {
    const rest: Number[] = [
      [offset, "word"],
      [offset, "word"],
      [offset, "word"],
      [size, "word"],
      [size, "word"],
    ];
    if (this.#bits === 64) return this.#pack([[type, 4], [4, 4], ...rest, [8, "word"]]);
    return this.#pack([[type, 4], ...rest, [4, 4], [8, 4]]);
  }

  #header(): Buffer {
    const wide = this.#bits === 64;
    const ident = Buffer.alloc(16);
    ident.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, this.#little ? 1 : 2, 1]);
    const [head, segment] = wide ? [64, 56] : [52, 32];
    const machine = this.#made.machine ?? 62;
    return Buffer.concat([
      ident,
      this.#pack([
        [3, 2],
        [machine, 2],
        [1, 4],
        [0, "word"],
        [head, "word"],
        [0, "word"],
        [0, 4],
      ]),
      this.#pack([
        [head, 2],
        [segment, 2],
        [3, 2],
        [0, 2],
        [0, 2],
        [0, 2],
      ]),
    ]);
  }
}

/** Bytes as an open file. */
export function openBytes(bytes: Buffer) {
  return {
    stat: async () => ({ size: bytes.length }),
    close: async () => {},
    async read(buffer: Buffer, offset: number, length: number, position: number) {
      return { bytesRead: bytes.copy(buffer, offset, position, Math.min(bytes.length, position + length)) };
    },
  };
}
