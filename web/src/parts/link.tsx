// A link to another page of ours: followed without loading anew, unless the person wants a new tab.

import type { ComponentChildren } from "preact";
import { go, href } from "../state/location.ts";

interface Props {
  readonly to: string;
  readonly children: ComponentChildren;
  readonly class?: string | undefined;
  readonly current?: boolean | undefined;
  readonly label?: string | undefined;
  readonly onFollow?: (() => void) | undefined;
}

export function Link({ to, children, class: name, current, label, onFollow }: Props) {
  function follow(event: MouseEvent): void {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onFollow?.();
    go(to);
  }
  return (
    <a href={href(to)} class={name} aria-current={current ? "page" : undefined} aria-label={label} onClick={follow}>
      {children}
    </a>
  );
}
