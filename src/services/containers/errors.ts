// Failures of spin-docker's interface, with the status codes and the first words that its clients know (spec/services.md
// 1.5). What spin-docker answers 500 to although it is the caller's mistake stays 500 here.

import { defineErrors } from "../../base/errors.ts";

/** Failures of the containers that people start by an image's name. */
export const fail = defineErrors({
  E_SPIN_BLANK: { text: "Image cannot be blank", http: 400 },
  E_SPIN_NO_IMAGE: { text: "Image {image} not found on this server", http: 500 },
  E_SPIN_NO_PORTS: {
    text: "This image does not expose any ports. Use the EXPOSE command in your dockerfile to specify some.",
    http: 500,
  },
  E_SPIN_NONE: { text: "Container {id} doesn't exist", http: 404 },
  E_SPIN_START: { text: "Cannot start container {id}: {reason}", http: 500 },
  E_SPIN_CREATE: { text: "Cannot create a container of {image}: {reason}", http: 500 },
  E_SPIN_AUDIT: { text: "audit is {value}, which is neither true nor false", http: 400 },
  E_SPIN_BODY: { text: "the body cannot be read: {reason}", http: 400 },
  E_SPIN_REPORT: {
    text: "a check-in needs the field active (or active-connections) of at most {letters} letters",
    http: 400,
  },
});
