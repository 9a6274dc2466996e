/* Lets the n-th change of what is below a folder fail, or ends the process there, whoever asks the system for it.

A filter of system calls (seccomp) hands every call that could change a file to a handler of SIGSYS, which carries it
out or does not. So it sees what libraries ask for without the C library as well: tantivy renames its files so.
Linux on x86-64 or ARM64; a process that was started by this one is not watched, but ended. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define LONGEST 4096

static struct {
    char folder[LONGEST];
    size_t length;
    long at;   /* the number of the change that does not happen, from 1; 0 for none */
    int error; /* what it fails with; 0 to end the process instead */
    int once;  /* whether only that one fails, or all after it as well, as on a full disk */
    int trace; /* where each change is written down; -1 for nowhere */
} plan;
static atomic_long seen;

/* --- system calls of our own, which the filter lets through by the place they come from */

__attribute__((noinline, section("let_through"))) static long
call(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
    long result;
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
#else
#error "only x86-64 and ARM64 are known"
#endif
}

extern const char __start_let_through[], __stop_let_through[];

/* --- which calls change a file, and which file */

enum where { BY_DESCRIPTOR, BY_PATH, BY_PATH_AT };
static const struct change {
    long number;
    const char *kind;
    enum where where;
    int path; /* the place of the descriptor or the path among the arguments; that of a folder comes before */
    int size; /* the place of the number of bytes, -1 where none are written */
} changes[] = {
    {SYS_openat, "open", BY_PATH_AT, 1, -1},
    {SYS_write, "write", BY_DESCRIPTOR, 0, 2},
    {SYS_pwrite64, "pwrite", BY_DESCRIPTOR, 0, 2},
    {SYS_writev, "writev", BY_DESCRIPTOR, 0, -1},
    {SYS_pwritev, "pwritev", BY_DESCRIPTOR, 0, -1},
    {SYS_pwritev2, "pwritev", BY_DESCRIPTOR, 0, -1},
    {SYS_sendfile, "sendfile", BY_DESCRIPTOR, 0, 3},
    {SYS_copy_file_range, "copy_file_range", BY_DESCRIPTOR, 2, 4},
    {SYS_mmap, "mmap", BY_DESCRIPTOR, 4, -1},
    {SYS_fsync, "fsync", BY_DESCRIPTOR, 0, -1},
    {SYS_fdatasync, "fdatasync", BY_DESCRIPTOR, 0, -1},
    {SYS_fallocate, "fallocate", BY_DESCRIPTOR, 0, -1},
    {SYS_ftruncate, "ftruncate", BY_DESCRIPTOR, 0, -1},
    {SYS_truncate, "truncate", BY_PATH, 0, -1},
    {SYS_renameat2, "rename", BY_PATH_AT, 3, -1},
    {SYS_linkat, "link", BY_PATH_AT, 3, -1},
    {SYS_symlinkat, "symlink", BY_PATH_AT, 2, -1},
    {SYS_mkdirat, "mkdir", BY_PATH_AT, 1, -1},
    {SYS_unlinkat, "unlink", BY_PATH_AT, 1, -1},
#ifdef SYS_renameat
    {SYS_renameat, "rename", BY_PATH_AT, 3, -1},
#endif
#ifdef SYS_open
    {SYS_open, "open", BY_PATH, 0, -1},
    {SYS_creat, "open", BY_PATH, 0, -1},
    {SYS_rename, "rename", BY_PATH, 1, -1},
    {SYS_link, "link", BY_PATH, 1, -1},
    {SYS_symlink, "symlink", BY_PATH, 1, -1},
    {SYS_mkdir, "mkdir", BY_PATH, 0, -1},
    {SYS_unlink, "unlink", BY_PATH, 0, -1},
    {SYS_rmdir, "unlink", BY_PATH, 0, -1},
#endif
};
#define CHANGES (sizeof changes / sizeof *changes)

static int reads_only(const struct change *change, const long *arguments)
{
    long flags = 0;
    if (change->number == SYS_mmap)
        return !(arguments[3] & MAP_SHARED) || !(arguments[2] & PROT_WRITE) || (int)arguments[4] < 0;
    if (change->number == SYS_openat)
        flags = arguments[2];
#ifdef SYS_open
    else if (change->number == SYS_open)
        flags = arguments[1];
#endif
    else
        return 0;
    return !(flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC));
}

static void put_link(const char *link, char *path)
{
    long length = call(SYS_readlinkat, AT_FDCWD, (long)link, (long)path, LONGEST - 1, 0, 0);
    path[length < 0 ? 0 : length] = 0;
}

