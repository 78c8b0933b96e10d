// Names of devices in the Container Device Interface: `vendor/class=device` (CDI, "Kind" and "CDI Devices"). Pure.

/** A device by its full name. */
export interface DeviceName {
  /** `vendor/class`. */
  readonly kind: string;
  readonly device: string;
}

const WORD = "[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?";
const KIND = new RegExp(`^${WORD}/${WORD}$`);
const DEVICE = /^[A-Za-z0-9](?:[A-Za-z0-9_.:-]*[A-Za-z0-9])?$/;
const MAX_NAME = 512;

/** True for `vendor/class`. */
export function isKind(text: unknown): text is string {
  return typeof text === "string" && text.length <= MAX_NAME && KIND.test(text);
}

/** True for the name of a device within its kind. */
export function isDevice(text: unknown): text is string {
  return typeof text === "string" && text.length <= MAX_NAME && DEVICE.test(text);
}

/** Takes a full device name apart; undefined when it is none. */
export function parseDeviceName(text: string): DeviceName | undefined {
  const equals = text.indexOf("=");
  const [kind, device] = [text.slice(0, Math.max(equals, 0)), text.slice(equals + 1)];
  return isKind(kind) && isDevice(device) ? { kind, device } : undefined;
}

/** The full name, as people write it. */
export function fullName({ kind, device }: DeviceName): string {
  return `${kind}=${device}`;
}
