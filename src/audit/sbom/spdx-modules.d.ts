// The two SPDX packages bring no types; declared here as far as they are used.

declare module "spdx-expression-parse" {
  /** The tree of an expression. @throws Error for what is none */
  export default function parse(source: string): unknown;
}

declare module "spdx-correct" {
  /** The identifier that a person probably meant; null when nothing is like it. */
  export default function correct(text: string, options?: { readonly upgrade?: boolean }): string | null;
}
