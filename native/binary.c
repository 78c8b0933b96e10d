// Reads file headers out of images, hence of anyone: every length is bounded by the buffer it goes to.
#include "binary.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static ssize_t read_at(const char *path, void *buffer, size_t size, uint64_t offset) {
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return -1;
  ssize_t length = pread(file, buffer, size, (off_t)offset);
  close(file);
  return length;
}

static bool read_head(const char *path, Elf64_Ehdr *head) {
  memset(head, 0, sizeof *head);
  return read_at(path, head, sizeof *head, 0) >= EI_NIDENT && memcmp(head->e_ident, ELFMAG, SELFMAG) == 0;
}

bool binary_is(const char *path) {
  Elf64_Ehdr head;
  return read_head(path, &head);
}

// Only the host's own word size: a binary of another one fails for another reason first.
static bool linked_interpreter(const char *path, const Elf64_Ehdr *head, char *name, size_t size) {
  if (head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_phentsize != sizeof(Elf64_Phdr)) return false;
  for (unsigned i = 0; i < head->e_phnum && i < 64; i++) {
    Elf64_Phdr part;
    if (read_at(path, &part, sizeof part, head->e_phoff + i * sizeof part) != (ssize_t)sizeof part) return false;
    if (part.p_type != PT_INTERP) continue;
    ssize_t length = read_at(path, name, part.p_filesz < size ? part.p_filesz : size - 1, part.p_offset);
    name[length > 0 ? length : 0] = 0;
    return *name != 0;
  }
  return false;
}

static bool script_interpreter(const char *path, char *name, size_t size) {
  char line[256];
  ssize_t length = read_at(path, line, sizeof line - 1, 0);
  if (length < 3 || line[0] != '#' || line[1] != '!') return false;
  line[length] = 0;
  const char *start = line + 2 + strspn(line + 2, " \t");
  snprintf(name, size, "%.*s", (int)strcspn(start, " \t\n"), start);
  return *name != 0;
}

bool binary_explain_interpreter(const char *path, char *why, size_t size) {
  Elf64_Ehdr head;
  char name[PATH_MAX] = "";
  bool binary = read_head(path, &head);
  if (!(binary ? linked_interpreter(path, &head, name, sizeof name) : script_interpreter(path, name, sizeof name))) return false;
  bool carriage = name[strlen(name) - 1] == '\r';
  snprintf(why, size, "its interpreter %s is missing in the container%s", name, carriage ? " (the script has DOS line ends)" : "");
  return true;
}

static const char *machine_name(unsigned machine) {
  static const struct { unsigned number; const char *name; } NAMES[] = {
      {EM_386, "i386"}, {EM_X86_64, "x86_64"}, {EM_ARM, "arm"}, {EM_AARCH64, "aarch64"}, {EM_PPC, "ppc"}, {EM_PPC64, "ppc64"},
      {EM_S390, "s390x"}, {EM_MIPS, "mips"}, {EM_RISCV, "riscv"}, {258, "loongarch"}};
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
    if (NAMES[i].number == machine) return NAMES[i].name;
  return "another machine";
}

bool binary_explain_machine(const char *path, char *why, size_t size) {
  Elf64_Ehdr head;
  struct utsname host;
  if (!read_head(path, &head) || uname(&host) < 0) return false;
  unsigned machine = head.e_ident[EI_DATA] == ELFDATA2MSB ? (head.e_machine >> 8 | (head.e_machine & 0xffu) << 8) : head.e_machine;
  snprintf(why, size, "it is a binary for %s (number %u) and this machine is %s (emulation needs a binfmt_misc entry with the flag F)",
           machine_name(machine), machine, host.machine);
  return true;
}
