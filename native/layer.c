// What lies over the image. Targets that the image lacks are not made through the overlay: that would copy up their parents
// with their owners, and an owner without a number in the namespace cannot be copied. They are drawn beforehand in the tree
// that becomes the overlay's top, parents included; merging directories needs no owner at all, and with `auto` no upper
// directory either, so the root stays read-only.
#include "layer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cover.h"
#include "image.h"
#include "overlay-image.h"
#include "overlay.h"
#include "place.h"
#include "say.h"
#include "scratch.h"
#include "sys.h"
#include "target.h"

// True when `path` lies at or below `above`, by their names; a path with `..` never does.
static bool below(const char *path, const char *above) {
  for (;;) {
    path += strspn(path, "/");
    above += strspn(above, "/");
    size_t length = strcspn(above, "/");
    if (length == 0) return strstr(path, "..") == NULL;
    if (strcspn(path, "/") != length || memcmp(path, above, length) != 0) return false;
    path += length;
    above += length;
  }
}

// A target below an earlier one lies in what is mounted there, not in the image.
static bool covered(const struct plan *plan, const struct record *record, const char *target) {
  for (const struct record *other = plan->records; other < record; other++) {
    const char *above = target_of(other);
    // Names first: whether it is mounted at all asks the file system, for each pair of binds.
    if (above != NULL && below(target, above) && target_is_mounted(other)) return true;
  }
  return false;
}

static void sketch(int root, int tree, const struct record *record, struct covers *covers) {
  struct place place;
  struct leaf_form form = target_form(record);
  const char *target = target_of(record);
  bool found = place_find(root, tree, target, &place);
  if (found && place.path[place.have] == 0) return; // an earlier record has drawn it
  if (!found || !place_sketch(root, tree, &place, &form))
    die_in_image("cannot make a place for %s in the container: %s", target, target_reason(errno));
  if (covers != NULL) covers_note(covers, root, &place);
}

static bool is_missing(int root, const struct record *record) {
  int found = record->op == OP_LINK ? place_open_link(root, target_of(record)) : place_open(root, target_of(record));
  if (found >= 0) close(found);
  else if (errno != ENOENT) die_in_image("cannot use %s in the container: %s", target_of(record), target_reason(errno));
  return found < 0;
}

// Draws what `root` lacks into the scratch directory `tree`, which is made at the first need. Returns it, or -1. Where it is missing
// goes into `covers`, unless that is NULL.
static int sketch_missing(const struct plan *plan, int root, int tree, struct covers *covers) {
  for (size_t i = 0; i < plan->count; i++) {
    const struct record *record = &plan->records[i];
    const char *target = target_of(record);
    if (target == NULL || covered(plan, record, target) || !is_missing(root, record) || !target_wanted(record)) continue;
    if (tree < 0) tree = scratch_dir(plan, "tree");
    sketch(root, tree, record, covers);
  }
  return tree;
}

int layer_open(const struct plan *plan, const char *text, const char *name) {
  char whole[PATH_MAX];
  if (*text != '/') return overlay_image_dir(plan, text, name == NULL ? "" : name);
  if ((size_t)snprintf(whole, sizeof whole, "%s%s%s", text, name != NULL ? "/" : "", name != NULL ? name : "") >= sizeof whole)
    die("the path of the overlay %s is too long", text);
  int dir = open(whole, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) die("cannot open the overlay directory %s: %s", whole, strerror(errno));
  return dir;
}

size_t layer_open_lowers(const struct plan *plan, const char *lines, int *dirs) {
  size_t count = 0;
  while (*lines != 0) {
    char text[PATH_MAX];
    size_t length = strcspn(lines, "\n");
    memcpy(text, lines, length);
    text[length] = 0;
    dirs[count++] = *text == '/' ? layer_open(plan, text, NULL) : overlay_image_layer(plan, text);
    lines += length + (lines[length] != 0 ? 1 : 0);
  }
  return count;
}

// `layer dirs`: persistent directories. With an upper one, missing targets are made through it, as the user's own changes are.
static int raise_dirs(const struct plan *plan, int image) {
  const struct record *layer = plan->first[OP_LAYER];
  struct stack stack = {.upper = -1, .work = -1};
  if (*layer->text[2] != 0) {
    stack.upper = layer_open(plan, layer->text[2], "upper");
    stack.work = layer_open(plan, layer->text[2], "work");
  }
  stack.lowers = layer_open_lowers(plan, layer->text[3], stack.lower);
  stack.lower[stack.lowers++] = image;
  int root = overlay_make(plan, &stack);
  int tree = stack.upper < 0 ? sketch_missing(plan, root, -1, NULL) : -1;
  if (tree >= 0) {
    memmove(stack.lower + 1, stack.lower, stack.lowers++ * sizeof *stack.lower);
    stack.lower[0] = tree;
    close(root);
    root = overlay_make(plan, &stack);
  }
  overlay_close(&stack, image);
  attach_over_root(root, "the overlay");
  return root;
}

// Nothing lies over the image as a whole. Merged layers are attached already.
static int raise_bare(const struct plan *plan, int image) { return plan_merges(plan) ? image : image_as_root(plan, image, false); }

static int raise_auto(const struct plan *plan, int image) {
  struct covers covers = {.count = 0};
  int tree = sketch_missing(plan, image, -1, &covers);
  if (tree < 0) return raise_bare(plan, image);
  if (covers_suffice(&covers, plan, image)) {
    int root = raise_bare(plan, image);
    covers_attach(&covers, plan, image, tree, root);
    return root;
  }
  struct stack stack = {.lower = {tree, image}, .lowers = 2, .upper = -1, .work = -1};
  int root = overlay_make(plan, &stack);
  overlay_close(&stack, image);
  attach_over_root(root, "the overlay");
  return root;
}

// The layers were merged into the image: what is left to do is what `auto` does, or nothing.
static int raise_merged(const struct plan *plan, int image) {
  if (*plan->first[OP_LAYER]->text[2] == 0) return raise_auto(plan, image);
  attach_over_root(image, "the overlay");
  return image;
}

static int raise_tmpfs(const struct plan *plan, int image) {
  struct stack stack = {.upper = -1, .work = -1};
  if (!plan_merges(plan)) stack.lowers = layer_open_lowers(plan, plan->first[OP_LAYER]->text[3], stack.lower);
  stack.lower[stack.lowers++] = image;
  // What is missing is seen from where all the lower layers are one.
  int below = stack.lowers > 1 ? overlay_make(plan, &stack) : image;
  stack.upper = scratch_dir(plan, "tree");
  stack.work = scratch_dir(plan, "work");
  sketch_missing(plan, below, stack.upper, NULL);
  if (below != image) close(below);
  int root = overlay_make(plan, &stack);
  overlay_close(&stack, image);
  attach_over_root(root, "the overlay");
  return root;
}

int layer_raise(const struct plan *plan, int image) {
  if (plan->times[OP_FILE] > 0) scratch_open(plan); // now, so that it lies below the root and not over it
  uint64_t kind = plan_choice(plan, OP_LAYER, LAYER_NONE);
  if (kind == LAYER_NONE || kind == LAYER_DIRECT) return image_as_root(plan, image, kind == LAYER_DIRECT);
  if (kind == LAYER_AUTO) return raise_auto(plan, image);
  if (kind == LAYER_TMPFS) return raise_tmpfs(plan, image);
  return plan_merges(plan) ? raise_merged(plan, image) : raise_dirs(plan, image);
}
