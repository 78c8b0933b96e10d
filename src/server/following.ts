// A stand-in for what may be exchanged: every use goes to the one that counts at that moment. For parts that live longer
// than the configuration that others are made from.

/** An object whose properties are always those of `current()`. */
export function following<T extends object>(current: () => T): T {
  return new Proxy(current(), {
    get(_, key) {
      const target = current();
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
