// What the readers of services share: the notebook, the files, variables, and the ways from a key to its place in the spec.

import { child, type Field, optional, type Reader } from "./fields.ts";
import type { RecipeFiles } from "./files.ts";
import { type Notebook, segment } from "./notebook.ts";
import type { Lookup } from "./template.ts";

/** One reading of a recipe. */
export interface Reading {
  readonly notebook: Notebook;
  readonly files: RecipeFiles;
  readonly lookup: Lookup;
  /** Name of the stack. */
  readonly stack: string;
  /** Ports published, variables taken from files, letters of configurations so far; bounded, because all are short to write. */
  readonly spent: { ports: number; variables: number; text: number };
}

/** A service that is being read. */
export interface ServiceField {
  readonly name: string;
  readonly field: Field;
  /** Its pointer in the spec. */
  readonly pointer: string;
  readonly reading: Reading;
  readonly notebook: Notebook;
}

/** A service's field as readers want it. */
export function serviceField(name: string, field: Field, reading: Reading): ServiceField {
  return { name, field, pointer: `/services/${segment(name)}`, reading, notebook: reading.notebook };
}

/** Reads a key of a service (`a.b` is a key in a key), and remembers where it stands under its name in the spec. */
export function read<T>(service: ServiceField, path: string, reader: Reader<T>, spec: string): T | undefined {
  const field = at(service, path);
  if (field === undefined) return undefined;
  const value = optional(field, reader, service.notebook);
  if (value !== undefined) service.notebook.place(`${service.pointer}/${spec}`, field.at);
  return value;
}

/** The field of a key of a service; `a.b` is a key in a key. */
export function at(service: ServiceField, path: string): Field | undefined {
  return path.split(".").reduce<Field | undefined>((field, key) => child(field, key), service.field);
}
