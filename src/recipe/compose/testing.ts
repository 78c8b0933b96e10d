// For tests of the compose reader: recipes from a handful of texts.

import { codeFrame } from "../../base/source.ts";
import type { ServiceSpec, StackSpec } from "../stack/types.ts";
import { readStack } from "./read-stack.ts";
import type { ComposeNote, ReadOptions, ReadStack } from "./types.ts";

/** Reads `compose.yml` and, when it is there, `override.yml` and `rancher-compose.yml` of the texts; the others are files that they name. */
export function readTexts(files: Readonly<Record<string, string>>, options: Partial<ReadOptions> = {}): ReadStack {
  const compose = ["compose.yml", "override.yml", "rancher-compose.yml"].filter((name) => name in files);
  return readStack(
    compose.map((name) => ({ name, text: files[name] ?? "" })),
    { name: "rover", read: (path) => (Object.hasOwn(files, path) ? files[path] : undefined), ...options },
  );
}

/** The services of one compose file, which must be without error. */
export function servicesOf(text: string, options: Partial<ReadOptions> = {}): Readonly<Record<string, ServiceSpec>> {
  return Object.fromEntries(
    specOf({ "compose.yml": text }, options).services.map((service) => [service.name, service]),
  );
}

/** The stack of texts, which must be without error. */
export function specOf(files: Readonly<Record<string, string>>, options: Partial<ReadOptions> = {}): StackSpec {
  const { spec, notes } = readTexts(files, options);
  if (spec === undefined) throw new Error(notes.map(shown).join("\n"));
  return spec;
}

/** The service `web` with an image and some lines. */
export function webOf(lines: string, rest = "", options: Partial<ReadOptions> = {}): ServiceSpec {
  const { web } = servicesOf(webText(lines, rest), options);
  if (web === undefined) throw new Error("no service web");
  return web;
}

/** A compose file with the service `web`. */
export function webText(lines: string, rest = ""): string {
  const indented = lines.split("\n").map((line) => `    ${line}`);
  return `services:\n  web:\n    image: nginx:1\n${indented.join("\n")}\n${rest}`;
}

/** The messages of one severity. */
export function saidOf(read: ReadStack, severity: ComposeNote["severity"]): readonly string[] {
  return read.notes.filter((note) => note.severity === severity).map(({ message }) => message);
}

/** The text at the place of a note or a pointer. */
export function textAt(place: ComposeNote["place"]): string | undefined {
  return place?.source.text.slice(place.range.start, place.range.end);
}

function shown({ message, place }: ComposeNote): string {
  return `${message}\n${place ? codeFrame(place) : ""}`;
}
