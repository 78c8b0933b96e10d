// Reads an order. It comes from berth itself, run by root; what is checked keeps a mistake there from becoming one here.
#include "order.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

struct reader {
  const char *next, *end;
};

static const char *take_word(struct reader *reader) {
  const char *word = reader->next, *stop = memchr(word, 0, (size_t)(reader->end - word));
  if (stop == NULL) die("bad order: it breaks off");
  reader->next = stop + 1;
  return word;
}

static uint64_t take_number(struct reader *reader, uint64_t most) {
  const char *word = take_word(reader);
  char *stop;
  errno = 0;
  uint64_t value = strtoull(word, &stop, 10);
  if (*word < '0' || *word > '9' || *stop != 0 || errno != 0 || value > most) die("bad order: `%s` is no number it may hold", word);
  return value;
}

static const char *take_path(struct reader *reader) {
  const char *path = take_word(reader);
  if (*path != '/' || path[1] == 0) die("bad order: `%s` is no absolute path", path);
  return path;
}

// A name in the holder, which is one folder.
static const char *take_name(struct reader *reader) {
  const char *name = take_word(reader);
  if (*name == 0 || *name == '.' || strchr(name, '/') != NULL) die("bad order: `%s` is no name of a file", name);
  return name;
}

static void take_bytes(struct reader *reader, struct step *step) {
  step->length = take_number(reader, ORDER_MAX_BYTES);
  if ((size_t)(reader->end - reader->next) < step->length) die("bad order: it breaks off");
  step->bytes = reader->next;
  reader->next += step->length;
}

static bool take_step(struct reader *reader, struct step *step) {
  const char *word = take_word(reader);
  if (strcmp(word, "end") == 0) return false;
  if (strcmp(word, "cache") == 0) {
    *step = (struct step){.kind = STEP_CACHE, .name = take_name(reader)};
    step->file = take_path(reader);
    step->size = take_number(reader, INT64_MAX);
    step->mkfs = take_path(reader);
    step->gid = (gid_t)take_number(reader, UINT32_MAX - 1);
  } else if (strcmp(word, "namespace") == 0) {
    *step = (struct step){.kind = STEP_NAMESPACE, .name = take_name(reader)};
    step->gid = (gid_t)take_number(reader, UINT32_MAX - 1);
  } else if (strcmp(word, "launch") == 0) {
    *step = (struct step){.kind = STEP_LAUNCH};
    take_bytes(reader, step);
  } else if (strcmp(word, "file") == 0) {
    *step = (struct step){.kind = STEP_FILE, .name = take_name(reader)};
    take_bytes(reader, step);
  } else die("bad order: nothing is called `%s`", word);
  return true;
}

static void parse(struct reader reader, struct order *order) {
  static const char header[] = "BERTHNODE1\n";
  if (reader.end - reader.next < (ptrdiff_t)sizeof header || memcmp(reader.next, header, sizeof header - 1) != 0)
    die("bad order: it does not begin with BERTHNODE1");
  reader.next += sizeof header - 1;
  if (strcmp(take_word(&reader), "holder") != 0) die("bad order: it does not say where");
  order->dir = take_path(&reader);
  order->uid = (uid_t)take_number(&reader, UINT32_MAX - 1);
  order->launcher = take_path(&reader);
  const char *same = take_name(&reader);
  struct step step;
  for (; take_step(&reader, &step); order->steps[order->count++] = step)
    if (order->count == ORDER_MAX_STEPS) die("bad order: it has more than %d steps", ORDER_MAX_STEPS);
  if (reader.next != reader.end) die("bad order: something follows its end");
  for (size_t i = 0; i < order->count; i++)
    if (order->steps[i].kind == STEP_FILE && strcmp(order->steps[i].name, same) == 0) order->same = &order->steps[i];
  if (order->uid == 0 || order->same == NULL) die("bad order: it has no user or no file %s", same);
}

void order_read(int from, struct order *order) {
  char *bytes = malloc(ORDER_MAX_BYTES);
  if (bytes == NULL) die("not enough memory to read the order");
  ssize_t got = 1;
  size_t length = 0;
  for (; got > 0 && length < ORDER_MAX_BYTES; length += (size_t)got) {
    got = read(from, bytes + length, ORDER_MAX_BYTES - length);
    if (got < 0) die("cannot read the order: %s", strerror(errno));
  }
  if (length == ORDER_MAX_BYTES) die("bad order: it is larger than %d bytes", ORDER_MAX_BYTES);
  *order = (struct order){0};
  parse((struct reader){bytes, bytes + length}, order);
}
