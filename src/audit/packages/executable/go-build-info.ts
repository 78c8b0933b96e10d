// What Go's linker writes into every program (Go, package debug/buildinfo): the compiler's version and the modules that were
// linked in. Found without section headers too, since the loader needs none and strippers take them.

import { type Elf, type Segment, word } from "./sections.ts";

const MAGIC = Buffer.from("\xff Go buildinf:", "latin1");
const ALIGNMENT = 16;
/** Of a data segment; the linker puts it near the beginning. */
const SEARCHED = 1 << 20;
const INLINE = 2;
const MAX_TEXT = 16 * 1024 * 1024;
/** Marks around the text of modules, 16 bytes each. */
const MARK = 16;

/** What the linker wrote. */
export interface GoBuildInfo {
  /** `go1.22.1`. */
  readonly go: string;
  /** Lines of fields between tabs; empty when modules were not used. */
  readonly modules: string;
}

/** Undefined for a program that is not Go's. @throws RangeError for a damaged one */
export function readGoBuildInfo(elf: Elf): GoBuildInfo | undefined {
  const info = elf.section(".go.buildinfo") ?? searched(elf);
  if (!info || info.length < 32 || !info.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const [go, modules] = ((info[15] ?? 0) & INLINE) !== 0 ? inlineTexts(info) : pointedTexts(elf, info);
  return { go, modules: unmarked(modules).toString("utf8") };
}

function searched({ bytes, segments }: Elf): Buffer | undefined {
  for (const { offset, size, writable } of segments) {
    if (!writable) continue;
    const part = bytes.subarray(offset, offset + Math.min(size, SEARCHED));
    for (let at = part.indexOf(MAGIC); at >= 0; at = part.indexOf(MAGIC, at + 1))
      if (at % ALIGNMENT === 0) return bytes.subarray(offset + at, offset + size);
  }
  return undefined;
}

// Since Go 1.18: each text after its length.
function inlineTexts(info: Buffer): readonly [go: string, modules: Buffer] {
  const go = counted(info, 32);
  return [go.text.toString("utf8"), counted(info, go.next).text];
}

function counted(info: Buffer, start: number): { readonly text: Buffer; readonly next: number } {
  let length = 0;
  let at = start;
  for (let shift = 1; ; shift *= 128) {
    const byte = info.readUInt8(at++);
    length += (byte & 0x7f) * shift;
    if (byte < 0x80) break;
    if (shift > 2 ** 28) throw new RangeError("a length of Go's build information is too large");
  }
  if (at + length > info.length) throw new RangeError("Go's build information is cut short");
  return { text: info.subarray(at, at + length), next: at + length };
}

// Before: addresses of Go's strings, which are an address and a length.
function pointedTexts(elf: Elf, info: Buffer): readonly [go: string, modules: Buffer] {
  const width = elf.bits / 8;
  const head = { ...elf, bytes: info };
  const text = (at: number): Buffer => {
    const string = placeOf(elf, word(head, at));
    if (string === undefined) return Buffer.alloc(0);
    const start = placeOf(elf, word(elf, string));
    const length = word(elf, string + width);
    return start === undefined || length > MAX_TEXT ? Buffer.alloc(0) : elf.bytes.subarray(start, start + length);
  };
  return [text(16).toString("utf8"), text(16 + width)];
}

function placeOf({ segments }: Elf, address: number): number | undefined {
  const within = ({ address: start, size }: Segment) => address >= start && address < start + size;
  const segment = segments.find(within);
  return segment && segment.offset + (address - segment.address);
}

function unmarked(modules: Buffer): Buffer {
  const marked = modules.length > 2 * MARK && modules[modules.length - MARK - 1] === 0x0a;
  return marked ? modules.subarray(MARK, modules.length - MARK) : modules;
}
