// The work of the process that evaluates Rego policies compiled to WebAssembly: reads a request, evaluates, answers. It is a process of
// its own because nothing else can stop a policy that does not end.

import { readFile } from "node:fs/promises";
import { loadPolicy } from "@open-policy-agent/opa-wasm";

/** Policies, and what each is to judge. */
export interface RegoRequest {
  readonly modules: readonly { readonly path: string; readonly inputs: readonly RegoInput[] }[];
}

/** One text in its parts; the form grows only. */
export interface RegoInput {
  readonly file: string;
  readonly kind: string;
  /** Parts as rules in YAML see them, with their places: offsets in the text. */
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

/** What a policy says of each of its inputs, in their order; or why it cannot. */
export type RegoAnswer = readonly ({ readonly results: readonly unknown[] } | { readonly failure: string })[];

// 64 KiB each.
const FIRST_PAGES = 16;
const MOST_PAGES = 4096;

/** Evaluates; a policy that fails does not keep the others from being asked. */
export async function evaluateRego({ modules }: RegoRequest): Promise<RegoAnswer> {
  return Promise.all(
    modules.map(async ({ path, inputs }) => {
      try {
        const bytes = await readFile(path);
        const policy = await loadPolicy(bytes, { initial: FIRST_PAGES, maximum: MOST_PAGES });
        return { results: inputs.map((input) => policy.evaluate(input) as unknown) };
      } catch (error) {
        // The library throws texts, too.
        return { failure: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}
