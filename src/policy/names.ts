// Grammars of names: DNS labels, services, stacks, secrets. What they mean is the rules' matter.

import type { ServiceType } from "./config.ts";

/** True for one part of a DNS name that begins with a letter, at most 63 long. */
export function isLabel(name: string): boolean {
  return name.length <= 63 && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name);
}

/** A DNS label that is near to a text: `My Portal` → `my-portal`. */
export function labelOf(text: string): string {
  const words = text
    .slice(0, 200)
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  const label = words
    .replace(/^[-0-9]+/, "")
    .slice(0, 63)
    .replace(/(?<!-)-+$/, "");
  return label === "" ? "stack" : label;
}

/** The type that a service's name begins with: `db` of `db-mysql`. */
export function typeOfService(name: string, types: ReadonlyMap<string, ServiceType>): string | undefined {
  const [type = "", ...suffix] = name.split("-");
  return types.has(type) && isLabel(name) && !suffix.includes("") ? type : undefined;
}

/** The parts of a secret's name. */
export interface SecretParts {
  /** Undefined: for several services of the stack. */
  readonly service: string | undefined;
  readonly stack: string;
  readonly file: string;
}

/** What else is known of names, to tell `a.b.c` apart. */
export interface KnownNames {
  readonly serviceTypes: ReadonlyMap<string, ServiceType>;
  /** Null: there is none of this name. */
  readonly stacks?: ReadonlyMap<string, unknown> | undefined;
}

/**
 * Reads `SERVICE.STACK.FILE` or `STACK.FILE`. With three parts and more the first is a service when it can be one and the
 * second is a stack, or when the first is no stack either; files may have dots. Undefined: neither.
 */
export function parseSecretName(name: string, { serviceTypes, stacks }: KnownNames): SecretParts | undefined {
  if (name.length > 253) return undefined;
  const [first = "", second = "", ...rest] = name.split(".");
  const service = isLabel(first) && (serviceTypes.size === 0 || typeOfService(first, serviceTypes) !== undefined);
  const isThere = (stack: string) => (stacks?.get(stack) ?? null) !== null;
  const stackThere = isThere(second) || !isThere(first);
  if (rest.length > 0 && service && isLabel(second) && stackThere && isFile(rest.join(".")))
    return { service: first, stack: second, file: rest.join(".") };
  const file = [second, ...rest].join(".");
  return isLabel(first) && isFile(file) ? { service: undefined, stack: first, file } : undefined;
}

function isFile(name: string): boolean {
  return /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name) && !name.endsWith(".") && !name.includes("..");
}
