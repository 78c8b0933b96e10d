// The values of secrets as files of a service: only those that are named after its stack, and belong to the stack's owner.
// What this answers goes into containers and nowhere else.

import type { SecretBook } from "../../services/secrets/secret-book.ts";
import type { SecretFiles } from "../../services/stacks/types.ts";
import { fail } from "../errors.ts";

export interface SecretFilesParts {
  readonly book: Pick<SecretBook, "find" | "open">;
  /** Name of the account that owns a stack. */
  readonly ownerOf: (stack: string) => Promise<string>;
  /** Numbers of accounts, for uses and services that name somebody. */
  readonly uidOf: (name: string) => Promise<number | undefined>;
  readonly gidOf: (name: string) => Promise<number | undefined>;
}

/** Only who runs the service may read it. */
const MODE = 0o400;

export function secretFiles({ book, ownerOf, uidOf, gidOf }: SecretFilesParts): SecretFiles {
  return {
    async filesFor({ stack, service, user, uses }) {
      if (uses.length === 0) return [];
      const owner = await ownerOf(stack);
      const found = await book.find(uses.map(({ store }) => store));
      const numbers = (name: string | undefined, look: typeof uidOf) => numberOf(name, look);
      const [name, group] = user?.split(":") ?? [];
      return Promise.all(
        uses.map(async ({ store, target, uid, gid, mode }) => {
          const record = found.find((one) => one.name === store);
          const named = store.startsWith(`${stack}.`) || store.startsWith(`${service}.${stack}.`);
          if (!record || !named || record.owner.user !== owner)
            throw fail("E_SERVE_SECRET", { secret: store, stack, service, owner });
          return {
            path: target,
            content: await book.open(store),
            uid: (await numbers(uid ?? name, uidOf)) ?? 0,
            gid: (await numbers(gid ?? group, gidOf)) ?? 0,
            mode: mode ?? MODE,
          };
        }),
      );
    },
  };
}

async function numberOf(
  text: string | undefined,
  look: (name: string) => Promise<number | undefined>,
): Promise<number | undefined> {
  if (text === undefined || text === "") return undefined;
  return /^\d{1,10}$/.test(text) ? Number(text) : look(text);
}
