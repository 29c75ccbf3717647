/*-------------------------------------------------------------------------
 *
 * seccomp_calls.h
 *	  The system calls that a contained process has no use for; part of seccomp.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_SECCOMP_CALLS_H
#define GK_SECCOMP_CALLS_H

/* What becomes of a call. */
typedef enum GkFate
{
	GK_ALLOW,
	GK_REFUSE,					/* EPERM */
	GK_MISSING,					/* ENOSYS */
	GK_IF_THREAD,				/* clone: only a thread */
	GK_IF_SIGNAL,				/* kill: the signals that backends send */
	GK_IF_ITSELF,				/* first argument: this process */
	GK_IF_OWN,					/* first argument: 0, which is this process */
	GK_IF_FAMILY,				/* socket: Unix, IP, and the kernel's tables */
	GK_IF_LOOKED_AT				/* mmap: what libraries.c has looked at */
} GkFate;

typedef struct GkCall
{
	int			number;
	GkFate		fate;
} GkCall;

#define GK_CALL(name, fate) {SYS_##name, fate},

/* Numbers since 5.1 are the same everywhere, and the C library's may be older. */
#define GK_NEW_CALL(number, fate) {number, fate},
#define GK_LAST_CALL 470

static const GkCall calls[] = {
	/* libraries */
	GK_CALL(mmap, GK_IF_LOOKED_AT)
	/* programs and processes */
	GK_CALL(execve, GK_REFUSE)
	GK_CALL(execveat, GK_REFUSE)
	GK_CALL(clone, GK_IF_THREAD)
	GK_NEW_CALL(435, GK_MISSING)	/* clone3: its flags cannot be seen; the C
									 * library goes on with clone */
#ifdef SYS_fork
	GK_CALL(fork, GK_REFUSE)
	GK_CALL(vfork, GK_REFUSE)
#endif
	GK_CALL(unshare, GK_REFUSE)
	GK_CALL(setns, GK_REFUSE)
	/* other processes */
	GK_CALL(ptrace, GK_REFUSE)
	GK_CALL(process_vm_readv, GK_REFUSE)
	GK_CALL(process_vm_writev, GK_REFUSE)
	GK_CALL(kcmp, GK_REFUSE)
	GK_CALL(kill, GK_IF_SIGNAL)
	GK_CALL(tgkill, GK_IF_ITSELF)
	GK_CALL(tkill, GK_REFUSE)
	GK_CALL(rt_sigqueueinfo, GK_REFUSE)
	GK_CALL(rt_tgsigqueueinfo, GK_REFUSE)
	GK_CALL(prlimit64, GK_IF_OWN)
	GK_CALL(migrate_pages, GK_REFUSE)
	GK_CALL(move_pages, GK_REFUSE)
	GK_NEW_CALL(424, GK_REFUSE) /* pidfd_send_signal */
	GK_NEW_CALL(434, GK_REFUSE) /* pidfd_open */
	GK_NEW_CALL(438, GK_REFUSE) /* pidfd_getfd */
	GK_NEW_CALL(440, GK_REFUSE) /* process_madvise */
	GK_NEW_CALL(448, GK_REFUSE) /* process_mrelease */
	/* code without a file, and calls past this filter */
#ifdef SYS_memfd_create
	GK_CALL(memfd_create, GK_REFUSE)
#endif
	GK_NEW_CALL(447, GK_REFUSE) /* memfd_secret */
	GK_NEW_CALL(425, GK_REFUSE) /* io_uring_setup */
	GK_NEW_CALL(427, GK_REFUSE) /* io_uring_register */
#ifdef SYS_bpf
	GK_CALL(bpf, GK_REFUSE)
#endif
#ifdef SYS_userfaultfd
	GK_CALL(userfaultfd, GK_REFUSE)
#endif
	GK_CALL(perf_event_open, GK_REFUSE)
	GK_CALL(socket, GK_IF_FAMILY)
	/* who it is */
	GK_CALL(setuid, GK_REFUSE)
	GK_CALL(setgid, GK_REFUSE)
	GK_CALL(setreuid, GK_REFUSE)
	GK_CALL(setregid, GK_REFUSE)
	GK_CALL(setresuid, GK_REFUSE)
	GK_CALL(setresgid, GK_REFUSE)
	GK_CALL(setfsuid, GK_REFUSE)
	GK_CALL(setfsgid, GK_REFUSE)
	GK_CALL(setgroups, GK_REFUSE)
	GK_CALL(capset, GK_REFUSE)
	GK_CALL(add_key, GK_REFUSE)
	GK_CALL(request_key, GK_REFUSE)
	GK_CALL(keyctl, GK_REFUSE)
	/* files, past their names, or what Landlock does not see of them */
	GK_CALL(open_by_handle_at, GK_REFUSE)
#ifdef SYS_chmod
	GK_CALL(chmod, GK_REFUSE)
	GK_CALL(chown, GK_REFUSE)
	GK_CALL(lchown, GK_REFUSE)
	GK_CALL(symlink, GK_REFUSE)
	GK_CALL(mknod, GK_REFUSE)
#endif
	GK_CALL(fchmod, GK_REFUSE)
	GK_CALL(fchmodat, GK_REFUSE)
	GK_NEW_CALL(452, GK_REFUSE) /* fchmodat2 */
	GK_CALL(fchown, GK_REFUSE)
	GK_CALL(fchownat, GK_REFUSE)
	GK_CALL(symlinkat, GK_REFUSE)
	GK_CALL(mknodat, GK_REFUSE)
	GK_CALL(setxattr, GK_REFUSE)
	GK_CALL(lsetxattr, GK_REFUSE)
	GK_CALL(fsetxattr, GK_REFUSE)
	GK_CALL(removexattr, GK_REFUSE)
	GK_CALL(lremovexattr, GK_REFUSE)
	GK_CALL(fremovexattr, GK_REFUSE)
	GK_NEW_CALL(463, GK_REFUSE) /* setxattrat */
	GK_NEW_CALL(466, GK_REFUSE) /* removexattrat */
	GK_NEW_CALL(469, GK_REFUSE) /* file_setattr */
	GK_CALL(fanotify_init, GK_REFUSE)
	/* the system */
	GK_CALL(mount, GK_REFUSE)
	GK_CALL(umount2, GK_REFUSE)
	GK_CALL(pivot_root, GK_REFUSE)
	GK_CALL(chroot, GK_REFUSE)
	GK_NEW_CALL(428, GK_REFUSE) /* open_tree */
	GK_NEW_CALL(429, GK_REFUSE) /* move_mount */
	GK_NEW_CALL(430, GK_REFUSE) /* fsopen */
	GK_NEW_CALL(431, GK_REFUSE) /* fsconfig */
	GK_NEW_CALL(432, GK_REFUSE) /* fsmount */
	GK_NEW_CALL(433, GK_REFUSE) /* fspick */
	GK_NEW_CALL(442, GK_REFUSE) /* mount_setattr */
	GK_NEW_CALL(467, GK_REFUSE) /* open_tree_attr */
	GK_CALL(init_module, GK_REFUSE)
	GK_CALL(finit_module, GK_REFUSE)
	GK_CALL(delete_module, GK_REFUSE)
#ifdef SYS_kexec_load
	GK_CALL(kexec_load, GK_REFUSE)
#endif
#ifdef SYS_kexec_file_load
	GK_CALL(kexec_file_load, GK_REFUSE)
#endif
	GK_CALL(reboot, GK_REFUSE)
	GK_CALL(swapon, GK_REFUSE)
	GK_CALL(swapoff, GK_REFUSE)
	GK_CALL(quotactl, GK_REFUSE)
	GK_NEW_CALL(443, GK_REFUSE) /* quotactl_fd */
	GK_CALL(syslog, GK_REFUSE)
	GK_CALL(acct, GK_REFUSE)
	{GK_LAST_CALL + 1, GK_MISSING}
};

#endif							/* GK_SECCOMP_CALLS_H */
