// Scopes of the token protocol: `repository:team/app:pull,push`. Pure; what may be granted is decided elsewhere.

/** One thing that a token is asked for. */
export interface AccessEntry {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

const MAX_ENTRIES = 32;
const PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const REPOSITORY = new RegExp(`^${PART}(?:/${PART})*$`);

/** True for what may be a repository's name at the site's registry. */
export function isRepositoryName(name: string): boolean {
  return name.length <= 200 && REPOSITORY.test(name);
}

/** Reads the scopes of a request, each a text of entries separated by spaces; what is malformed is left out. */
export function parseScopes(texts: readonly string[]): readonly AccessEntry[] {
  const words = texts.flatMap((text) => text.split(" ")).filter((word) => word !== "");
  return words.slice(0, MAX_ENTRIES).flatMap((word) => {
    const [, type, name, actions = ""] = /^([a-z]{1,32}):([a-z0-9._/-]{1,255}):([a-z*,]{1,64})$/.exec(word) ?? [];
    if (type === undefined || name === undefined) return [];
    return [{ type, name, actions: [...new Set(actions.split(",").filter((action) => action !== ""))] }];
  });
}

/** The same for the answer's `scope`. */
export function formatScopes(entries: readonly AccessEntry[]): string {
  return entries.map(({ type, name, actions }) => `${type}:${name}:${actions.join(",")}`).join(" ");
}
