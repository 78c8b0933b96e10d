// What the gateway refuses, with the HTTP status that says so. Whoever may not know that something exists gets the same
// words as when it does not: E_GATEWAY_NO_IMAGE and E_GATEWAY_NO_PULL carry nothing but what was asked for.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_GATEWAY_REQUEST: {
    text: "the request cannot be understood: {why}",
    hint: "the API is described at /v2/openapi.json; Shifter's routes begin with /api/",
    http: 400,
  },
  E_GATEWAY_TAG: {
    text: "{tag} is no name of an image: {why}",
    hint: "write it as in name:tag, site/name:tag or name@sha256:…",
    http: 400,
  },
  E_GATEWAY_TYPE: {
    text: "{itype} is no type of image: {why}",
    hint: "images of registries have the type docker, imported files the type custom",
    http: 400,
  },
  E_GATEWAY_PULL_TYPE: {
    text: "images of the type {itype} are imported, not pulled, and {tag} was not imported on {system}",
    hint: "import it:  berth gateway import FILE {itype}:{tag}",
    http: 400,
  },
  E_GATEWAY_FORMAT: {
    text: "{format} is no format that can be imported",
    hint: "squashfs, sif, tar and oci can be",
    http: 400,
  },
  E_GATEWAY_IMPORT_PATH: {
    text: "{path} is no path that can be imported: {why}",
    hint: "give the absolute path of a file that the gateway's machine sees",
    http: 400,
  },
  E_GATEWAY_ACL: {
    text: "the list of {kind} cannot be used: {why}",
    hint: "give at most {limit} ids, each a positive whole number",
    http: 400,
  },
  E_GATEWAY_CURSOR: {
    text: "the page that was asked for does not exist",
    hint: "begin again without `after`, and give back `next` as it was received",
    http: 400,
  },
  E_GATEWAY_LIMITS: {
    text: "{value} is no limit: {why}",
    hint: "limits are whole numbers from 0, or nothing at all for no limit",
    http: 400,
  },
  E_GATEWAY_WHO: {
    text: "{action} needs to know who asks",
    hint: "send a munge credential or a token in the header `authentication`; berth and shifterimg do so by themselves",
    http: 401,
  },
  E_GATEWAY_ADMIN: {
    text: "{action} on {system} is for its administrators, and {user} is none",
    hint: "ask the site's staff",
    http: 403,
  },
  E_GATEWAY_OWNER: {
    text: "{action} of {itype}:{tag} is for its owner and for administrators, and {user} is neither",
    hint: "its owner is shown by:  berth gateway show {itype}:{tag}",
    http: 403,
  },
  E_GATEWAY_SCOPE: {
    text: "{action} needs a token with the scope {scope}",
    hint: "make one that has it, or ask without a token",
    http: 403,
  },
  E_GATEWAY_IMPORT_OFF: {
    text: "this gateway imports no files",
    hint: "push the image to a registry and pull it from there, or ask the site to allow imports (ImportUsers)",
    http: 403,
  },
  E_GATEWAY_IMPORT_USER: {
    text: "{user} is not among the users who may import files",
    hint: "push the image to a registry and pull it from there, or ask the site's staff",
    http: 403,
  },
  E_GATEWAY_QUOTA_BYTES: {
    text: "the images of {subject} on this gateway take {used} bytes of {limit} allowed",
    hint: "remove images that are not needed:  berth gateway list --mine,  berth gateway rm NAME",
    http: 403,
  },
  E_GATEWAY_QUOTA_IMAGES: {
    text: "{subject} has {used} images on this gateway of {limit} allowed",
    hint: "remove images that are not needed:  berth gateway list --mine,  berth gateway rm NAME",
    http: 403,
  },
  E_GATEWAY_NO_SYSTEM: {
    text: "this gateway keeps no images for a system named {system}",
    hint: "berth gateway systems (GET /v2/systems) names those it does",
    http: 404,
  },
  E_GATEWAY_NO_IMAGE: {
    text: "there is no image {itype}:{tag} on {system}",
    hint: "pull it first:  berth gateway pull {itype}:{tag}; a private image is shown only to those on its list",
    http: 404,
  },
  E_GATEWAY_NO_PULL: {
    text: "there is no pull {id}",
    hint: "berth gateway queue lists those that are under way",
    http: 404,
  },
  E_GATEWAY_NO_PIN: {
    text: "{holder} holds no pin on {itype}:{tag}",
    hint: "berth gateway pins lists those that hold; pins end by themselves at their time",
    http: 404,
  },
  E_GATEWAY_NAME_TAKEN: {
    text: "the name {itype}:{tag} belongs to another user of {system}",
    hint: "choose another name, for instance {user}/{tag}",
    http: 409,
  },
  E_GATEWAY_UNDER_WAY: {
    text: "another import of {itype}:{tag} is under way",
    hint: "wait for its end, or choose another name",
    http: 409,
  },
  E_GATEWAY_PINNED: {
    text: "{itype}:{tag} is needed by {holders}",
    hint: "wait for the end of the job, or take a pin away:  berth gateway unpin {itype}:{tag} --holder NAME",
    http: 409,
  },
  E_GATEWAY_GONE: {
    text: "{itype}:{tag} was removed while it was being pulled again",
    hint: "pull it once more",
    http: 409,
  },
  E_GATEWAY_SAME_HASH: {
    text: "another image on {system} has the same pseudo-hash as {path}, and other content",
    hint: "make the file anew with other compression options; its first bytes will differ then",
    http: 409,
  },
  E_GATEWAY_PUBLIC: {
    text: "{itype}:{tag} is public at its registry, so a list of readers has no meaning",
    hint: "make it private at its registry and pull it again",
    http: 409,
  },
  E_GATEWAY_NOT_QUARANTINED: {
    text: "{itype}:{tag} is not in quarantine",
    hint: "berth gateway show {itype}:{tag} says how it is",
    http: 409,
  },
  E_GATEWAY_ENDED: {
    text: "the pull of {tag} has ended already ({status})",
    hint: "nothing is to be cancelled",
    http: 409,
  },
  E_GATEWAY_QUEUE_USER: {
    text: "{user} has {count} pulls waiting, and no more than {limit} may wait",
    hint: "wait until some have ended:  berth gateway queue",
    http: 429,
  },
  E_GATEWAY_QUEUE_FULL: {
    text: "{count} pulls are waiting, more than this gateway takes on",
    hint: "try again in a few minutes",
    http: 429,
  },
});
