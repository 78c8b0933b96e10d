// A service of a stack: its state and why, its containers, ports, routes and use.

import type { Service, Stack } from "../../api/types.ts";
import { Facts } from "../../parts/facts.tsx";
import { Link } from "../../parts/link.tsx";
import { State } from "../../parts/state.tsx";
import { shortDigest } from "../../words/amounts.ts";
import { shownState } from "../../words/states.ts";
import { Containers } from "./containers.tsx";
import { DoingButtons } from "./doing-buttons.tsx";
import { serviceDoings } from "./doings.ts";
import { IdleNote } from "./idle-note.tsx";

interface Props {
  readonly service: Service;
  readonly mine: Stack["mine"];
  readonly onDone: () => void;
}

export function ServiceCard({ service, mine, onDone }: Props) {
  const { stack, name, state, reason, image, digest, ports, routes, idle, containers, wanted } = service;
  const base = `/stacks/${encodeURIComponent(stack)}`;
  const running = containers.filter(({ status }) => status === "running").length;
  return (
    <section class="card" aria-labelledby={`service-${name}`}>
      <header>
        <h2 id={`service-${name}`}>{name}</h2>
        <State shown={shownState(state)} />
        <span class="quiet-note">
          {running} of {wanted}
        </span>
        <span class="card-links">
          <Link to={`${base}/logs?service=${encodeURIComponent(name)}`} label={`Logs of ${name}`}>
            Logs
          </Link>
          {mine !== "see" && running > 0 && (
            <Link to={`${base}/services/${encodeURIComponent(name)}/shell`} label={`Shell in ${name}`}>
              Shell
            </Link>
          )}
        </span>
      </header>
      {reason && <p class="reason">{reason}</p>}
      <Facts
        facts={[
          [
            "Image",
            <span key="image" title={digest}>
              <code>{image}</code> <span class="quiet-note">{shortDigest(digest)}</span>
            </span>,
          ],
          ["Routes", routes.length > 0 ? <Addresses key="routes" urls={routes} /> : undefined],
          ["Ports", ports.length > 0 ? <Ports key="ports" ports={ports} /> : undefined],
          ["Use", idle ? <IdleNote key="idle" idle={idle} /> : undefined],
        ]}
      />
      <Containers containers={containers} service={name} />
      <DoingButtons stack={stack} doings={serviceDoings(service, mine)} onDone={onDone} of={name} />
    </section>
  );
}

function Addresses({ urls }: { readonly urls: readonly string[] }) {
  return (
    <ul class="plain">
      {urls.map((url) => (
        <li key={url}>
          <a href={url} rel="noreferrer">
            {url}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Ports({ ports }: { readonly ports: Service["ports"] }) {
  return (
    <ul class="plain">
      {ports.map(({ host, container, protocol, name, reach }) => (
        <li key={`${host}/${protocol}`}>
          <code>
            {host} → {container}/{protocol}
          </code>{" "}
          {name && <code>{name}</code>} <span class="quiet-note">{reach}</span>
        </li>
      ))}
    </ul>
  );
}
