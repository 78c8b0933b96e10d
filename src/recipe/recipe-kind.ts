// Tells definition files from Dockerfiles by what they say. Knows the first words of both, and no more of either.

/** The two languages of recipes. */
export type RecipeKind = "definition" | "dockerfile";

const INSTRUCTION = /^(arg|from)\s/i;
// Any word will do: a header with a mistyped key is to be told as that.
const HEADER = /^[a-z]\w*\s*:(?!\S*\/\/)/i;

/** The language of a recipe, by its first line that is neither empty nor a comment; undefined when it is neither. */
export function recipeKind(text: string): RecipeKind | undefined {
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  for (const line of lines.map((raw) => raw.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    // `From: x` before `FROM x`: the colon tells them apart, and an image may hold one, too.
    if (HEADER.test(line) || /^%[a-z]/i.test(line)) return "definition";
    return INSTRUCTION.test(line) || /^(arg|from)\s*\\$/i.test(line) ? "dockerfile" : undefined;
  }
  return undefined;
}
