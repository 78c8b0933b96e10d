// A question over the page: the browser's own dialog, which keeps the focus inside. The focus goes back to where it was.

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  /** False: neither Escape nor a button closes it. */
  readonly closable?: boolean | undefined;
  /** It is read more than filled in: the focus begins at its title, so that long ones are not entered at their end. */
  readonly reading?: boolean | undefined;
  readonly children: ComponentChildren;
}

export function Dialog({ title, onClose, closable = true, reading = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      giveBack(opener);
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (closable) onClose();
      }}
      // A second Escape closes it whatever the first was told; after it left the page that is what was wanted.
      onClose={() => {
        if (!dialog.current?.isConnected) return;
        if (closable) onClose();
        else dialog.current.showModal();
      }}
    >
      <h2 id={id} {...(reading ? { tabIndex: -1, autofocus: true } : {})}>
        {title}
      </h2>
      {children}
    </dialog>
  );
}

// The browser gives it back only while the dialog is in the page, which it may be no more.
function giveBack(opener: Element | null): void {
  const place = opener?.isConnected && opener !== document.body ? opener : document.querySelector("h1");
  if (place instanceof HTMLElement) place.focus({ preventScroll: true });
}
