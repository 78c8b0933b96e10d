// What must hold between the records of a plan. Each function answers with the sentence that is broken, or NULL.
#include "plan-rules.h"

#include <string.h>

static bool has(const struct plan *plan, enum op op) { return plan->times[op] > 0; }

static bool unshares(const struct plan *plan, unsigned ns) { return plan->namespaces & 1u << ns; }

static const char *broken_idmap(const struct plan *plan, uint64_t userns) {
  uint64_t maps[2] = {0, 0};
  for (size_t i = 0; i < plan->count; i++)
    if (plan->records[i].op == OP_IDMAP) maps[plan->records[i].value[0]]++;
  if (userns != USERNS_RANGES) return has(plan, OP_IDMAP) ? "`idmap` needs `userns ranges`" : NULL;
  if (maps[0] == 0 || maps[1] == 0) return "`userns ranges` needs `idmap u` and `idmap g`";
  return maps[0] > PLAN_MAX_IDMAPS || maps[1] > PLAN_MAX_IDMAPS ? "more than 340 `idmap` lines" : NULL;
}

static const char *broken_identity(const struct plan *plan, uint64_t userns) {
  bool namespace_caps = plan_choice(plan, OP_CAPS, CAPS_NONE) == CAPS_NAMESPACE;
  if (has(plan, OP_SETID) && userns != USERNS_RANGES && userns != USERNS_NONE) return "`setid` needs `userns ranges` or `none`";
  if (has(plan, OP_KEEP_CAPS) && userns != USERNS_NONE) return "`keep-caps` needs `userns none`";
  if (has(plan, OP_KEEP_CAPS) && has(plan, OP_CAPS)) return "`keep-caps` and `caps` exclude each other";
  if (has(plan, OP_GROUP) && !has(plan, OP_SETID)) return "`group` needs `setid`";
  if (plan->times[OP_GROUP] > PLAN_MAX_GROUPS) return "more than 64 `group` records";
  if (has(plan, OP_ROOT_HOOK) && userns != USERNS_NONE) return "`root-hook` needs `userns none`";
  if (has(plan, OP_USER_NAMESPACE) && userns != USERNS_SELF) return "`user-namespace` needs `userns self`";
  if (has(plan, OP_PRETEND) && userns != USERNS_ROOT && userns != USERNS_NONE) return "`pretend` needs `userns root` or `none`";
  return namespace_caps && userns == USERNS_NONE ? "`caps namespace` needs a user namespace" : NULL;
}

static const char *broken_root(const struct plan *plan, uint64_t userns) {
  uint64_t root = plan->first[OP_ROOT]->value[0];
  if (root == ROOT_KERNEL && userns != USERNS_NONE) return "`root kernel` needs `userns none`";
  if (root != ROOT_DIR && has(plan, OP_USER_NAMESPACE)) return "`user-namespace` needs `root dir`";
  if (root == ROOT_FUSE && !has(plan, OP_FUSE_PROGRAM)) return "`root fuse` needs `fuse-program`";
  if ((root == ROOT_ENCRYPTED) != has(plan, OP_DECRYPT)) return "`root encrypted` and `decrypt` need each other";
  if (root == ROOT_ENCRYPTED && !has(plan, OP_FUSE_PROGRAM)) return "`root encrypted` needs `fuse-program`";
  if (root == ROOT_ENCRYPTED && strchr(plan->first[OP_DECRYPT]->text[1], '/') != NULL) return "`decrypt` wants the name of a file, not a path";
  return root == ROOT_DIR && plan->first[OP_ROOT]->value[2] != 0 ? "`root dir` has no offset" : NULL;
}

