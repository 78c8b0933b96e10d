// Tags of stacks.

/** The value of a tag; undefined when it is missing or blank. */
export function tagOf(tags: Readonly<Record<string, string>>, key: string): string | undefined {
  const value = Object.hasOwn(tags, key) ? tags[key]?.trim() : undefined;
  return value === "" ? undefined : value;
}
