// What a mount record says about its target; asks the host only what a bind's source is.
#include "target.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

const char *target_of(const struct record *record) {
  if (!plan_is_mount(record->op) || record->op == OP_READONLY || record->op == OP_ROOT_HOOK) return NULL;
  return record->op == OP_BIND ? record->text[1] : record->text[0];
}

bool target_wanted(const struct record *record) {
  struct stat about;
  // What a path in the container leads to is known when its turn comes.
  if (record->op != OP_BIND || !(record->value[2] & BIND_TRY) || record->value[2] & BIND_INSIDE) return true;
  return stat(record->text[0], &about) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

bool target_is_mounted(const struct record *record) {
  return target_of(record) != NULL && record->op != OP_DIR && record->op != OP_LINK && record->op != OP_POINT && target_wanted(record);
}

struct leaf_form target_form(const struct record *record) {
  struct stat about;
  if (record->op == OP_LINK) return (struct leaf_form){LEAF_LINK, 0777, record->text[1]};
  if (record->op == OP_DIR) return (struct leaf_form){LEAF_DIR, (mode_t)record->value[1], NULL};
  bool inside = record->op == OP_BIND && record->value[2] & BIND_INSIDE;
  bool file = record->op == OP_FILE || (record->op == OP_POINT && record->value[1] == POINT_FILE) || (inside && record->value[2] & BIND_FILE) ||
              (record->op == OP_BIND && !inside && stat(record->text[0], &about) == 0 && !S_ISDIR(about.st_mode));
  return file ? (struct leaf_form){LEAF_FILE, 0644, NULL} : (struct leaf_form){LEAF_DIR, 0755, NULL};
}

const char *target_reason(int error) {
  switch (error) {
  case ELOOP: return "its symbolic links go round in circles";
  case ENOTDIR: return "a part of the path is a file in the image";
  case EROFS: return "there it is read-only";
  case ENOTCONN: return "the image's squashfuse has died (berth-mount mounts it anew)";
  default: return strerror(error);
  }
}
