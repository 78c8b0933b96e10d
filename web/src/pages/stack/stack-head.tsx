// The ways among the pages of one stack.

import { useEffect, useRef } from "preact/hooks";
import { Link } from "../../parts/link.tsx";
import { path } from "../../state/location.ts";

const TABS = [
  ["", "Services"],
  ["/deployments", "Deployments"],
  ["/logs", "Logs"],
  ["/events", "Events"],
  ["/use", "Use"],
  ["/metrics", "Metrics"],
  ["/webhooks", "Webhooks"],
] as const;

export function StackTabs({ stack }: { readonly stack: string }) {
  const base = `/stacks/${encodeURIComponent(stack)}`;
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const current = nav.current?.querySelector("[aria-current]");
    current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, []);
  return (
    <nav ref={nav} class="tabs" aria-label={`Pages of ${stack}`}>
      {TABS.map(([end, text]) => (
        <Link key={end} to={`${base}${end}`} current={path.value === `${base}${end}`}>
          {text}
        </Link>
      ))}
    </nav>
  );
}

/** The way back up, before a stack's title. */
export function StackTrail({ stack }: { readonly stack?: string | undefined }) {
  return (
    <p class="trail">
      <Link to="/">Stacks</Link>
      {stack !== undefined && (
        <>
          <span aria-hidden="true"> / </span>
          <Link to={`/stacks/${encodeURIComponent(stack)}`}>{stack}</Link>
        </>
      )}
    </p>
  );
}
