// The judge of SARIF documents: the schema of the standard (OASIS, 2.1.0), and what the standard's text asks beyond it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import type { Log, Result, Run } from "sarif";

const SCHEMA = "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";

const validate = compiled();

// The file is of draft 4 and uses nothing whose meaning has changed since but the name of its identifier; one of its patterns
// is none under the flag for Unicode.
function compiled() {
  const path = createRequire(import.meta.url).resolve(SCHEMA);
  const { id, $schema, ...rest } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  return ajv.compile({ ...rest, $id: String(id) });
}

/** What is wrong with a document; nothing when it keeps to the standard. */
export function sarifErrors(text: string): readonly string[] {
  const log: unknown = JSON.parse(text);
  if (!validate(log))
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      [instancePath, message, JSON.stringify(params)].join(" "),
    );
  return (log as Log).runs.flatMap(runErrors);
}

function runErrors(run: Run): readonly string[] {
  const rules = run.tool.driver.rules ?? [];
  const ids = rules.map(({ id }) => id);
  // Clause 3.49.7: a name is for people, where the id is none.
  const named = rules.filter(({ id, name }) => id === name).map(({ id }) => `the name of rule ${id} is its id`);
  const repeated = ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `rule ${id} is there twice`);
  const results = run.results ?? [];
  const folders = Object.entries(run.originalUriBaseIds ?? {})
    .filter(([, { uri }]) => uri !== undefined && !/^[a-z][a-z0-9+.-]*:.*\/$/.test(uri))
    .map(([name]) => `${name} is no absolute address of a folder (3.14.14)`);
  return [
    ...named,
    ...repeated,
    ...folders,
    ...results.flatMap((result, at) => resultErrors(result, run, `result ${at}`)),
  ];
}

function resultErrors(result: Result, { tool, originalUriBaseIds }: Run, where: string): readonly string[] {
  const { ruleId, ruleIndex, level, kind, locations = [], message } = result;
  const rule = ruleIndex === undefined ? undefined : tool.driver.rules?.[ruleIndex];
  const wrong: string[] = [];
  if (ruleIndex !== undefined && rule?.id !== ruleId) wrong.push("its ruleIndex is of another rule (3.27.6)");
  if (kind !== undefined && kind !== "fail" && level !== "none") wrong.push("a level without a failure (3.27.10)");
  if (message.text === undefined || message.text === "") wrong.push("it has no words (3.11.2)");
  for (const { physicalLocation } of locations) {
    const { uri = "", uriBaseId } = physicalLocation?.artifactLocation ?? {};
    if (uriBaseId !== undefined && !(uriBaseId in (originalUriBaseIds ?? {}))) wrong.push(`${uriBaseId} is not told`);
    if (uriBaseId !== undefined && URL.canParse(uri)) wrong.push("an absolute address with a base (3.4.4)");
    const { startLine = 1, startColumn = 1, endLine = startLine, endColumn } = physicalLocation?.region ?? {};
    const backwards = endLine < startLine || (endLine === startLine && (endColumn ?? startColumn) < startColumn);
    if (backwards) wrong.push("a region that ends before it begins (3.30.7)");
  }
  return wrong.map((one) => `${where}: ${one}`);
}