static const char *broken_layer(const struct plan *plan) {
  const struct record *layer = plan->first[OP_LAYER];
  if (layer == NULL) return NULL;
  uint64_t kind = layer->value[0];
  bool upper = *layer->text[2] != 0, lowers = *layer->text[3] != 0;
  if (kind == LAYER_DIRECT && plan->first[OP_ROOT]->value[0] != ROOT_DIR) return "`layer direct` needs `root dir`";
  if (kind == LAYER_DIRS) return upper || lowers ? NULL : "`layer dirs` needs UPPER or LOWERS";
  if (upper) return "only `layer dirs` has an UPPER";
  return lowers && kind != LAYER_TMPFS ? "only `layer dirs` and `layer tmpfs` have LOWERS" : NULL;
}

// What kind of overlay image a layer names; -1 for a path.
static int overlay_kind(const struct plan *plan, const char *text, size_t length, bool *known) {
  uint64_t number, seen = 0;
  if (!plan_image_number(text, length, &number)) return -1;
  for (size_t i = 0; i < plan->count; i++)
    if (plan->records[i].op == OP_OVERLAY_IMAGE && seen++ == number) return (int)plan->records[i].value[0];
  *known = false;
  return -1;
}

static const char *broken_layer_images(const struct plan *plan) {
  const struct record *layer = plan->first[OP_LAYER];
  bool known = true;
  int upper = overlay_kind(plan, layer->text[2], strlen(layer->text[2]), &known);
  if (upper >= 0 && upper != OVERLAY_EXT_RW) return "an UPPER image must be `ext-rw`";
  for (const char *line = layer->text[3]; *line != 0; line += strspn(line, "\n")) {
    size_t length = strcspn(line, "\n");
    if (overlay_kind(plan, line, length, &known) == OVERLAY_EXT_RW) return "an `ext-rw` image cannot be one of the LOWERS";
    line += length;
  }
  return known ? NULL : "`layer` names an overlay image that is not there";
}

static const char *broken_overlay_images(const struct plan *plan) {
  bool squashfs = false, ext = false;
  if (plan->times[OP_OVERLAY_IMAGE] > PLAN_MAX_OVERLAY_IMAGES) return "more than 16 overlay images";
  for (size_t i = 0; i < plan->count; i++) {
    const struct record *record = &plan->records[i];
    if (record->op != OP_OVERLAY_IMAGE) continue;
    if (record->value[2] > INT64_MAX - record->value[3]) return "an `overlay-image` ends beyond any file";
    *(record->value[0] == OVERLAY_SQUASHFS ? &squashfs : &ext) = true;
  }
  if (squashfs && !has(plan, OP_FUSE_PROGRAM)) return "`overlay-image squashfs` needs `fuse-program`";
  if (ext && (!has(plan, OP_FUSE2FS_PROGRAM) || !has(plan, OP_FUSE_OVERLAYFS_PROGRAM)))
    return "`overlay-image ext-…` needs `fuse2fs-program` and `fuse-overlayfs-program`";
  if (ext && plan->first[OP_LAYER] != NULL && plan->first[OP_LAYER]->value[3] + 2 > PLAN_MAX_MERGED) return "too many layers beside an ext image (at most 22)";
  return plan->first[OP_LAYER] == NULL ? NULL : broken_layer_images(plan);
}

static const char *broken_namespaces(const struct plan *plan) {
  if (has(plan, OP_HOSTNAME) && !unshares(plan, NS_UTS)) return "`hostname` needs `unshare uts`";
  if (has(plan, OP_HOSTNAME) && strlen(plan->first[OP_HOSTNAME]->text[0]) > 64) return "`hostname` is longer than 64 bytes";
  if (has(plan, OP_MQUEUE) && !unshares(plan, NS_IPC)) return "`mqueue` needs `unshare ipc`";
  if (has(plan, OP_INSTANCE) && !has(plan, OP_INIT)) return "`instance` needs `init`";
  return has(plan, OP_INIT) && !unshares(plan, NS_PID) ? "`init` needs `unshare pid`" : NULL;
}

