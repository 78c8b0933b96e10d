// Blob uploads: whole in one request, or begun, continued and finished (distribution-spec, "Pushing blobs"). What has
// arrived lies in a temporary file until its digest is known to be right.

import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Digest } from "../../base/digest.ts";
import type { ContentStore } from "../store/content-store.ts";

/** Unfinished uploads of one server. */
export interface Uploads {
  /** Begins an upload and names it. */
  begin(): Promise<string>;
  /** Appends a request's body; the answer is the size so far, or nothing when there is no such upload. */
  append(id: string, request: IncomingMessage): Promise<number | undefined>;
  /** Bytes so far, when nothing is being appended; nothing when there is no such upload. */
  size(id: string): Promise<number | undefined>;
  /** Forgets the upload. */
  drop(id: string): Promise<void>;
  /** Ends the upload into the store. @throws E_DIGEST_MISMATCH */
  finish(id: string, digest: Digest, store: ContentStore): Promise<void>;
  close(): Promise<void>;
}

const MAX_OPEN = 1000;

/** No uploads yet; their files lie in a temporary folder of their own. */
export function uploads(): Uploads {
  const sizes = new Map<string, number>();
  // The end of what is being written to an upload: the rest of a broken request must not come after its successor.
  const turns = new Map<string, Promise<unknown>>();
  let folder: Promise<string> | undefined;
  const fileOf = async (id: string) => {
    folder ??= mkdtemp(join(tmpdir(), "berth-uploads-"));
    return join(await folder, id);
  };
  const drop = async (id: string) => {
    sizes.delete(id);
    turns.delete(id);
    await rm(await fileOf(id), { force: true });
  };
  return {
    async begin() {
      const [oldest] = sizes.keys();
      if (sizes.size >= MAX_OPEN && oldest !== undefined) await drop(oldest);
      const id = randomBytes(16).toString("hex");
      sizes.set(id, 0);
      return id;
    },
    async append(id, request) {
      if (!sizes.has(id)) return undefined;
      const path = await fileOf(id);
      const write = async () => {
        try {
          await pipeline(request, createWriteStream(path, { flags: "a", mode: 0o600 }));
        } finally {
          // What came before a broken connection counts: the client goes on there.
          sizes.set(id, (await stat(path).catch(() => undefined))?.size ?? 0);
        }
      };
      const written = (turns.get(id) ?? Promise.resolve()).then(write);
      turns.set(
        id,
        written.catch(() => undefined),
      );
      await written;
      return sizes.get(id);
    },
    async size(id) {
      await turns.get(id);
      return sizes.get(id);
    },
    drop,
    async finish(id, digest, store) {
      const path = await fileOf(id);
      await store.put({ digest, size: sizes.get(id) ?? 0 }, createReadStream(path));
      await drop(id);
    },
    async close() {
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}
