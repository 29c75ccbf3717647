/*-------------------------------------------------------------------------
 *
 * worker.c
 *	  The background worker: records about the module itself.
 *
 * It says that the server starts and stops, that a reload changed a setting,
 * that the module does not enforce, that records were lost, and every now and
 * then that all is well: a reader who hears nothing for longer than
 * gatekeeper.audit_heartbeat knows that something is wrong.  It also writes the
 * counts of sessions that have fallen silent (audit/pending.c), and what no sink
 * took when it was written (audit/backlog.c).
 *
 * It has no database connection, so it runs from the first moment, on standbys
 * too, and nothing that happens in a database can hold it up.  Nothing else
 * depends on it.  Who changed a setting it cannot know: a session that does so
 * with ALTER SYSTEM is on record by the rule server_settings, and whoever edits
 * a file is known to the operating system only.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/worker.h"

#include <dlfcn.h>

#include "audit/audit.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/guc.h"

/* How often it looks whether records were lost, in microseconds. */
#define GK_LOOK_US INT64CONST(5000000)

/*
 * A record of a loss that is lost itself: the next attempt waits twice as long,
 * up to this.  It would be a flood of lost records otherwise.
 */
#define GK_MAX_WAIT_US INT64CONST(60000000)

/*
 * How soon the sinks are offered again what they did not take, in
 * microseconds; each time twice as long, up to GK_LOOK_US.
 */
#define GK_OFFER_US INT64CONST(100000)

/* How long the postmaster waits before it starts a killed worker again. */
#define GK_RESTART_S 5

static int64 next_heartbeat;
static int64 offer_wait;		/* 0: nothing waits for a sink */

static struct
{
	uint64		told;			/* losses on record */
	int64		next_try;
	int64		wait;			/* 0: the last attempt was delivered */
	uint64		sent;			/* at the last attempt */
	bool		is_own;			/* the last record of it is itself lost somewhere */
}			loss;

/*
 * Postmaster start.  The library is named by the file it was loaded from, which
 * dynamic_library_path cannot change.
 */
void
gk_worker_register(void)
{
	BackgroundWorker worker = {
		.bgw_name = "pg_gatekeeper audit",
		.bgw_type = "pg_gatekeeper audit",
		.bgw_flags = BGWORKER_SHMEM_ACCESS,
		.bgw_start_time = BgWorkerStart_PostmasterStart,
		.bgw_restart_time = GK_RESTART_S,
		.bgw_library_name = "pg_gatekeeper",
		.bgw_function_name = "gk_worker_main"
	};
	Dl_info		self;

	/* a server in single-user mode starts no workers, pg_upgrade wants none */
	if (!IsPostmasterEnvironment || IsBinaryUpgrade)
		return;
	if (dladdr(gk_worker_main, &self) != 0 &&
		strlen(self.dli_fname) < sizeof(worker.bgw_library_name))
		strcpy(worker.bgw_library_name, self.dli_fname);
	RegisterBackgroundWorker(&worker);
}

static bool
write_notice(GkAuditKind kind, const char *object_type, const char *object)
{
	GkNotice	notice = {.kind = kind,.object_type = object_type,.object = object};

	return gk_audit_about_module(&notice);
}

/* ------------------------------------------------------------------------
 * Mode, sinks and losses
 * ------------------------------------------------------------------------
 */

/* The module is there, and lets everything pass. */
static void
report_mode(void)
{
	GkNotice	notice = {
		.kind = GK_KIND_CONFIG,
		.object_type = "module",
		.object = "loaded without enforcement",
		.new_value = gk_mode == GK_MODE_OFF ? "off" : "audit",
		.is_alarm = gk_mode == GK_MODE_OFF
	};

	if (gk_mode != GK_MODE_ENFORCE)
		(void) gk_audit_about_module(&notice);
}

/* Sessions were to be contained, and this kernel cannot. */
static void
report_containment(void)
{
	GkNotice	notice = {
		.kind = GK_KIND_CONFIG,
		.object_type = "module",
		.object = "sessions are contained only in part",
		.new_value = gk_sandbox_lacks,
		.is_alarm = true
	};

	if (notice.new_value)
		(void) gk_audit_about_module(&notice);
}

/*
 * Why the configured sinks did not take the last record, as "journald:
 * Connection refused; syslog: ..." into buf.  "" when one of them did; with
 * two named in the settings, when both did.
 */
static void
sink_errors(char *buf, int size)
{
	int			used = 0;

	buf[0] = '\0';
	for (int sink = 0; sink < GK_NUM_SINKS; sink++)
	{
		GkSinkStats stats;

		if (!(gk_audit_sinks.bits & (1 << sink)))
			continue;
		gk_sink_stats(sink, &stats);
		if (stats.is_failing && used < size)
			used += snprintf(buf + used, size - used, "%s%s: %s", used ? "; " : "",
							 stats.name, strerror(stats.last_errno));
		else if (gk_audit_sinks.is_auto)
		{
			buf[0] = '\0';
			return;
		}
	}
}

/* A record has just been written: say in the server log what did not take it. */
static void
report_sinks(void)
{
	char		errors[256];

	sink_errors(errors, sizeof(errors));
	if (*errors)
		ereport(WARNING,
				(errmsg("pg_gatekeeper: audit records are not taken everywhere they should be"),
				 errdetail("gatekeeper.audit_sink is \"%s\". %s.", gk_audit_sink, errors),
				 errhint("Start the daemon, or correct gatekeeper.audit_sink, gatekeeper.audit_journal_socket or gatekeeper.audit_syslog_socket and reload the configuration.")));
}

