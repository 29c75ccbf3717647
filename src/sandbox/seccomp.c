/*-------------------------------------------------------------------------
 *
 * seccomp.c
 *	  The filter of system calls: no program, no other process.
 *
 * A backend of PostgreSQL never needs the calls below; which they are was found by
 * running PostgreSQL's own tests behind the filter.  They fail as if permission were
 * missing (EPERM), and nothing is killed: what is refused must not bring the server
 * down.  Calls newer than this list do not exist (ENOSYS), as for an old kernel.
 *
 * The filter is this file's own, without libseccomp.  The kernel tries a new filter
 * with every number of a system call there is, when it is put in place, and so what
 * a login costs is the comparisons on the way to an answer: a search tree has eight,
 * a list ninety (0.08 ms against 0.37).  libseccomp makes a list unless it is told
 * otherwise, cannot be told in versions that are in use, and would be one more
 * library in the server.  The tree is made once, in the postmaster.
 *
 * Does not hold: what needs no call at all, such as memory that processes share.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "sandbox/sandbox.h"

#include <errno.h>

#ifdef __linux__
#if (defined(__x86_64__) || defined(__aarch64__)) && __has_include(<linux/seccomp.h>)
#define GK_HAVE_SECCOMP
#endif
#endif

#ifdef GK_HAVE_SECCOMP

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/seccomp_calls.h"

#ifdef __x86_64__
#define GK_ARCH AUDIT_ARCH_X86_64
#else
#define GK_ARCH AUDIT_ARCH_AARCH64
#endif

#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW (1UL << 2)
#endif

/* Every call from one number on, up to the next of the list. */
static GkCall steps[2 * lengthof(calls) + 2];
static int	num_steps;

/* A leaf takes at most fourteen instructions, and the way to it two. */
#define GK_MAX_FILTER (16 * lengthof(steps) + 16)
static struct sock_filter filter[GK_MAX_FILTER];
static int	num_filter;
static int	itself[4];			/* where the filter has this process's number */
static int	num_itself;
static bool guards_libraries;

static void
put(uint16 code, uint8 yes, uint8 no, uint32 operand)
{
	Assert((size_t) num_filter < GK_MAX_FILTER);
	filter[num_filter++] = (struct sock_filter)
	{
		code, yes, no, operand
	};
}

static void
put_return(uint32 action)
{
	put(BPF_RET | BPF_K, 0, 0, action);
}

#define GK_REFUSED (SECCOMP_RET_ERRNO | EPERM)

/* The lower half of an argument, which is what the kernel takes of an int. */
static void
put_load(int argument)
{
	put(BPF_LD | BPF_W | BPF_ABS, 0, 0,
		offsetof(struct seccomp_data, args) + argument * sizeof(uint64));
}

/* Allow what is one of these, refuse the rest. */
static void
put_one_of(const uint32 *values, int n)
{
	for (int i = 0; i < n; i++)
		put(BPF_JMP | BPF_JEQ | BPF_K, n - i, 0, values[i]);
	put_return(GK_REFUSED);
	put_return(SECCOMP_RET_ALLOW);
}

/* A file that is mapped executable or for the process alone: libraries.c looks at it. */
static void
put_mapping(void)
{
	uint64		door = gk_libraries_door();
	uint32		at = offsetof(struct seccomp_data, instruction_pointer);

	put_load(3);
	put(BPF_JMP | BPF_JSET | BPF_K, 8, 0, MAP_ANONYMOUS);
	put(BPF_JMP | BPF_JSET | BPF_K, 2, 0, MAP_PRIVATE);
	put_load(2);
	put(BPF_JMP | BPF_JSET | BPF_K, 0, 5, PROT_EXEC);
	put(BPF_LD | BPF_W | BPF_ABS, 0, 0, at);
	put(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, (uint32) door);
	put(BPF_LD | BPF_W | BPF_ABS, 0, 0, at + sizeof(uint32));
	put(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, (uint32) (door >> 32));
	put_return(SECCOMP_RET_TRAP);
	put_return(SECCOMP_RET_ALLOW);
}

