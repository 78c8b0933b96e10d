// A shell in a container.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { Service } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Choice } from "../../parts/choice.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Field } from "../../parts/field.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { announce } from "../../state/announce.ts";
import { useLoad } from "../../state/load.ts";
import { StackTabs, StackTrail } from "../stack/stack-head.tsx";
import { carry, type ShellEnd } from "./session.ts";

interface Props {
  readonly stack: string;
  readonly service: string;
}

export function ShellPage({ stack, service }: Props) {
  const path = at`/v2/stacks/${stack}/services/${service}`;
  const loaded = useLoad((signal) => ask<Service>({ path, signal }), [path]);
  const slot = useSignal("");
  const program = useSignal("/bin/sh");
  const open = useSignal(0);
  const end = useSignal<ShellEnd | undefined>(undefined);
  const running = open.value > 0 && end.value === undefined;
  return (
    <Page title={`Shell in ${service}`} above={<StackTrail stack={stack} />}>
      <StackTabs stack={stack} />
      <Loading of={loaded}>
        {({ containers }) => (
          <form
            class="bar"
            onSubmit={(event) => {
              event.preventDefault();
              if (running) return;
              end.value = undefined;
              open.value += 1;
            }}
          >
            <Choice
              label="Container"
              value={slot.value}
              options={[
                ["", "any"],
                ...containers.map(({ slot: number }) => [String(number), `no. ${number}`] as const),
              ]}
              onChange={(value) => {
                slot.value = value;
              }}
            />
            <Field label="Program" value={program} required />
            <Button submit kind="primary" disabled={running}>
              Open
            </Button>
          </form>
        )}
      </Loading>
      <p class="quiet-note">That a shell was opened, by whom and for how long, goes into the audit log.</p>
      {end.value && <Ended end={end.value} />}
      {open.value > 0 && (
        <TerminalPlace
          key={open.value}
          wish={{ stack, service, slot: slot.peek(), program: program.peek() }}
          onEnd={(ended) => {
            end.value = ended;
            announce("The shell has ended");
          }}
        />
      )}
    </Page>
  );
}

function Ended({ end }: { readonly end: ShellEnd }) {
  if ("failure" in end) return <Failure error={end.failure} />;
  if ("lost" in end) return <p class="notice tone-warn">The connection is gone, and the program with it.</p>;
  return (
    <p class={end.exit === 0 ? "notice tone-calm" : "notice tone-warn"} role="status">
      The program ended with {end.exit}.
    </p>
  );
}

interface PlaceProps {
  readonly wish: Parameters<typeof carry>[0];
  readonly onEnd: (end: ShellEnd) => void;
}

function TerminalPlace({ wish, onEnd }: PlaceProps) {
  const place = useRef<HTMLDivElement>(null);
  const leave = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const gone = new AbortController();
    void import("./terminal.ts").then(
      ({ openTerminal }) => {
        if (gone.signal.aborted || !place.current) return;
        const terminal = openTerminal(place.current, `Terminal in ${wish.service}`);
        gone.signal.addEventListener("abort", () => terminal.dispose());
        terminal.onLeave(() => leave.current?.focus());
        terminal.focus();
        void carry(wish, terminal, gone.signal).then((end) => !gone.signal.aborted && onEnd(end));
      },
      () =>
        onEnd({
          failure: new Error("The terminal could not be loaded. Load the page again: the server may be newer."),
        }),
    );
    return () => gone.abort();
  }, []);
  return (
    <section class="terminal" aria-label={`Terminal in ${wish.service}`}>
      <p class="quiet-note" ref={leave} tabIndex={-1}>
        Keys go to the program, the tabulator, too; Shift+Escape leaves the terminal.
      </p>
      <div ref={place} class="terminal-screen" />
    </section>
  );
}
