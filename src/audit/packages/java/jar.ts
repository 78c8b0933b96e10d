// Java's archives: each says by Maven's properties, or else by its manifest and file name, what it is; archives lie within
// archives.

import { reasonOf } from "../../../base/errors.ts";
import type { Cataloguer, Found, FoundPackage } from "../cataloguer.ts";
import { type Coordinates, parseManifest, parsePomProperties } from "./properties.ts";
import { type ZipEntry, zipEntries } from "./zip.ts";

const MAX_BYTES = 256 * 1024 * 1024;
/** Of everything that is unpacked for one file. */
const MAX_UNPACKED = 512 * 1024 * 1024;
/** The same for each byte of the file: classes shrink to half, an archive in an archive hardly at all. */
const MAX_RATIO = 20;
const MAX_TEXT = 1024 * 1024;
const MAX_DEPTH = 3;
const MAX_PACKAGES = 10_000;
const ARCHIVE = /\.(?:jar|war|ear|hpi|jpi|sar)$/i;
const POM = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;
const MANIFEST = "META-INF/MANIFEST.MF";
/** `commons-io-2.11.0`, `guava-32.1.3-jre`. */
const FILE_NAME = /^(.{1,200}?)-(\d[^/]{0,100})$/;

export const jar: Cataloguer = {
  name: "jar",
  wants: (path) => (ARCHIVE.test(path) ? { maxBytes: MAX_BYTES, magic: Buffer.from("PK") } : undefined),
  read(path, bytes): Found {
    const room = Math.min(MAX_UNPACKED, MAX_TEXT + MAX_RATIO * bytes.length);
    const search: Search = { packages: [], gaps: [], room };
    readArchive(bytes, { file: path, within: "" }, 0, search);
    return { packages: search.packages, gaps: search.gaps };
  },
};

interface Search {
  readonly packages: FoundPackage[];
  readonly gaps: string[];
  room: number;
}

/** An archive's own path: in the image, or in the archive around it. */
interface Place {
  readonly file: string;
  readonly within: string;
}

function readArchive(bytes: Buffer, place: Place, depth: number, search: Search): void {
  const poms: Coordinates[] = [];
  let manifest: ReadonlyMap<string, string> = new Map();
  try {
    for (const entry of zipEntries(bytes)) {
      if (search.packages.length >= MAX_PACKAGES) throw new Error(`it holds more than ${MAX_PACKAGES} packages`);
      if (POM.test(entry.name)) poms.push(...asList(parsePomProperties(unpack(entry, MAX_TEXT, search).toString())));
      else if (entry.name === MANIFEST) manifest = parseManifest(unpack(entry, MAX_TEXT, search).toString());
      else if (ARCHIVE.test(entry.name) && depth < MAX_DEPTH) readNested(entry, place, depth, search);
    }
  } catch (error) {
    const where = place.within === "" ? "it" : place.within;
    search.gaps.push(`${where} is damaged or too large: ${reasonOf(error)}`);
  }
  const known = withOwn(poms, fromManifest(manifest, baseName(place)));
  const licence = manifest.get("Bundle-License");
  for (const one of known) search.packages.push(packageOf(one, place, known.length === 1 ? licence : undefined));
}

// An archive may hold the poms of what was packed into it and none of its own.
function withOwn(poms: readonly Coordinates[], own: Coordinates | undefined): readonly Coordinates[] {
  if (poms.length === 0) return asList(own);
  const told = own === undefined || own.group === "" || poms.some(({ artifact }) => own.artifact.startsWith(artifact));
  return told ? poms : [own, ...poms];
}

function readNested(entry: ZipEntry, { file, within }: Place, depth: number, search: Search): void {
  const name = within === "" ? entry.name : `${within}!${entry.name}`;
  readArchive(unpack(entry, search.room, search), { file, within: name }, depth + 1, search);
}

function unpack(entry: ZipEntry, max: number, search: Search): Buffer {
  const most = Math.min(max, search.room);
  // What fails has cost as much as what it might have held: a million damaged entries must not be free.
  search.room -= most;
  const content = entry.read(most);
  search.room += most - content.length;
  return content;
}

// Bundle names of OSGi are Maven's group and artifact in most libraries of today, or end in the artifact.
function fromManifest(manifest: ReadonlyMap<string, string>, name: string): Coordinates | undefined {
  const [, named, written] = FILE_NAME.exec(name) ?? [];
  const bundle = manifest.get("Bundle-SymbolicName")?.split(";", 1)[0]?.trim();
  const version = manifest.get("Implementation-Version") ?? written ?? manifest.get("Bundle-Version");
  const artifact = named ?? (name === "" ? (manifest.get("Implementation-Title") ?? bundle) : name);
  if (artifact === undefined || version === undefined || /[\s${]/.test(artifact + version)) return undefined;
  const vendor = manifest.get("Implementation-Vendor-Id");
  const group = bundle?.endsWith(`.${artifact}`) ? bundle.slice(0, -artifact.length - 1) : (vendor ?? bundle);
  return { group: group !== undefined && /^[\w.-]+$/.test(group) ? group : "", artifact, version };
}

function packageOf({ group, artifact, version }: Coordinates, { within }: Place, licence: string | undefined) {
  const found: FoundPackage = {
    ...{ ecosystem: "maven", name: group === "" ? artifact : `${group}:${artifact}`, version },
    ...(within === "" ? {} : { within }),
    ...(licence === undefined ? {} : { licence }),
  };
  return found;
}

function baseName({ file, within }: Place): string {
  const path = within === "" ? file : within;
  return path.slice(path.lastIndexOf("/") + 1).replace(ARCHIVE, "");
}

function asList<Item>(item: Item | undefined): readonly Item[] {
  return item === undefined ? [] : [item];
}
