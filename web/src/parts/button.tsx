// A button.

import type { ComponentChildren } from "preact";

interface Props {
  readonly children: ComponentChildren;
  readonly onPress?: (() => void) | undefined;
  readonly kind?: "plain" | "primary" | "danger" | "quiet" | undefined;
  readonly disabled?: boolean | undefined;
  readonly busy?: boolean | undefined;
  readonly submit?: boolean | undefined;
  readonly pressed?: boolean | undefined;
  readonly label?: string | undefined;
}

export function Button({ children, onPress, kind = "plain", disabled, busy, submit, pressed, label }: Props) {
  return (
    <button
      type={submit ? "submit" : "button"}
      class={`button ${kind}`}
      disabled={disabled === true}
      // It keeps the focus while it works: a disabled one would lose it.
      aria-disabled={busy ? "true" : undefined}
      aria-pressed={pressed}
      aria-label={label}
      onClick={() => {
        if (!busy) onPress?.();
      }}
    >
      {children}
    </button>
  );
}
