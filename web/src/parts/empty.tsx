// Nothing to show, and what would be here.

import type { ComponentChildren } from "preact";

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <div class="empty">{children}</div>;
}
