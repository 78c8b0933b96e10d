// The key of a new webhook, which is shown this once.

import type { NewWebhook } from "../../api/types.ts";
import { Copy } from "../../parts/copy.tsx";
import { Facts } from "../../parts/facts.tsx";

export function WebhookKey({ made: { url, key } }: { readonly made: NewWebhook }) {
  const address = new URL(url, location.href).href;
  return (
    <section class="notice tone-warn" aria-label="The new webhook">
      <p>
        <strong>Its key is shown this once.</strong> Keep it where the calls come from.
      </p>
      <Facts
        facts={[
          [
            "Address",
            <span key="address">
              <code>{address}</code> <Copy text={address} />
            </span>,
          ],
          [
            "Key",
            <span key="key">
              <code>{key}</code> <Copy text={key} />
            </span>,
          ],
        ]}
      />
    </section>
  );
}
