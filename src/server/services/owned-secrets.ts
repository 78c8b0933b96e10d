// Which secrets a service gets: only those that are named after its stack and belong to the stack's owner. Whoever makes a
// stack of that name later gets nothing that somebody else has kept under it.

import type { SecretBook } from "../../services/secrets/secret-book.ts";
import type { SecretFiles } from "../../services/stacks/types.ts";
import { fail } from "../errors.ts";

export interface OwnedSecretsParts {
  readonly files: SecretFiles;
  readonly book: Pick<SecretBook, "find">;
  /** Name of the account that owns a stack. */
  readonly ownerOf: (stack: string) => Promise<string>;
}

export function ownedSecrets({ files, book, ownerOf }: OwnedSecretsParts): SecretFiles {
  return {
    async filesFor(request, wait) {
      const { stack, service, uses } = request;
      if (uses.length === 0) return [];
      const [owner, found] = await Promise.all([ownerOf(stack), book.find(uses.map(({ store }) => store))]);
      for (const { store } of uses) {
        const named = store.startsWith(`${stack}.`) || store.startsWith(`${service}.${stack}.`);
        const record = found.find(({ name }) => name === store);
        if (!named || record?.owner.user !== owner)
          throw fail("E_SERVE_SECRET", { secret: store, stack, service, owner });
      }
      return files.filesFor(request, wait);
    },
  };
}