/* Not by snprintf alone: a handler may have interrupted anything, but this formats numbers and no more. */
static void put_path_of_descriptor(int descriptor, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    put_link(link, path);
}

static void put_path(const struct change *change, const long *arguments, char *path)
{
    const char *given = (const char *)arguments[change->path];
    if (change->where == BY_DESCRIPTOR) {
        put_path_of_descriptor((int)arguments[change->path], path);
        return;
    }
    path[0] = 0;
    if (given[0] != '/') {
        int folder = change->where == BY_PATH_AT ? (int)arguments[change->path - 1] : AT_FDCWD;
        if (folder == AT_FDCWD)
            put_link("/proc/self/cwd", path);
        else
            put_path_of_descriptor(folder, path);
        strncat(path, "/", LONGEST - strlen(path) - 1);
    }
    strncat(path, given, LONGEST - strlen(path) - 1);
}

static int is_below(const char *path)
{
    return !strncmp(path, plan.folder, plan.length) && (path[plan.length] == '/' || !path[plan.length]);
}

/* --- what becomes of a call */

static void write_down(const char *kind, long bytes, const char *path)
{
    char line[LONGEST + 64];
    int length = snprintf(line, sizeof line, "%s %ld %s\n", kind, bytes, path);
    call(SYS_write, plan.trace, (long)line, length, 0, 0, 0);
}

static long carried_out(long number, long *arguments)
{
    return call(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

static long decided(long number, long *arguments)
{
    char path[LONGEST];
    const struct change *change = changes;
    while (change < changes + CHANGES && change->number != number)
        change++;
    if (change == changes + CHANGES || reads_only(change, arguments))
        return carried_out(number, arguments);
    put_path(change, arguments, path);
    if (!is_below(path))
        return carried_out(number, arguments);
    long mine = atomic_fetch_add(&seen, 1) + 1;
    if (plan.trace >= 0)
        write_down(change->kind, change->size < 0 ? 0 : arguments[change->size], path);
    if (!plan.at || mine < plan.at || (plan.once && mine > plan.at))
        return carried_out(number, arguments);
    /* A process is killed, and a disk is full, in the middle of what is being written. */
    int half = change->size > 0 && arguments[change->size] > 1 && mine == plan.at && !(plan.error && plan.once);
    long written = 0;
    if (half) {
        arguments[change->size] /= 2;
        written = carried_out(number, arguments);
    }
    if (!plan.error)
        call(SYS_kill, call(SYS_getpid, 0, 0, 0, 0, 0, 0), SIGKILL, 0, 0, 0, 0);
    return half ? written : -plan.error;
}

static void asked(int signal, siginfo_t *information, void *context)
{
    (void)signal, (void)information;
#if defined(__x86_64__)
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    long arguments[] = {registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
                        registers[REG_R10], registers[REG_R8],  registers[REG_R9]};
    registers[REG_RAX] = decided(registers[REG_RAX], arguments);
#else
    unsigned long long *registers = ((ucontext_t *)context)->uc_mcontext.regs;
    long arguments[] = {registers[0], registers[1], registers[2], registers[3], registers[4], registers[5]};
    registers[0] = decided(registers[8], arguments);
#endif
}

/* --- the filter */

static int install(void)
{
    uint64_t start = (uintptr_t)__start_let_through, stop = (uintptr_t)__stop_let_through;
    struct sock_filter filter[6 + 2 * CHANGES];
    size_t length = 0;
    if (start >> 32 != stop >> 32)
        return -ERANGE;
#define PLACE offsetof(struct seccomp_data, instruction_pointer)
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, PLACE + 4);
    filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(start >> 32), 0, 3);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, PLACE);
    filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)start, 0, 1);
    filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)stop, 0, 1 + CHANGES);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t each = 0; each < CHANGES; each++)
        filter[length++] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)changes[each].number, CHANGES - each, 0);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    struct sock_fprog program = {(unsigned short)length, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        return -errno;
    return 0;
}

/* Watches this process from now on, once and for all; returns 0, or the negative number of an error. */
int fail_writes(const char *folder, long at, int error, int once, int trace)
{
    struct sigaction action = {.sa_sigaction = asked, .sa_flags = SA_SIGINFO | SA_NODEFER};
    if (strlen(folder) >= LONGEST)
        return -ENAMETOOLONG;
    strcpy(plan.folder, folder);
    plan.length = strlen(folder);
    plan.at = at, plan.error = error, plan.once = once, plan.trace = trace;
    if (sigaction(SIGSYS, &action, NULL))
        return -errno;
    return install();
}

/* How many changes there were. */
long writes_seen(void)
{
    return atomic_load(&seen);
}
