// What a site says of registries, independent of the file it says it in: registries.conf today, others merge theirs.

/** Where else the images of a rule may be found. */
export interface MirrorRule {
  /** `host[:port][/path]`, put in place of the rule's prefix. */
  readonly location: string;
  readonly insecure: boolean;
  /** For which references this mirror is asked. */
  readonly pull: "all" | "digest-only" | "tag-only";
}

/** Applies to all names below `prefix`; the longest prefix wins. */
export interface RegistryRule {
  /** `host[:port][/path]` or `*.domain`. */
  readonly prefix: string;
  /** Put in place of the prefix; undefined: the name stays. */
  readonly location?: string;
  readonly insecure: boolean;
  readonly blocked: boolean;
  readonly mirrors: readonly MirrorRule[];
  /** The file it came from, for messages. */
  readonly source: string;
}

/** All rules of a site. */
export interface RegistriesModel {
  readonly rules: readonly RegistryRule[];
}

/** A site without rules. */
export const NO_RULES: RegistriesModel = { rules: [] };

/** One model of several; a later one's rule replaces an earlier one's with the same prefix. */
export function mergeRegistries(...models: readonly RegistriesModel[]): RegistriesModel {
  const rules = new Map<string, RegistryRule>();
  for (const model of models) for (const rule of model.rules) rules.set(rule.prefix, rule);
  return { rules: [...rules.values()] };
}
