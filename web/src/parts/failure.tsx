// Why something could not be done, and what to do: the server's own words.

import { Away, Refusal } from "../api/failures.ts";

export function Failure({ error }: { readonly error: unknown }) {
  if (error === undefined) return null;
  // The page's head says already that the server is away.
  if (error instanceof Away) return <p class="notice tone-warn">{error.message} It will be asked again.</p>;
  if (!(error instanceof Refusal))
    return (
      <p class="notice tone-bad" role="alert">
        {error instanceof Error ? error.message : String(error)}
      </p>
    );
  return (
    <div class="notice tone-bad" role="alert">
      <p>{error.message}</p>
      {error.hint && <p class="hint">{error.hint}</p>}
    </div>
  );
}
