// What a WORKDIR names, as far as the variables in it are known. Knows no rule.

/** The path without quotes and variables; undefined: it depends on what is not known. */
export function workdirPath(text: string, variables: ReadonlyMap<string, string | undefined>): string | undefined {
  const bare = text.replace(/^(["'])(.*)\1$/s, "$2");
  let known = true;
  const path = bare.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, plain?: string) => {
    const value = variables.get(braced ?? plain ?? "");
    if (value === undefined) known = false;
    return value ?? "";
  });
  return known && !path.includes("$") ? path : undefined;
}