static void
put_leaf(GkFate fate)
{
	static const uint32 signals[] = {0, SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGURG};
	static const uint32 families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
	static const uint32 own[] = {0};

	switch (fate)
	{
		case GK_ALLOW:
			put_return(SECCOMP_RET_ALLOW);
			return;
		case GK_REFUSE:
			put_return(GK_REFUSED);
			return;
		case GK_MISSING:
			put_return(SECCOMP_RET_ERRNO | ENOSYS);
			return;
		case GK_IF_THREAD:
			put_load(0);
			put(BPF_JMP | BPF_JSET | BPF_K, 1, 0, CLONE_THREAD);
			put_return(GK_REFUSED);
			put_return(SECCOMP_RET_ALLOW);
			return;
		case GK_IF_SIGNAL:
			/* a backend may be a group, and so negative; -1 is everybody */
			put_load(0);
			put(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32) -1);
			put_return(GK_REFUSED);
			put_load(1);
			put_one_of(signals, lengthof(signals));
			return;
		case GK_IF_ITSELF:
			put_load(0);
			Assert(num_itself < (int) lengthof(itself));
			itself[num_itself++] = num_filter;
			put_one_of(own, 1);
			return;
		case GK_IF_OWN:
			put_load(0);
			put_one_of(own, 1);
			return;
		case GK_IF_FAMILY:
			put_load(0);
			put_one_of(families, lengthof(families));
			return;
		case GK_IF_LOOKED_AT:
			put_mapping();
			return;
	}
}

/* The tree over steps from..to - 1; the number of the call is loaded. */
static void
put_tree(int from, int to)
{
	int			middle = (from + to) / 2;
	int			branch = num_filter;

	if (to - from == 1)
	{
		put_leaf(steps[from].fate);
		return;
	}
	/* the jump of a comparison reaches 255 instructions, this one any number */
	put(BPF_JMP | BPF_JGE | BPF_K, 0, 1, steps[middle].number);
	put(BPF_JMP | BPF_JA, 0, 0, 0);
	put_tree(from, middle);
	filter[branch + 1].k = num_filter - (branch + 2);
	put_tree(middle, to);
}

static int
compare_calls(const void *a, const void *b)
{
	return ((const GkCall *) a)->number - ((const GkCall *) b)->number;
}

static void
add_step(int number, GkFate fate)
{
	if (num_steps > 0 && steps[num_steps - 1].fate == fate)
		return;
	steps[num_steps++] = (GkCall)
	{
		number, fate
	};
}

/* From the list of calls to the list of where the answer changes. */
static void
make_steps(void)
{
	static GkCall sorted[lengthof(calls)];
	int			next = 0;

	memcpy(sorted, calls, sizeof(calls));
	qsort(sorted, lengthof(sorted), sizeof(GkCall), compare_calls);
	num_steps = 0;
	for (int i = 0; i < (int) lengthof(sorted); i++)
	{
		if (sorted[i].number > next)
			add_step(next, GK_ALLOW);
		add_step(sorted[i].number, sorted[i].fate == GK_IF_LOOKED_AT && !guards_libraries ? GK_ALLOW : sorted[i].fate);
		next = sorted[i].number + 1;
	}
}

/*
 * Make the filter, for every process that is going to be contained.  Returns 0, or
 * why this kernel has none.
 */
int
gk_seccomp_build(bool with_libraries)
{
	uint32		action = SECCOMP_RET_ERRNO;

	guards_libraries = with_libraries;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0)
		return errno;
	num_filter = 0;
	num_itself = 0;
	make_steps();
	put(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, arch));
	put(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, GK_ARCH);
	put_return(GK_REFUSED);
	put(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
	put_tree(0, num_steps);
	return 0;
}

/* In a process that starts no program from here on. */
int
gk_seccomp_enter(void)
{
	struct sock_fprog program = {.len = num_filter,.filter = filter};

	for (int i = 0; i < num_itself; i++)
		filter[itself[i]].k = getpid();
	if (guards_libraries)
	{
		int			err = gk_libraries_enter();

		if (err != 0)
			return err;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return errno;

	/* kernels before 5.16 would slow the process down without the flag */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
				&program) != 0)
		return errno;
	return 0;
}

#else							/* !GK_HAVE_SECCOMP */

int
gk_seccomp_build(bool with_libraries)
{
	return ENOSYS;
}

int
gk_seccomp_enter(void)
{
	return ENOSYS;
}

#endif							/* GK_HAVE_SECCOMP */
