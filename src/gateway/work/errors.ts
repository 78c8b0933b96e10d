// What can go wrong with the work on a pull, beyond what registries, layers and disks say themselves. People read these
// sentences in the record's `status_message`: they name no path and no program of the gateway's own.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_WORK_LOCATION: {
    text: '"{tag}" names a registry that this gateway does not know',
    hint: "its registries are {known}",
    http: 400,
  },
  E_WORK_REFERENCE: { text: '"{tag}" is not the name of an image: {why}', http: 400 },
  E_WORK_LOCATION_URL: {
    text: "the url of the location {name} is not https://host[:port] or http://host[:port]",
    hint: "correct it in the gateway's configuration",
  },
  E_WORK_OPTION: {
    text: "the converter option {option} cannot be used: {format} images have none",
    hint: "leave it out",
    exit: 1,
  },
  E_WORK_CREDENTIAL: {
    text: "{host} refused the login that came with this request",
    hint: "check the user name and the password, and log in again",
    http: 401,
  },
  E_WORK_PLAIN: {
    text: "{host} wants a login, but this gateway speaks plain HTTP with it, where everybody could read the password",
    hint: "ask those who run the gateway for HTTPS to this registry",
    http: 403,
  },
  E_WORK_NOT_THERE: {
    text: "the site's registry has no {what}, or none that you may view",
    hint: "check the spelling, or ask the owners of its namespace for access",
    http: 404,
  },
  E_WORK_CANCELLED: { text: "cancelled", http: 409 },
  E_WORK_MEMORY: {
    text: "the conversion needed more memory than the {limit} that the site allows",
    hint: "ask those who run the gateway",
    http: 507,
  },
  E_WORK_TEMP: {
    text: "the image needs more temporary space than the {limit} that the site allows",
    hint: "ask those who run the gateway",
    http: 507,
  },
  E_WORK_DISK: {
    text: "the gateway's {place} is full",
    hint: "tell those who run the gateway; nothing of this attempt was kept",
    http: 507,
  },
  E_WORK_JOB_ENDED: { text: "the work on this image was broken off ({ending})", hint: "pull it again", http: 503 },
  E_WORK_SILENT: { text: "nothing moved for {seconds} seconds", hint: "pull it again later", http: 504 },
  E_WORK_INSIDE: {
    text: "the gateway could not do its work: {reason}",
    hint: "tell those who run the gateway; its log says more",
  },
  E_WORK_SYSTEM: { text: "this gateway keeps no images for a system {name}", http: 404 },
  E_WORK_QUARANTINED: { text: "{reason}", hint: "those who run the gateway can release it", http: 422 },
  E_WORK_STOPPING: { text: "the gateway was stopped; it goes on with this image when it starts again", http: 503 },
  E_WORK_EXAMINER: { text: "Examine failed: {reason}", http: 422 },
  E_WORK_JUDGED: { text: "refused by {judge}: {reason}", http: 422 },
  E_WORK_SIGNATURE: {
    text: "the site's signature policy refuses it: {why}",
    hint: "ask its maker for a signed image, or those who run the gateway",
    http: 422,
  },
  E_WORK_TOOL_MISSING: {
    text: "{format} images cannot be made here: {tool} is not installed",
    hint: "tell those who run the gateway",
  },
  E_WORK_NAMESPACE: {
    text: "ext4 images cannot be made here: without root the owners of files need a user namespace, which this machine refuses",
    hint: "tell those who run the gateway: allow user namespaces, or choose squashfs",
  },
  E_WORK_TOOL: { text: "{tool} could not make the image: {reason}", hint: "tell those who run the gateway" },
  E_WORK_XFS_NAME: {
    text: 'this image cannot become an xfs image: mkfs.xfs cannot be told the name "{name}" (white space, a colon in front, or a lone $)',
    hint: "ask for a system that keeps squashfs images, or rename the file in the image",
    http: 422,
  },
  E_WORK_XFS_FILE: {
    text: 'this image cannot become an xfs image: "{name}" has {size} bytes, and mkfs.xfs takes files below 2 GiB only',
    hint: "ask for a system that keeps squashfs images",
    http: 422,
  },
  E_WORK_MESSAGE: { text: "the job process said something that cannot be understood: {why}" },
});