static const char *missing_record(const struct plan *plan) {
  if (!has(plan, OP_USERNS) && !has(plan, OP_JOIN)) return "it has no `userns`";
  if (!has(plan, OP_ROOT) && !has(plan, OP_JOIN)) return "it has no `root`";
  // An instance may begin empty: others come in later.
  if (has(plan, OP_INSTANCE) && !has(plan, OP_EXEC) && !has(plan, OP_ARG)) return NULL;
  if (has(plan, OP_PUBLISH)) return NULL; // the root itself is the result
  if (!has(plan, OP_EXEC)) return "it has no `exec`";
  return has(plan, OP_ARG) ? NULL : "it has no `arg`";
}

// Whoever joins takes namespaces and mounts as they are.
static const char *broken_join(const struct plan *plan) {
  for (size_t i = 0; i < plan->count; i++) {
    enum op op = plan->records[i].op;
    bool of_the_process = op == OP_JOIN || op == OP_CONTROL_GROUP || op >= OP_CALLED;
    if (!of_the_process || op == OP_INIT || op == OP_INSTANCE || op == OP_PUBLISH)
      return "a plan with `join` has no records of namespaces, mounts, `init`, `instance` or `publish`";
  }
  if (has(plan, OP_KEEP_CAPS) && has(plan, OP_CAPS)) return "`keep-caps` and `caps` exclude each other";
  return NULL;
}

// What is published outlives the launcher: nothing may hang on a process or namespace of its own.
static const char *broken_publish(const struct plan *plan, uint64_t userns) {
  static const enum op NEVER[] = {OP_UNSHARE, OP_OVERLAY_IMAGE, OP_INIT, OP_INSTANCE, OP_ENV, OP_ENV_APPEND, OP_ENV_PREPEND, OP_ENV_UNSET,
                                  OP_ENV_FILE, OP_HOOK, OP_EXEC, OP_ARG};
  if (!has(plan, OP_PUBLISH)) return NULL;
  uint64_t root = plan->first[OP_ROOT]->value[0];
  if (userns != USERNS_NONE) return "`publish` needs `userns none`";
  if (root != ROOT_DIR && root != ROOT_KERNEL) return "`publish` needs `root dir` or `root kernel`";
  for (size_t i = 0; i < sizeof NEVER / sizeof *NEVER; i++)
    if (has(plan, NEVER[i])) return "a plan with `publish` has no program, environment, namespaces or overlay images";
  return NULL;
}

static const char *broken_bounds(const struct plan *plan) {
  size_t mounts = 0;
  if (has(plan, OP_CHDIR_ELSE) && !has(plan, OP_CHDIR)) return "`chdir-else` needs `chdir`";
  for (size_t i = 0; i < plan->count; i++) {
    const struct record *record = &plan->records[i];
    if (plan_is_mount(record->op) && ++mounts > PLAN_MAX_MOUNTS) return "more than 4096 mount records";
    if (record->op == OP_RLIMIT && record->value[1] > record->value[2]) return "an `rlimit` is softer than it is hard";
  }
  return NULL;
}

const char *plan_broken_rule(const struct plan *plan) {
  const char *broken = missing_record(plan);
  if (broken != NULL) return broken;
  if (has(plan, OP_JOIN)) return (broken = broken_join(plan)) != NULL ? broken : broken_bounds(plan);
  uint64_t userns = plan->first[OP_USERNS]->value[0];
  if ((broken = broken_idmap(plan, userns)) != NULL) return broken;
  if ((broken = broken_identity(plan, userns)) != NULL) return broken;
  if ((broken = broken_root(plan, userns)) != NULL) return broken;
  if ((broken = broken_layer(plan)) != NULL) return broken;
  if ((broken = broken_overlay_images(plan)) != NULL) return broken;
  if ((broken = broken_namespaces(plan)) != NULL) return broken;
  if ((broken = broken_publish(plan, userns)) != NULL) return broken;
  return broken_bounds(plan);
}
