// Steps of the environment: set, append, prepend, unset, and files of them. Names are found through a table of their hashes:
// a plan may hold as many variables as records.
#include "environment.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

enum { FILE_MAX_BYTES = 1 << 20, FEWEST_SLOTS = 256 };

struct list {
  char **entries; // NULL where a variable was unset
  size_t count, room;
  uint32_t *slots; // numbers of entries from 1; 0 is free
  char **names;    // by entry, what it is called: unset ones keep their slot
  size_t mask;
};

static void *whole(void *memory) {
  if (memory == NULL) die("not enough memory for the environment");
  return memory;
}

static size_t name_length(const char *entry) { return strcspn(entry, "="); }

static size_t hash(const char *name, size_t length) {
  uint64_t sum = 0xcbf29ce484222325;
  for (size_t i = 0; i < length; i++) sum = (sum ^ (unsigned char)name[i]) * 0x100000001b3;
  return (size_t)(sum ^ sum >> 32);
}

// The slot in which a name is, or the free one in which it belongs.
static uint32_t *slot_of(const struct list *list, const char *name, size_t length) {
  for (size_t at = hash(name, length) & list->mask;; at = (at + 1) & list->mask) {
    uint32_t number = list->slots[at];
    if (number == 0) return &list->slots[at];
    const char *known = list->names[number - 1];
    if (name_length(known) == length && memcmp(known, name, length) == 0) return &list->slots[at];
  }
}

// At most half of the slots are taken, so that a search ends soon.
static void grow(struct list *list) {
  if (list->count < list->room) return;
  size_t slots = list->mask == 0 ? FEWEST_SLOTS : 2 * (list->mask + 1);
  free(list->slots);
  list->slots = whole(calloc(slots, sizeof *list->slots));
  list->mask = slots - 1;
  list->room = slots / 2;
  list->entries = whole(realloc(list->entries, (list->room + 1) * sizeof *list->entries));
  list->names = whole(realloc(list->names, list->room * sizeof *list->names));
  for (size_t i = 0; i < list->count; i++) *slot_of(list, list->names[i], name_length(list->names[i])) = (uint32_t)i + 1;
}

// The entry of a name; `entry`, which begins with it, makes a new one.
static char **entry_of(struct list *list, const char *entry) {
  grow(list);
  uint32_t *slot = slot_of(list, entry, name_length(entry));
  if (*slot == 0) {
    list->names[list->count] = (char *)(uintptr_t)entry;
    list->entries[list->count] = NULL;
    *slot = (uint32_t)++list->count;
  }
  return &list->entries[*slot - 1];
}

static void set(struct list *list, const char *entry) { *entry_of(list, entry) = (char *)(uintptr_t)entry; }

// An empty variable counts as unset: an empty part of a PATH would be the current directory.
static void join(struct list *list, const char *entry, bool append) {
  char **old = entry_of(list, entry);
  size_t name = name_length(entry) + 1;
  if (*old == NULL || (*old)[name] == 0) {
    *old = (char *)(uintptr_t)entry;
    return;
  }
  const char *first = append ? *old + name : entry + name, *second = append ? entry + name : *old + name;
  size_t size = name + strlen(first) + 1 + strlen(second) + 1;
  char *joined = whole(malloc(size));
  snprintf(joined, size, "%.*s%s:%s", (int)name, entry, first, second);
  *old = joined;
}

static char *read_file(const char *path, size_t *length) {
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (file < 0) die_with(EXIT_CALLED, "cannot open the environment file %s in the container: %s", path, say_reason(errno));
  char *bytes = whole(malloc(FILE_MAX_BYTES + 1));
  ssize_t got;
  for (*length = 0; *length <= FILE_MAX_BYTES; *length += (size_t)got) {
    got = read(file, bytes + *length, FILE_MAX_BYTES + 1 - *length);
    if (got < 0 && errno == EINTR) got = 0;
    else if (got < 0) die_with(EXIT_CALLED, "cannot read the environment file %s: %s", path, say_reason(errno));
    else if (got == 0) break;
  }
  close(file);
  if (*length > FILE_MAX_BYTES) die_with(EXIT_CALLED, "the environment file %s is longer than 1 MiB", path);
  return bytes;
}

static void add_line(struct list *list, const char *path, size_t number, char *line, size_t length) {
  if (memchr(line, 0, length) != NULL) die_with(EXIT_CALLED, "%s, line %zu: a NUL character", path, number);
  while (length > 0 && isspace((unsigned char)line[length - 1])) length--;
  line[length] = 0;
  while (isspace((unsigned char)*line)) line++;
  if (*line == 0 || *line == '#') return;
  const char *equals = strchr(line, '=');
  if (equals == NULL || equals == line) die_with(EXIT_CALLED, "%s, line %zu: it is not of the form NAME=VALUE", path, number); // its words may be secret
  if (equals[1] == 0) die_with(EXIT_CALLED, "%s, line %zu: the variable %.*s has no value", path, number, (int)(equals - line), line);
  set(list, line);
}

static void add_file(struct list *list, const char *path) {
  size_t length, number = 0;
  char *at = read_file(path, &length), *end = at + length;
  while (at < end) {
    char *stop = memchr(at, '\n', (size_t)(end - at));
    if (stop == NULL) stop = end; // its place is there: one byte more than the file was asked for
    add_line(list, path, ++number, at, (size_t)(stop - at));
    at = stop + 1;
  }
}

static void take_step(struct list *list, const struct record *record) {
  switch (record->op) {
  case OP_ENV: set(list, record->text[0]); break;
  case OP_ENV_APPEND: join(list, record->text[0], true); break;
  case OP_ENV_PREPEND: join(list, record->text[0], false); break;
  case OP_ENV_UNSET: *entry_of(list, record->text[0]) = NULL; break;
  case OP_ENV_FILE: add_file(list, record->text[0]); break;
  default: break;
  }
}

char **environment_make(const struct plan *plan) {
  struct list list = {0};
  grow(&list);
  for (size_t i = 0; i < plan->count; i++) take_step(&list, &plan->records[i]);
  size_t used = 0;
  for (size_t i = 0; i < list.count; i++)
    if (list.entries[i] != NULL) list.entries[used++] = list.entries[i];
  list.entries[used] = NULL;
  free(list.slots);
  free((void *)list.names);
  return list.entries;
}

const char *environment_get(char *const *environment, const char *name) {
  size_t length = strlen(name);
  for (; *environment != NULL; environment++)
    if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=') return *environment + length + 1;
  return NULL;
}
