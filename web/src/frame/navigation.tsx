// The ways to all pages.

import { Link } from "../parts/link.tsx";
import { hasGateway } from "../state/gateway.ts";
import { path } from "../state/location.ts";

const GROUPS = [
  {
    name: "Run",
    items: [
      ["/", "Stacks"],
      ["/deploy", "Deploy"],
      ["/activity", "Activity"],
      ["/logs", "Log search"],
    ],
  },
  {
    name: "Have",
    items: [
      ["/secrets", "Secrets"],
      ["/routes", "Routes"],
      ["/ports", "Ports"],
      ["/images", "Images"],
      ["/quotas", "Quotas"],
    ],
  },
  {
    name: "Know",
    items: [
      ["/rules", "Rules"],
      ["/audit", "Audit"],
    ],
  },
] as const;

export function Navigation({ onFollow }: { readonly onFollow: () => void }) {
  return (
    <nav aria-label="Pages" id="pages">
      {GROUPS.map(({ name, items }) => (
        <div class="nav-group" key={name}>
          <h2 class="nav-name">{name}</h2>
          <ul>
            {items
              .filter(([to]) => to !== "/images" || hasGateway.value)
              .map(([to, text]) => (
                <li key={to}>
                  <Link to={to} current={isAt(to)} onFollow={onFollow}>
                    {text}
                  </Link>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function isAt(to: string): boolean {
  const here = path.value;
  if (to === "/") return here === "/" || here.startsWith("/stacks/");
  return here === to || here.startsWith(`${to}/`);
}
