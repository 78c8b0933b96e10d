// Reads a policy file and those that it extends, as layers in the order in which they count. Every mistake is named with its line.

import { dirname, resolve } from "node:path";
import { hasCode } from "../../base/errors.ts";
import { codeFrame, type Problem, positionOf, type SourceText } from "../../base/source.ts";
import { PROFILES } from "../../policy/profiles/profiles.ts";
import { type ConfigDocument, parseConfigDocument } from "../../site/config-document.ts";
import { placeIn } from "../../site/place.ts";
import { misfits } from "../../site/shape.ts";
import { fail } from "../errors.ts";
import { readSource } from "../files/read-source.ts";
import type { ConfigLayer } from "./config-layer.ts";
import { LINT_SCHEMA, type LintFile } from "./lint-schema.ts";

const DEEPEST = 8;

/** The layers of a file: what it extends first. @throws E_LINT_READ, E_LINT_SIZE, E_LINT_CONFIG */
export async function readLayers(path: string, above: readonly string[] = []): Promise<readonly ConfigLayer[]> {
  const own = resolve(path);
  const layer = await readLayer(path).catch((error: unknown) => {
    throw isBeside(own, above[0]) ? error : withoutText(path, error);
  });
  const extended: ConfigLayer[] = [];
  for (const [index, name] of (layer.value.extends ?? []).entries()) {
    if (PROFILES.has(name)) {
      extended.push({
        ...layer,
        value: { profile: name as "generic" },
        originOf: () => layer.originOf(["extends", index]),
      });
      continue;
    }
    const file = resolve(dirname(own), name);
    const problem = obstacle(name, file, [...above, own]);
    if (problem) throw layer.failureOf([{ path: ["extends", index], ...problem }]);
    extended.push(...(await readLayers(file, [...above, own])));
  }
  return [...extended, layer];
}

/** True for a file below the folder of the first one: what stands in others is nothing to show to whoever wrote that. */
export function isBeside(path: string, first: string | undefined): boolean {
  return first === undefined || path.startsWith(`${dirname(first)}/`);
}

/** A failure that quotes no file: a configuration could name one that its reader may read and its writer may not. */
export function withoutText(path: string, error: unknown): unknown {
  if (!hasCode(error, "E_LINT_CONFIG")) return error;
  return fail("E_LINT_CONFIG", {
    file: path,
    problems: `${path} is no policy, or has mistakes; name it by --config to see them`,
  });
}

function obstacle(name: string, file: string, above: readonly string[]) {
  if (above.includes(file)) return { message: `${name} extends this file again`, hint: "leave one of them out" };
  if (above.length >= DEEPEST) return { message: "files extend each other too deeply", hint: "name fewer" };
  if (/^\.{0,2}\/|\.(ya?ml|json)$/.test(name)) return undefined;
  return {
    message: `there is no profile ${name}`,
    hint: `known: ${[...PROFILES.keys()].join(", ")}; files begin with ./`,
  };
}

async function readLayer(path: string): Promise<ConfigLayer> {
  const source = await readSource(path);
  const document = await parseConfigDocument(source, "yaml");
  if (document.problems.length > 0) throw configError(source, document.problems);
  const value = document.value ?? {};
  const found = misfits(LINT_SCHEMA, value);
  if (found.length > 0) throw configError(source, found.map(placeIn(document)));
  return layerOf(document, value as LintFile, resolve(dirname(path)));
}

/** A layer of a document that fits. */
export function layerOf(document: ConfigDocument, value: LintFile, folder: string): ConfigLayer {
  const { source } = document;
  return {
    name: source.name,
    folder,
    value,
    remarks: [],
    originOf: (path) => `${source.name}:${positionOf(source.text, document.keyRangeOf(path).start).line}`,
    failureOf: (problems) =>
      configError(
        source,
        problems.map((one) => placeIn(document)({ kind: "wrong", ...one })),
      ),
  };
}

const SHOWN = 10;

/** All mistakes of a file as one failure, each with its lines. */
export function configError(source: SourceText, problems: readonly Problem[]): Error {
  const shown = problems.slice(0, SHOWN).map(({ range, message, hint }) => {
    const { line, column } = positionOf(source.text, range.start);
    const words = `${source.name}:${line}:${column}: ${message}${hint === undefined ? "" : `; ${hint}`}`;
    return `${words}\n${codeFrame({ source, range })}`;
  });
  const more = problems.length > SHOWN ? [`and ${problems.length - SHOWN} more`] : [];
  return fail("E_LINT_CONFIG", { file: source.name, problems: [...shown, ...more].join("\n") });
}
