// Secrets: never with their value, in no answer.

import { Type } from "typebox";
import { count, line, list, named, ref, SECRET, seconds, text } from "./words.ts";

/** Bytes of a value. */
export const VALUE_LIMIT = 512 * 1024;
const value = Type.String({ maxLength: Math.ceil(VALUE_LIMIT / 3) * 4, description: "The value, as base64." });

export const SecretUse = named("SecretUse", "A service that gets a secret.", {
  stack: text("The stack."),
  service: text("The service."),
});

export const Secret = named("Secret", "A secret, without its value.", {
  name: text("Its name: `STACK.FILE` or `SERVICE.STACK.FILE`."),
  description: text("What it is, and whose: `owner:fred, password of the database`."),
  owner: text("Account that it belongs to."),
  bytes: count("Bytes of the value."),
  version: count("Counts up with each new value."),
  createdAt: seconds("When it was made"),
  createdBy: text("Who made it."),
  rotatedAt: seconds("When it got its value"),
  rotatedBy: text("Who gave it that."),
  usedBy: list(ref(SecretUse), "Services that get it."),
});
export const SecretList = named("SecretList", "Secrets.", { items: list(ref(Secret), "They.") });

export const SecretWish = named("SecretWish", "A new secret.", {
  name: SECRET,
  description: line(1024, "What it is, and whose: `owner:fred, password of the database`."),
  value,
});

export const RotateWish = named("RotateWish", "A new value of a secret.", {
  value,
  restart: Type.Optional(Type.Boolean({ description: "Restart the services that get it; true unless said." })),
});

export const Rotated = named("Rotated", "A secret that was rotated.", {
  secret: ref(Secret),
  restarted: list(ref(SecretUse), "Services that were restarted."),
});

export const KeyExchanged = named("KeyExchanged", "The site's key was exchanged.", {
  secrets: count("Secrets that were closed with the new key."),
});

export const PARTS = [SecretUse];
