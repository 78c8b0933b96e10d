// The language server: keeps the documents of an editor, checks each a moment after it changed, and answers what is asked about it.

import { fileURLToPath } from "node:url";
import {
  CodeActionKind,
  type Connection,
  createConnection,
  type InitializeResult,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { reasonOf } from "../../base/errors.ts";
import type { SourceText } from "../../base/source.ts";
import { documentKind } from "../../policy/document-kind.ts";
import type { Finding } from "../../policy/types.ts";
import { lintDocument } from "../lint-document.ts";
import { type LintRun, lintTexts, optionsOf } from "../lint-files.ts";
import { ruleWords } from "../rule-words.ts";
import { actionsOf, type CheckedDocument, diagnosticsOf, hoverOf } from "./checked-document.ts";

/** What a server is made with. */
export interface LanguageServerOptions {
  readonly version: string;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** A run over one file; asked anew when a document is opened or saved, so that configurations and git may change. */
  runFor(path: string): Promise<LintRun>;
}

// While somebody types.
const QUIET_MS = 150;

/** Starts the server; it ends the process when its client goes, as the protocol demands. */
export function startLanguageServer(options: LanguageServerOptions): void {
  const connection = createConnection(options.input, options.output);
  const documents = new TextDocuments(TextDocument);
  const checked = new Map<string, Promise<CheckedDocument | undefined>>();
  const runs = new Map<string, Promise<LintRun>>();
  const timers = new Map<string, NodeJS.Timeout>();
  /** The version whose check was begun last. */
  const begun = new Map<string, number>();

  const check = (document: TextDocument) => {
    clearTimeout(timers.get(document.uri));
    const { uri, version } = document;
    begun.set(uri, version);
    const run = runs.get(uri) ?? options.runFor(pathOf(uri));
    runs.set(uri, run);
    const result = checkDocument(document, run).catch((error: unknown) => {
      // A configuration with a mistake, most often: the person has to know why nothing is shown.
      connection.window.showErrorMessage(`berth: ${reasonOf(error)}`);
      return undefined;
    });
    checked.set(uri, result);
    void result.then((found) => {
      // Of a document that is closed or newer by now, nothing is shown.
      if (documents.get(uri)?.version !== version) return;
      void connection.sendDiagnostics({ uri, version, diagnostics: found ? diagnosticsOf(found) : [] });
    });
  };

  connection.onInitialize(() => capabilities(options.version));
  documents.onDidOpen(({ document }) => check(document));
  documents.onDidSave(({ document }) => {
    runs.clear();
    check(document);
  });
  documents.onDidChangeContent(({ document }) => {
    // What was just opened is told as changed, too, and is being checked.
    if (begun.get(document.uri) === document.version) return;
    clearTimeout(timers.get(document.uri));
    timers.set(
      document.uri,
      setTimeout(() => check(document), QUIET_MS),
    );
  });
  documents.onDidClose(({ document: { uri } }) => {
    clearTimeout(timers.get(uri));
    for (const map of [checked, runs, timers, begun]) map.delete(uri);
    void connection.sendDiagnostics({ uri, diagnostics: [] });
  });
  answer(connection, documents, checked);
  documents.listen(connection);
  connection.listen();
}

function answer(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  checked: ReadonlyMap<string, Promise<CheckedDocument | undefined>>,
): void {
  // What was found belongs to the text that was checked: of a newer one, places are not known yet.
  const current = async (uri: string) => {
    const found = await checked.get(uri);
    const document = documents.get(uri);
    return found && document && document.getText() === found.source.text ? { found, document } : undefined;
  };
  connection.onHover(async ({ textDocument, position }) => {
    const now = await current(textDocument.uri);
    return now && hoverOf(now.found, now.document.offsetAt(position));
  });
  connection.onCodeAction(async ({ textDocument, range, context: { only } }) => {
    const now = await current(textDocument.uri);
    if (!now) return [];
    const part = { start: now.document.offsetAt(range.start), end: now.document.offsetAt(range.end) };
    const wanted = (kind = "") => only === undefined || only.some((one) => kind === one || kind.startsWith(`${one}.`));
    return actionsOf(now.found, part).filter(({ kind }) => wanted(kind));
  });
}

function capabilities(version: string): InitializeResult {
  return {
    serverInfo: { name: "berth", version },
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
      hoverProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, `${CodeActionKind.SourceFixAll}.berth`] },
    },
  };
}

async function checkDocument(document: TextDocument, started: Promise<LintRun>): Promise<CheckedDocument | undefined> {
  const source = { name: pathOf(document.uri), text: document.getText() };
  const kind = kindOf(source, document.languageId);
  if (kind === undefined) return undefined;
  const run = { ...(await started), kind };
  const { things } = await lintTexts([{ source, kind }], run);
  const [linted] = things;
  if (!linted) return undefined;
  const { options } = await optionsOf(source, run);
  const findingsOf = (text: SourceText): readonly Finding[] => lintDocument(text, options).findings;
  const rules = ruleWords([linted.thing], linted.ruling.policy, linted.ruling.practices);
  return { uri: document.uri, source, kind, thing: linted.thing, rules, findingsOf };
}

// Editors know some kinds by themselves.
function kindOf({ name, text }: SourceText, languageId: string) {
  const known = documentKind(name, text);
  if (known !== undefined) return known;
  return languageId === "dockerfile" ? "dockerfile" : languageId === "dockercompose" ? "compose" : undefined;
}

function pathOf(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    // A text that was never saved.
    return uri.replace(/^[a-z]+:/i, "");
  }
}