/*
 * How many records are lost: to the sink that has lost most, since what another
 * one took is missing there all the same.
 */
static uint64
lost_most(void)
{
	uint64		lost = gk_audit_lost();

	for (int sink = 0; sink < GK_NUM_SINKS; sink++)
		lost = Max(lost, gk_sink_gone(sink));
	return lost;
}

static uint64
all_sent(void)
{
	uint64		sent = 0;

	for (int sink = 0; sink < GK_NUM_SINKS; sink++)
	{
		GkSinkStats stats;

		gk_sink_stats(sink, &stats);
		sent += stats.sent;
	}
	return sent;
}

/*
 * Were records lost since the last look?  Until the record that says so is
 * delivered it is tried again, sooner when a sink has taken anything since.
 */
static void
look_for_losses(int64 now)
{
	uint64		lost = lost_most();
	char		from[24];
	char		to[24];
	char		errors[256];
	bool		taken;
	GkNotice	notice = {
		.kind = GK_KIND_LOSS,
		.object_type = "records",
		.object = errors,
		.old_value = from,
		.new_value = to
	};

	if (lost == loss.told ||
		(now < loss.next_try && (loss.is_own || all_sent() == loss.sent)))
		return;
	snprintf(from, sizeof(from), UINT64_FORMAT, loss.told);
	snprintf(to, sizeof(to), UINT64_FORMAT, lost);
	sink_errors(errors, sizeof(errors));
	taken = gk_audit_about_module(&notice);
	if (taken)
		loss.told = lost;
	/* of two sinks, one can be gone for long */
	loss.is_own = taken && lost_most() > lost;
	if (taken && !loss.is_own)
	{
		loss.wait = 0;
		loss.next_try = 0;
	}
	else
	{
		loss.wait = loss.wait == 0 ? GK_LOOK_US : Min(2 * loss.wait, GK_MAX_WAIT_US);
		loss.next_try = now + loss.wait;
	}
	loss.sent = all_sent();
}

/* ------------------------------------------------------------------------
 * The worker
 * ------------------------------------------------------------------------
 */

static void
plan_heartbeat(void)
{
	next_heartbeat = gk_monotonic_us() + gk_audit_heartbeat * INT64CONST(1000000);
}

static void
heartbeat(int64 now)
{
	if (gk_audit_heartbeat == 0 || now < next_heartbeat)
		return;
	(void) write_notice(GK_KIND_HEARTBEAT, NULL, NULL);
	plan_heartbeat();
}

static void
reload(void)
{
	int			mode = gk_mode;
	int			interval = gk_audit_heartbeat;

	gk_settings_remember();
	ProcessConfigFile(PGC_SIGHUP);
	if (gk_settings_compare())
		report_sinks();
	if (gk_mode != mode)
		report_mode();
	if (gk_audit_heartbeat != interval)
		plan_heartbeat();
	gk_settings_forget();
}

static void
start(void)
{
	const GkStreamEnd *end = gk_audit_before_crash();
	char	   *settings = gk_settings_given();
	char		last[120];
	GkNotice	notice = {
		.kind = GK_KIND_START,
		.object_type = "server",
		.object = "start",
		.new_value = settings
	};

	if (!gk_audit_worker_starts())
		notice.object = "restart of the audit worker";
	else if (end)
	{
		/* the end of the stream that the crash cut off is known only here */
		snprintf(last, sizeof(last), "stream %s, seq " UINT64_FORMAT ", lost " UINT64_FORMAT,
				 end->stream, end->seq, end->lost);
		notice.object = "restart after a crash";
		notice.old_value = last;
	}
	(void) gk_audit_about_module(&notice);
	pfree(settings);
	report_mode();
	report_containment();
	report_sinks();
	plan_heartbeat();
	loss.next_try = gk_monotonic_us() + GK_LOOK_US;
	loss.sent = all_sent();
}

/*
 * Offer again what no sink took.  Whoever puts more there, or finds that a sink
 * takes records again, wakes us.
 */
static void
offer_backlog(void)
{
	if (gk_audit_write_backlog())
		offer_wait = 0;
	else
		offer_wait = offer_wait == 0 ? GK_OFFER_US : Min(2 * offer_wait, GK_LOOK_US);
}

/* Milliseconds until something is to be done. */
static long
time_to_wait(int64 now)
{
	int64		wait = offer_wait ? offer_wait : GK_LOOK_US;
	int64		flood = gk_budget_time_to_wait(now);

	if (gk_audit_heartbeat != 0)
		wait = Min(wait, next_heartbeat - now);
	if (flood >= 0)
		wait = Min(wait, flood);
	return Max((long) (wait / 1000), 1);
}

/*
 * Started by the postmaster.  Status 1 at the end, so that the postmaster
 * starts it again when somebody has killed it alone.
 */
void
gk_worker_main(Datum arg)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	BackgroundWorkerUnblockSignals();

	gk_backlog_read_by_me();
	start();
	for (;;)
	{
		int64		now = gk_monotonic_us();

		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			reload();
		}
		offer_backlog();
		gk_audit_write_pending();
		gk_audit_write_floods(false);
		look_for_losses(now);
		heartbeat(now);
		if (ShutdownRequestPending)
			break;
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 time_to_wait(now), PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
	gk_audit_write_floods(true);
	(void) write_notice(GK_KIND_STOP, "server", "stop");
	proc_exit(1);
}
