// Facts, each with its name.

import type { ComponentChildren } from "preact";

/** Name and value; a value that is undefined is left out. */
export type Fact = readonly [name: string, value: ComponentChildren | undefined];

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined && value !== "")
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
