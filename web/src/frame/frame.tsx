// What stands around every page: the way past it for keyboards, the pages, who is signed in, whether the server is there.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Link } from "../parts/link.tsx";
import { announced } from "../state/announce.ts";
import { session } from "../state/session.ts";
import { Banner } from "./banner.tsx";
import { Navigation } from "./navigation.tsx";
import { PersonCorner } from "./person.tsx";

export function Frame({ children }: { readonly children: ComponentChildren }) {
  const open = useSignal(false);
  const close = () => {
    open.value = false;
  };
  return (
    <div class="frame">
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="rail" data-open={open.value}>
        <div class="rail-head">
          <Link to="/" class="mark" onFollow={close} label="berth, overview">
            <Mark />
            <span class="mark-word">berth</span>
          </Link>
          <span class="site-name">{session.value?.site}</span>
          <button
            type="button"
            class="button menu"
            aria-expanded={open.value}
            aria-controls="rail-body"
            onClick={() => {
              open.value = !open.value;
            }}
          >
            Menu
          </button>
        </div>
        <div class="rail-body" id="rail-body">
          <Navigation onFollow={close} />
          <PersonCorner />
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <Banner />
        {children}
      </main>
      <div class="unseen" role="status" aria-live="polite">
        {announced.value}
      </div>
    </div>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" focusable="false">
      <path fill="currentColor" d="M10 5h12v5h-3v10h-6V10h-3zM4 23h24v4H4z" />
    </svg>
  );
}
