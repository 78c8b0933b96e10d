// Where a target path of the container lies. Resolution is the kernel's (openat2, RESOLVE_IN_ROOT): no link of an image, and
// no rename while we look, can lead out of the root. Walking by hand only ever decides which names to create.
#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys.h"

enum { MAX_LINKS = 40, INSIDE = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };

// The kernel answers EAGAIN when a rename somewhere made it unsure whether a `..` stayed inside.
static int open_inside(int root, const char *path, uint64_t flags) {
  int found = -1;
  for (int tries = 0; found < 0 && tries < 1000; tries++)
    if ((found = sys_openat2(root, path, O_PATH | flags, INSIDE)) < 0 && errno != EAGAIN) break;
  return found;
}

int place_open(int root, const char *target) { return open_inside(root, target, 0); }

int place_open_link(int root, const char *target) { return open_inside(root, target, O_NOFOLLOW); }

struct walk {
  struct place *place;
  size_t length; // of place->path
  char rest[2 * PATH_MAX];
  int links;
};

// Opens one name of a place; the tree that will lie over the root is asked first.
static int open_name(int root, int over, const char *path) {
  int name = over < 0 ? -1 : place_open_link(over, path);
  return name >= 0 ? name : place_open_link(root, path);
}

static bool follow(struct walk *walk, int link, size_t before) {
  char target[PATH_MAX], rest[sizeof walk->rest];
  ssize_t length = readlinkat(link, "", target, sizeof target - 1);
  if (length < 0) return false;
  target[length] = 0;
  if (++walk->links > MAX_LINKS) return errno = ELOOP, false;
  if ((size_t)snprintf(rest, sizeof rest, "%s/%s", target, walk->rest) >= sizeof rest) return errno = ENAMETOOLONG, false;
  memcpy(walk->rest, rest, sizeof rest);
  walk->length = *target == '/' ? 0 : before;
  walk->place->path[walk->length] = 0;
  return true;
}

static void step_up(struct walk *walk) {
  char *slash = strrchr(walk->place->path, '/');
  walk->length = slash == NULL ? 0 : (size_t)(slash - walk->place->path);
  walk->place->path[walk->length] = 0;
}

static bool step_down(struct walk *walk, int root, int over, const char *name) {
  struct place *place = walk->place;
  size_t before = walk->length;
  int written = snprintf(place->path + before, sizeof place->path - before, "%s%s", before > 0 ? "/" : "", name);
  if ((size_t)written >= sizeof place->path - before) return errno = ENAMETOOLONG, false;
  walk->length += (size_t)written;
  int found = open_name(root, over, place->path);
  if (found < 0) return errno == ENOENT;
  struct stat about;
  bool good = fstat(found, &about) == 0;
  if (good && S_ISLNK(about.st_mode)) good = follow(walk, found, before);
  else place->have = walk->length;
  int reason = errno;
  close(found);
  errno = reason;
  return good;
}

bool place_find(int root, int over, const char *target, struct place *place) {
  struct walk walk = {.place = place};
  *place = (struct place){.have = 0};
  if ((size_t)snprintf(walk.rest, sizeof walk.rest, "%s", target) >= sizeof walk.rest) return errno = ENAMETOOLONG, false;
  for (;;) {
    char name[NAME_MAX + 1];
    const char *start = walk.rest + strspn(walk.rest, "/");
    size_t length = strcspn(start, "/");
    if (length == 0) break;
    if (length > NAME_MAX) return errno = ENAMETOOLONG, false;
    memcpy(name, start, length);
    name[length] = 0;
    memmove(walk.rest, start + length, strlen(start + length) + 1);
    if (strcmp(name, ".") == 0) continue;
    if (strcmp(name, "..") == 0) step_up(&walk);
    else if (!step_down(&walk, root, over, name)) return false;
    if (place->have > walk.length) place->have = walk.length;
  }
  return true;
}

// Opens a directory below another, which must be a real one.
static int enter(int dir, const char *name) { return openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); }

static bool make_leaf(int dir, const char *name, const struct leaf_form *form) {
  if (form->kind == LEAF_LINK) return symlinkat(form->target, dir, name) == 0 || errno == EEXIST;
  if (form->kind == LEAF_DIR) return mkdirat(dir, name, form->mode) == 0 || errno == EEXIST;
  int file = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, form->mode);
  if (file >= 0) close(file);
  return file >= 0 || errno == EEXIST;
}

// Makes names [from, end) of the path below `dir`, which it closes. A name that exists by now is another launch's work.
static bool make_names(int dir, const char *from, const struct leaf_form *form) {
  char name[NAME_MAX + 1];
  for (;;) {
    size_t length = strcspn(from, "/");
    bool last = from[length] == 0;
    memcpy(name, from, length);
    name[length] = 0;
    bool made = last ? make_leaf(dir, name, form) : mkdirat(dir, name, 0755) == 0 || errno == EEXIST;
    int next = made && !last ? enter(dir, name) : -1;
    int reason = errno;
    close(dir);
    errno = reason;
    if (last || next < 0) return made && last;
    dir = next;
    from += length + 1;
  }
}

static const char *missing(const struct place *place) {
  const char *from = place->path + place->have;
  return *from == '/' ? from + 1 : from;
}

int place_open_have(int root, const struct place *place) {
  char have[PATH_MAX];
  memcpy(have, place->path, place->have);
  have[place->have] = 0;
  return open_inside(root, place->have == 0 ? "." : have, 0);
}

bool place_make(int have, const struct place *place, const struct leaf_form *form) { return make_names(have, missing(place), form); }

// An owner that has no number in this namespace stays ours.
static void keep_owner(int dir, const char *name, const struct stat *about) {
  if (fchownat(dir, name, about->st_uid, about->st_gid, AT_SYMLINK_NOFOLLOW) < 0) errno = 0;
}

// One existing directory of the root, repeated in the tree over it with its mode and, where the namespace can, its owner.
static int repeat(int root, int over, int dir, const char *path, const char *name) {
  struct stat about;
  int below = open_name(root, over, path);
  bool good = below >= 0 && fstat(below, &about) == 0;
  if (below >= 0) close(below);
  if (!good) return -1;
  if (!S_ISDIR(about.st_mode)) return errno = ENOTDIR, -1;
  if (mkdirat(dir, name, about.st_mode & 07777) == 0) keep_owner(dir, name, &about);
  return enter(dir, name);
}

bool place_sketch(int root, int over, const struct place *place, const struct leaf_form *form) {
  char path[PATH_MAX], name[NAME_MAX + 1];
  int dir = open_inside(over, ".", O_DIRECTORY);
  for (size_t at = 0; dir >= 0 && at < place->have;) {
    size_t length = strcspn(place->path + at, "/");
    memcpy(name, place->path + at, length);
    name[length] = 0;
    memcpy(path, place->path, at + length);
    path[at + length] = 0;
    int next = repeat(root, over, dir, path, name);
    int reason = errno;
    close(dir);
    errno = reason;
    dir = next;
    at += length + 1;
  }
  return dir >= 0 && make_names(dir, missing(place), form);
}
