// `berth lsp` with a real client over its standard input and output.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CodeAction,
  createProtocolConnection,
  type Hover,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
// The packed binary, where one is named.
const [PROGRAM = "", ...WORDS] = process.env["BERTH_BINARY"] ? [process.env["BERTH_BINARY"]] : [process.execPath, MAIN];
const BAD = "FROM docker.io/library/debian:13.1\nRUN sudo true \\\n  && sudo false\n";

let work: string;
let server: ChildProcessWithoutNullStreams;
let client: ProtocolConnection;
let published: PublishDiagnosticsParams[];
let wake: () => void = () => {};

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "berth-lsp-"));
  mkdirSync(join(work, ".git"));
  writeFileSync(join(work, ".berth-policy.yaml"), "rules: { TOO004: warning }\n");
  const env = { PATH: process.env["PATH"], HOME: work, BERTH_SITE_CONFIG: join(work, "none") };
  server = spawn(PROGRAM, [...WORDS, "lsp", "--stdio"], { cwd: work, env });
  client = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  published = [];
  client.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => {
    published.push(params);
    wake();
  });
  client.listen();
  const root = pathToFileURL(work).href;
  const started = (await client.sendRequest("initialize", {
    processId: process.pid,
    rootUri: root,
    capabilities: {},
  })) as InitializeResult;
  expect(started.serverInfo?.name).toBe("berth");
  await client.sendNotification("initialized", {});
});
afterAll(() => {
  client.dispose();
  server.kill();
  rmSync(work, { recursive: true, force: true });
});

const uriOf = (name: string) => pathToFileURL(join(work, name)).href;

async function diagnostics(uri: string, version: number) {
  for (;;) {
    const found = published.find((one) => one.uri === uri && one.version === version);
    if (found) return found.diagnostics;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

async function open(name: string, text: string) {
  const textDocument = { uri: uriOf(name), languageId: "dockerfile", version: 1, text };
  await client.sendNotification("textDocument/didOpen", { textDocument });
  return await diagnostics(textDocument.uri, 1);
}

const actions = (uri: string, only?: readonly string[]) => {
  const range = { start: { line: 1, character: 5 }, end: { line: 1, character: 5 } };
  const context = { diagnostics: [], ...(only ? { only } : {}) };
  return client.sendRequest("textDocument/codeAction", { textDocument: { uri }, range, context }) as Promise<
    CodeAction[]
  >;
};

function applied(text: string, uri: string, action: CodeAction | undefined): string {
  const edits = (action?.edit?.changes?.[uri] ?? []) as TextEdit[];
  return TextDocument.applyEdits(TextDocument.create(uri, "dockerfile", 1, text), edits);
}

describe("a document", () => {
  test("is checked when it is opened, with the weights of the project, places counted from 0", async () => {
    const found = await open("Dockerfile", BAD);
    const sudo = found.find(({ code }) => code === "TOO004");
    expect(sudo).toMatchObject({ severity: 2, source: "berth", range: { start: { line: 1, character: 4 } } });
  });

  test("is checked once when it is opened, and underlines what stands behind characters of two units", async () => {
    const found = await open("once/Dockerfile", 'FROM debian:13.1\nRUN echo "\u{1F600}" && sudo true\n');
    const sudo = found.find(({ code }) => code === "TOO004");
    expect(sudo?.range.start).toEqual({ line: 1, character: 17 });
    // Behind the pause that follows this change, a second check of the other document would be over.
    await open("pause/Dockerfile", BAD);
    const textDocument = { uri: uriOf("pause/Dockerfile"), version: 2 };
    await client.sendNotification("textDocument/didChange", { textDocument, contentChanges: [{ text: BAD }] });
    await diagnostics(textDocument.uri, 2);
    expect(published.filter(({ uri }) => uri === uriOf("once/Dockerfile"))).toHaveLength(1);
  });

  test("is checked again a moment after it was changed", async () => {
    await open("two/Dockerfile", BAD);
    const textDocument = { uri: uriOf("two/Dockerfile"), version: 2 };
    const contentChanges = [
      { range: { start: { line: 1, character: 4 }, end: { line: 1, character: 9 } }, text: "" },
      { range: { start: { line: 2, character: 5 }, end: { line: 2, character: 10 } }, text: "" },
    ];
    await client.sendNotification("textDocument/didChange", { textDocument, contentChanges });
    const found = await diagnostics(textDocument.uri, 2);
    expect(found.map(({ code }) => code)).not.toContain("TOO004");
  });

  test("tells the words of a rule at its place", async () => {
    await open("three/Dockerfile", BAD);
    const ask = { textDocument: { uri: uriOf("three/Dockerfile") }, position: { line: 1, character: 5 } };
    const hover = (await client.sendRequest("textDocument/hover", ask)) as Hover;
    expect(JSON.stringify(hover.contents)).toContain("TOO004: ");
    const nowhere = { ...ask, position: { line: 3, character: 0 } };
    expect(await client.sendRequest("textDocument/hover", nowhere)).toBeNull();
  });

  test("is mended, or its finding ignored above the instruction", async () => {
    await open("four/Dockerfile", BAD);
    const uri = uriOf("four/Dockerfile");
    const offered = await actions(uri);
    const fix = offered.find(({ title }) => title === "TOO004: leave sudo out");
    expect(fix?.isPreferred).toBe(true);
    expect(applied(BAD, uri, fix)).toBe(BAD.replaceAll("sudo ", ""));
    const ignore = offered.find(({ title }) => title.startsWith("TOO004: ignore"));
    expect(applied(BAD, uri, ignore).split("\n")[1]).toBe("# policy ignore=TOO004 -- REASON");
    const all = await actions(uri, ["source.fixAll"]);
    expect(all).toHaveLength(1);
    expect(applied(BAD, uri, all[0])).not.toContain("sudo");
  });

  test("of another kind has no findings, and one that is closed has none any more", async () => {
    const textDocument = { uri: uriOf("notes.txt"), languageId: "plaintext", version: 1, text: "RUN sudo x\n" };
    await client.sendNotification("textDocument/didOpen", { textDocument });
    expect(await diagnostics(textDocument.uri, 1)).toEqual([]);
  });
});

test("the server ends when its client says so", async () => {
  await client.sendRequest("shutdown");
  const ended = new Promise((resolve) => server.once("exit", resolve));
  await client.sendNotification("exit");
  expect(await ended).toBe(0);
});
