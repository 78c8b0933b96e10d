// A labelled field of one line.

import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly value: Signal<string>;
  readonly type?: "text" | "password" | "search" | undefined;
  readonly hint?: string | undefined;
  readonly autoComplete?: string | undefined;
  readonly required?: boolean | undefined;
  readonly placeholder?: string | undefined;
  readonly onChange?: ((value: string) => void) | undefined;
}

export function Field({
  label,
  value,
  type = "text",
  hint,
  autoComplete = "off",
  required,
  placeholder,
  onChange,
}: Props) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        // The types of elements tell these kinds apart by roles, which none is given here.
        type={type as "text"}
        value={value.value}
        autocomplete={autoComplete}
        spellcheck={false}
        autocapitalize="off"
        required={required === true}
        placeholder={placeholder}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onInput={(event) => {
          value.value = event.currentTarget.value;
          onChange?.(event.currentTarget.value);
        }}
      />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
