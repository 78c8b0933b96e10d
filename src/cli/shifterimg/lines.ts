// The lines that `shifterimg` prints, to the byte as Shifter's does (spec/shifter.md 9): scripts cut them up. Pure.

/** The fields of a gateway's image that are shown; whatever is missing or of another type is undefined. */
export interface WireImage {
  readonly id: string | undefined;
  readonly system: string | undefined;
  readonly itype: string | undefined;
  readonly status: string | undefined;
  readonly tags: readonly string[];
  readonly lastPull: number;
  readonly message: string | undefined;
}

/** Reads an image of the gateway; undefined when it is no object. */
export function readWireImage(value: unknown): WireImage | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const text = (key: string) => (typeof fields[key] === "string" ? fields[key] : undefined);
  const tag = fields["tag"];
  return {
    id: text("id"),
    system: text("system"),
    itype: text("itype"),
    status: text("status"),
    // Old gateways have one text where newer ones have a list.
    tags: (Array.isArray(tag) ? tag : [tag]).filter((item): item is string => typeof item === "string"),
    lastPull: typeof fields["last_pull"] === "number" ? fields["last_pull"] : 0,
    message: text("status_message"),
  };
}

/** Reads a gateway's list of images. */
export function readWireList(value: unknown): readonly WireImage[] {
  const fields = Object(value) as Readonly<Record<string, unknown>>;
  const list = fields["list"] ?? fields["data"];
  return (Array.isArray(list) ? list : []).flatMap((item) => readWireImage(item) ?? []);
}

/** A line for every tag of every image, by the order of the tags' bytes. */
export function imageLines(images: readonly WireImage[], pattern = ""): readonly string[] {
  const rows = images.flatMap((image) => image.tags.map((tag) => ({ image, tag })));
  const chosen = rows.filter(({ tag }) => tag.includes(pattern));
  chosen.sort((a, b) => Buffer.compare(Buffer.from(a.tag), Buffer.from(b.tag)));
  return chosen.map(({ image, tag }) => imageLine(image, tag));
}

function imageLine(image: WireImage, tag: string): string {
  const { system = "", itype = "", status = "", id = "", lastPull } = image;
  const columns = [system.padEnd(10), itype.padEnd(10), status.padEnd(8), id.slice(0, 10)];
  return `${columns.join(" ")}   ${localTime(lastPull)} ${tag.padEnd(30)}\n`;
}

const ERASE = "\r\x1b[2K";

/** How a pull is; without `verbose` it takes the place of the line before. */
export function pullLine(now: number, type: string, tag: string, status: string, verbose: boolean): string {
  const line = `${localTime(now)} Pulling Image: ${type}:${tag}, status: ${status}`;
  return verbose ? `${line}\n` : `${ERASE}${line}`;
}

/** True for the states in which a gateway still works; all others are final. */
export function isWorking(status: string): boolean {
  return WORKING.has(status);
}

// HASHING is berth's own addition: Shifter's program takes an import at that point for finished.
const WORKING = new Set([
  ...["MISSING", "INIT", "PENDING", "PULLING", "EXAMINATION", "CONVERSION", "TRANSFER", "HASHING"],
]);

/** `YYYY-MM-DDTHH:MM:SS` in the machine's time zone; `seconds` since 1970. */
export function localTime(seconds: number): string {
  const date = new Date(Math.floor(seconds) * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [String(date.getFullYear()).padStart(4, "0"), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}

/** The gateway's answer as `-v` shows it: one field a line, for scripts search it for `"status":`. */
export function messageLine(body: string): string {
  try {
    return `Message: ${JSON.stringify(JSON.parse(body), null, 4)}\n`;
  } catch {
    return `Message: ${body}\n`;
  }
}
