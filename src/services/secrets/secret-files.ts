// The values of secrets as files of one service's containers, asked for before every start.

import { defineErrors } from "../../base/errors.ts";
import type { PlacedFile, SecretFiles } from "../stacks/types.ts";
import type { SecretBook } from "./secret-book.ts";

const fail = defineErrors({
  E_SECRET_USER: {
    text: "the secret {name} is for the user {user}, whose number {service} does not say",
    hint: "write the secret's uid and gid as numbers, or the service's user: UID:GID",
    http: 422,
    exit: 1,
  },
});

/** Readable by the service alone (SEC-06). */
const MODE = 0o400;

/** Opens secrets for containers. */
export function secretFiles(book: Pick<SecretBook, "open">): SecretFiles {
  return {
    async filesFor({ service, user, uses }) {
      const [ownUid, ownGid] = (user ?? "0").split(":");
      const files: PlacedFile[] = [];
      for (const { store, target, uid, gid, mode } of uses) {
        const number = (text: string | undefined) => numberOf(text, store, service);
        const owner = number(uid ?? ownUid);
        const content = await book.open(store);
        files.push({ path: target, content, uid: owner, gid: number(gid ?? ownGid ?? "0"), mode: mode ?? MODE });
      }
      return files;
    },
  };
}

function numberOf(text: string | undefined, name: string, service: string): number {
  if (text === undefined || text === "" || text === "root") return 0;
  if (!/^\d{1,10}$/.test(text)) throw fail("E_SECRET_USER", { name, user: text, service });
  return Number(text);
}
