// The head of a page: its title, which gets the focus when one comes here, and what can be done.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { path } from "../state/location.ts";

interface Props {
  readonly title: string;
  /** Stands before the title and is not part of it. */
  readonly above?: ComponentChildren;
  readonly beside?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

let shownBefore: string | undefined;

export function Page({ title, above, beside, actions, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · berth`;
    const here = path.peek();
    // Not at the first page, where the browser puts the focus; and not when only the title changed.
    if (shownBefore !== undefined && shownBefore !== here) heading.current?.focus({ preventScroll: true });
    shownBefore = here;
  }, [title]);
  return (
    <>
      <header class="page-head">
        <div class="page-title">
          {above}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {beside}
        </div>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}
