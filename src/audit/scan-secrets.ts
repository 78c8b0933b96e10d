// Secrets in one file of an image: by what stands in it, and by its name. Most files hold no mark of any form, which one
// pattern over all marks finds out; only the others are searched in full.

import type { RecordedSecret } from "./layer-record.ts";
import { credentialFile, isPublishedExample, isSettingsFile } from "./secrets/credential-files.ts";
import { findSecrets } from "./secrets/find-secrets.ts";
import { SECRET_FORMS } from "./secrets/secret-forms.ts";

/** Larger files are programs and data; their names are looked at all the same. Bytes. */
export const MAX_SCANNED = 1024 * 1024;
/** Of one file; more would say nothing new. */
const MOST_IN_FILE = 20;
const MARKS = ["-----BEGIN ", ...SECRET_FORMS.map(({ mark }) => mark)];
const ANY_MARK = new RegExp([...new Set(MARKS)].map((mark) => mark.replace(/[.\\"]/g, "\\$&")).join("|"));

/** Secrets of a file of at most MAX_SCANNED bytes that is text. */
export function secretsInFile(path: string, content: Buffer): readonly RecordedSecret[] {
  if (isPublishedExample(path)) return [];
  const text = content.toString("latin1");
  const assignments = isSettingsFile(path);
  const found = assignments || ANY_MARK.test(text) ? findSecrets(text, { assignments }) : [];
  if (found.length === 0) return secretByName(path, content.length);
  return found.slice(0, MOST_IN_FILE).map(({ kind, line, certainty }) => ({ kind, path, line, certainty }));
}

/** What the name of a file says that was not read, or in which nothing was found. */
export function secretByName(path: string, size: number): readonly RecordedSecret[] {
  if (size === 0 || isPublishedExample(path)) return [];
  const file = credentialFile(path);
  return file?.sign === "name" ? [{ kind: file.kind, path, line: undefined, certainty: "likely" }] : [];
}
