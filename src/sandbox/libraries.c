/*-------------------------------------------------------------------------
 *
 * libraries.c
 *	  The library guard: which files a contained process may run as its own code.
 *
 * What is planted in a file and then loaded, by LOAD, by a function in C or by what a
 * language brings for it, runs in the process as the server itself.  So the filter
 * (seccomp.c) traps each mapping of a file that is executable or private, and the
 * handler here looks whose the file is: root's, and nobody else may write to it.  Then
 * it makes the mapping itself, by the one instruction that the filter lets through.
 *
 * A library that is loaded while SIGSYS is blocked ends the process, and with it the
 * server's sessions: nothing of PostgreSQL does that, what other modules' threads do
 * is not known, and therefore it is a switch of its own.
 *
 * Does not hold against code that runs already.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "sandbox/sandbox.h"

#include <errno.h>

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* The mapping, as a function of its own: the filter knows where it returns from the kernel. */
extern long gk_mmap_looked_at(void *at, size_t len, long prot, long flags, long fd, long offset);
extern const char gk_mmap_looked_at_end[];

#ifdef __x86_64__
__asm__(".pushsection .text\n"
		".hidden gk_mmap_looked_at\n.globl gk_mmap_looked_at\n.type gk_mmap_looked_at, @function\n"
		"gk_mmap_looked_at:\n"
		"\tmovq %rcx, %r10\n"
		"\tmovl $9, %eax\n"
		"\tsyscall\n"
		".hidden gk_mmap_looked_at_end\n.globl gk_mmap_looked_at_end\n"
		"gk_mmap_looked_at_end:\n"
		"\tret\n"
		".size gk_mmap_looked_at, . - gk_mmap_looked_at\n"
		".popsection\n");
#else
__asm__(".pushsection .text\n"
		".hidden gk_mmap_looked_at\n.globl gk_mmap_looked_at\n.type gk_mmap_looked_at, %function\n"
		"gk_mmap_looked_at:\n"
		"\tmov x8, #222\n"
		"\tsvc #0\n"
		".hidden gk_mmap_looked_at_end\n.globl gk_mmap_looked_at_end\n"
		"gk_mmap_looked_at_end:\n"
		"\tret\n"
		".size gk_mmap_looked_at, . - gk_mmap_looked_at\n"
		".popsection\n");
#endif

/* From where the filter lets a mapping through. */
uint64
gk_libraries_door(void)
{
	return (uint64) (uintptr_t) gk_mmap_looked_at_end;
}

static bool
is_roots(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 &&
		(st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* A mapping was stopped: make it, or answer as if permission were missing. */
static void
look_at_mapping(int signo, siginfo_t *info, void *context)
{
	ucontext_t *ucontext = context;
	int			save_errno = errno;
	long		result = -EACCES;

#ifdef __x86_64__
	greg_t	   *r = ucontext->uc_mcontext.gregs;

	if (info->si_syscall == SYS_mmap && is_roots((int) r[REG_R8]))
		result = gk_mmap_looked_at((void *) r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8], r[REG_R9]);
	r[REG_RAX] = result;
#else
	unsigned long long *r = ucontext->uc_mcontext.regs;

	if (info->si_syscall == SYS_mmap && is_roots((int) r[4]))
		result = gk_mmap_looked_at((void *) r[0], r[1], r[2], r[3], r[4], r[5]);
	r[0] = result;
#endif
	errno = save_errno;
}

/* In a process that is about to be contained. */
int
gk_libraries_enter(void)
{
	struct sigaction action = {.sa_sigaction = look_at_mapping,.sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER};
	sigset_t	mask;

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGSYS, &action, NULL) != 0)
		return errno;
	sigemptyset(&mask);
	sigaddset(&mask, SIGSYS);
	return sigprocmask(SIG_UNBLOCK, &mask, NULL) == 0 ? 0 : errno;
}

#else

uint64
gk_libraries_door(void)
{
	return 0;
}

int
gk_libraries_enter(void)
{
	return ENOSYS;
}

#endif
