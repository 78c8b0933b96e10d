// Copies the records of a prepared plan and puts into its places what the caller has said. Nothing is judged twice: the launcher
// checks the result as any plan.
#include "shifter-plan.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handover.h"
#include "plan.h"
#include "say.h"
#include "unsecure.h"

// Besides those of the call that are counted there are a few whose number is known.
enum { MOST_RECORDS = PLAN_MAX_RECORDS - 8 };

static const char MAGIC[] = "BERTHPLAN1\n", SHELL[] = "/bin/sh", NO_DIRECTORY[] = "Failed to switch to working dir: ";

struct writer {
  const struct prepared *prepared;
  const struct shifter_options *options;
  const char *asked;
  char *bytes;
  size_t length, room, records;
};

static void put_bytes(struct writer *writer, const char *bytes, size_t length) {
  if (writer->room - writer->length < length) {
    writer->room = 2 * (writer->room + length);
    writer->bytes = realloc(writer->bytes, writer->room);
    if (writer->bytes == NULL) die("not enough memory");
  }
  memcpy(writer->bytes + writer->length, bytes, length);
  writer->length += length;
}

static void put(struct writer *writer, const char *word) { put_bytes(writer, word, strlen(word) + 1); }

// A record of one argument: all that users can have many of.
static void put_pair(struct writer *writer, const char *name, const char *word) {
  writer->records++;
  put(writer, name);
  put(writer, word);
}

static void put_all(struct writer *writer, const char *name, const struct given *given) {
  for (size_t i = 0; i < given->count; i++) put_pair(writer, name, given->values[i]);
}

// MPI's launcher talks to its tasks through it.
static void put_descriptor(struct writer *writer) {
  char number[16];
  int descriptor = handover_descriptor();
  if (descriptor < 0) return;
  snprintf(number, sizeof number, "%d", descriptor);
  put_pair(writer, "keep-fd", number);
}

static bool place_chdir(struct writer *writer) {
  char here[PATH_MAX];
  const char *dir = writer->options->workdir;
  if (writer->options->image_workdir) {
    dir = prepared_next(writer->prepared, "workdir", NULL);
    if (dir == NULL || *dir == 0) return false;
  }
  if (dir == NULL) dir = getcwd(here, sizeof here) == NULL || *here != '/' ? "/" : here;
  // The launcher starts from the root, so that a relative path means what it means to Shifter.
  put(writer, "chdir");
  if (*dir != '/') put_bytes(writer, "/", 1);
  put(writer, dir);
  put_pair(writer, "chdir", "/");
  put(writer, "chdir-else");
  put_bytes(writer, NO_DIRECTORY, sizeof NO_DIRECTORY - 1);
  put_bytes(writer, dir, strlen(dir));
  put(writer, ", staying in /");
  put_descriptor(writer);
  return true;
}

static void put_variable(struct writer *writer, const char *name, const char *value) {
  put(writer, "env");
  put_bytes(writer, name, strlen(name));
  put_bytes(writer, "=", 1);
  put(writer, value);
}

static bool place_environment(struct writer *writer) {
  for (char **entry = environ; !writer->options->clear && *entry != NULL; entry++)
    if (**entry != '=' && strchr(*entry, '=') != NULL && !unsecure_is(*entry)) put_pair(writer, "env", *entry);
  put_variable(writer, "SHIFTER_IMAGEREQUEST", writer->asked);
  put_variable(writer, "SHIFTER_IMAGE", prepared_next(writer->prepared, "identifier", NULL));
  return true;
}

// Words of the image's configuration, of the command line, or the shell when there are neither.
static bool place_program(struct writer *writer) {
  const struct prepared *prepared = writer->prepared;
  const struct shifter_options *options = writer->options;
  bool of_image = options->image_entrypoint;
  const char *entry = of_image ? prepared_next(prepared, "entry", NULL) : options->entrypoint;
  if (of_image && entry == NULL) return false;
  const char *first = entry != NULL ? entry : *options->words != NULL ? *options->words : SHELL;
  put_pair(writer, "exec", first);
  if (entry != NULL || *options->words == NULL) put_pair(writer, "arg", first);
  for (const char *word = entry; of_image && (word = prepared_next(prepared, "entry", word)) != NULL;) put_pair(writer, "arg", word);
  for (char **word = options->words; *word != NULL; word++) put_pair(writer, "arg", *word);
  if (!of_image || *options->words != NULL) return true;
  for (const char *word = NULL; (word = prepared_next(prepared, "cmd", word)) != NULL;) put_pair(writer, "arg", word);
  return true;
}

static bool put_place(struct writer *writer, const char *name) {
  if (strcmp(name, "@chdir") == 0) return place_chdir(writer);
  if (strcmp(name, "@environment") == 0) return place_environment(writer);
  if (strcmp(name, "@env-file") == 0) return put_all(writer, "env-file", &writer->options->files), true;
  if (strcmp(name, "@set") == 0) return put_all(writer, "env", &writer->options->set), true;
  return strcmp(name, "@program") == 0 && place_program(writer);
}

// One record with its arguments; NULL when the file ends in the middle of it or it is not known.
static const char *copy_record(struct writer *writer, const char *at) {
  int words = plan_arguments(at) + 1;
  const char *from = at;
  for (; words > 0 && at < writer->prepared->end; words--) at += strlen(at) + 1;
  if (at == from || words > 0) return NULL;
  put_bytes(writer, from, (size_t)(at - from));
  writer->records++;
  return at;
}

// What is too long for the launcher is for berth-main to explain.
static bool fits(const struct writer *writer) { return writer->length <= PLAN_MAX_BYTES && writer->records <= MOST_RECORDS; }

static bool write_plan(struct writer *writer) {
  const char *at = writer->prepared->records, *end = writer->prepared->end;
  put_bytes(writer, MAGIC, sizeof MAGIC - 1);
  while (at != NULL && at < end && fits(writer)) {
    if (strcmp(at, "end") == 0) return put(writer, at), at + sizeof "end" == end && fits(writer);
    if (*at != '@') at = copy_record(writer, at);
    else at = put_place(writer, at) ? at + strlen(at) + 1 : NULL;
  }
  return false;
}

const char *shifter_plan(const struct prepared *prepared, const struct shifter_options *options, const char *asked, size_t *length) {
  struct writer writer = {.prepared = prepared, .options = options, .asked = asked, .room = 1 << 16};
  if (prepared_next(prepared, "identifier", NULL) == NULL) return NULL;
  writer.bytes = malloc(writer.room);
  if (writer.bytes == NULL) die("not enough memory");
  if (!write_plan(&writer)) return free(writer.bytes), NULL;
  *length = writer.length;
  return writer.bytes;
}
