/*-------------------------------------------------------------------------
 *
 * labels.c
 *	  Exemptions: what the security labels of provider "gatekeeper" say and lift.
 *
 * On a function or procedure, 'trusted' vouches for its author: it counts as a
 * superuser's code.  'allow <rule>, ...' lifts these rules from its own
 * statements.  On a role, 'trusted' does the former for all the code it owns,
 * 'allow ...' the latter for what the role does itself in its own session, and
 * 'administrator' is for people who become another role by SET ROLE or set_user();
 * see administrator.c.  On a view or materialized view, 'trusted' vouches for its
 * query: the calls that stand in it have a superuser for their author (marks.c).
 *
 * Read once per function and session, and forgotten when the row of the
 * function or role changes; label_provider.c sees to it that it does.
 *
 * No label can get round gatekeeper.strict or gatekeeper.reserved_roles, since
 * those bind the superusers who set labels.
 *
 * Does not see: rows of pg_seclabel written by hand, until the session ends or
 * the function changes; code of others that was looked up before the labelled
 * function was called and is kept in a cache, such as the functions of a range
 * type.  In a parallel worker the labelled function is not on the stack, so
 * there the rules bind.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/hashes.h"
#include "origin/labels.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_shseclabel.h"
#include "commands/seclabel.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/bufmgr.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

StaticAssertDecl(GK_NUM_RULES <= 64, "GkLabel.allows has a bit for each rule");

/*
 * What is known of functions and roles, with or without a label.  Reading
 * pg_seclabel costs little while it is empty, as it mostly is; this keeps it
 * at once per function and session.
 */
#define GK_ROLES 32				/* a power of two */

GkLabelled	gk_labelled_function[GK_LABELLED_FUNCTIONS];
static GkLabelled roles[GK_ROLES];
static GkHashes function_hashes;
static GkHashes role_hashes;

/* Counts invalidations: what was read before one must not be kept after it. */
static uint32 generation;

static const GkLabel no_label;

/*
 * How many transactions that set a label have come to their commit, in all
 * sessions; how many had when this one found that there was no label; and
 * whether its own transaction has set one.
 */
#define GK_NEVER PG_UINT64_MAX

static pg_atomic_uint64 no_commits;
static pg_atomic_uint64 *commits = &no_commits;
static uint64 none_at = GK_NEVER;
static bool is_set;

static void
forget(Datum arg, int cacheid, uint32 hash)
{
	GkLabelled *known = cacheid == PROCOID ? gk_labelled_function : roles;
	int			size = cacheid == PROCOID ? GK_LABELLED_FUNCTIONS : GK_ROLES;

	generation++;
	if (!gk_hashes_may_have(cacheid == PROCOID ? &function_hashes : &role_hashes, hash))
		return;
	for (int i = 0; i < size; i++)
		if (hash == 0 || known[i].hash == hash)
			known[i].oid = InvalidOid;
}

static bool
is_empty(Oid relid)
{
	Relation	rel = table_open(relid, AccessShareLock);
	bool		empty = RelationGetNumberOfBlocks(rel) == 0;

	table_close(rel, AccessShareLock);
	return empty;
}

/*
 * Has nobody in this database (for roles: in the cluster) ever set a security
 * label?  Then looking for one is spared.  A label is written before it can be
 * seen, and a relation that has been written to is not empty.
 *
 * For functions the answer holds until another session commits a label, which
 * is counted just before; what this one sets, gk_label_is_set() tells.  A standby
 * gets labels that it does not count.
 */
static bool
are_no_labels(Oid classid)
{
	uint64		now;

	if (classid == AuthIdRelationId)
		return is_empty(SharedSecLabelRelationId);
	now = pg_atomic_read_u64(commits);
	if (none_at == now)
		return true;
	if (!is_empty(SecLabelRelationId))
		return false;
	if (!RecoveryInProgress())
		none_at = now;
	return true;
}

/* How many transactions have committed one; a standby's are not counted. */
uint64
gk_labels_committed(void)
{
	return pg_atomic_read_u64(commits);
}

/* Surely none of this database; needs a transaction. */
bool
gk_no_function_has_label(void)
{
	return are_no_labels(ProcedureRelationId);
}

static void
count_commit(XactEvent event, void *arg)
{
	if (is_set && (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE))
		pg_atomic_fetch_add_u64(commits, 1);
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE || event == XACT_EVENT_ABORT)
		is_set = false;
}

/* This transaction is about to write a label. */
void
gk_label_is_set(void)
{
	static bool counts = false;

	none_at = GK_NEVER;
	if (!counts)
		RegisterXactCallback(count_commit, NULL);
	counts = true;
	is_set = true;
}

/* A label's text, palloc'd, or NULL. */
char *
gk_label_text(Oid classid, Oid objid)
{
	ObjectAddress object;

	ObjectAddressSet(object, classid, objid);
	return are_no_labels(classid) ? NULL : GetSecurityLabel(&object, GK_LABEL_PROVIDER);
}

/* The stored label; one that cannot be read exempts from nothing. */
static GkLabel
read_label(Oid classid, Oid objid)
{
	MemoryContext context;
	MemoryContext caller;
	GkLabel		label = no_label;
	const char *rule;
	char	   *text;

	if (are_no_labels(classid))
		return label;
	context = AllocSetContextCreate(CurrentMemoryContext, "pg_gatekeeper label",
									ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	text = gk_label_text(classid, objid);
	if (text && !gk_label_parse(text, &label, &rule))
		label = no_label;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return label;
}

static GkLabelled *
entry_of(Oid classid, Oid objid)
{
	return classid == AuthIdRelationId ? &roles[objid & (GK_ROLES - 1)] :
		&gk_labelled_function[objid & (GK_LABELLED_FUNCTIONS - 1)];
}

GkLabel
gk_label_find_out(Oid classid, Oid objid)
{
	bool		is_role = classid == AuthIdRelationId;
	GkLabelled *entry = entry_of(classid, objid);
	uint32		before;
	GkLabel		label;

	if (!IsTransactionState() || !OidIsValid(MyDatabaseId))
		return no_label;

	/*
	 * A label may be read only by who has forgotten the body that stood there
	 * before it.
	 */
	AcceptInvalidationMessages();
	before = generation;
	label = read_label(classid, objid);
	if (generation == before)
	{
		entry->hash = GetSysCacheHashValue1(is_role ? AUTHOID : PROCOID,
											ObjectIdGetDatum(objid));
		entry->label = label;
		entry->oid = objid;
		gk_hashes_add(is_role ? &role_hashes : &function_hashes, entry->hash);
	}
	return label;
}

/* Asked for every function that is called and is not built in. */
static inline GkLabel
label_of(Oid classid, Oid objid)
{
	GkLabelled *entry = entry_of(classid, objid);

	return likely(entry->oid == objid) ? entry->label : gk_label_find_out(classid, objid);
}

/* Is the function's author vouched for?  Initdb's functions have no labels. */
bool
gk_label_trusts_function(Oid funcid)
{
	return funcid >= FirstNormalObjectId &&
		label_of(ProcedureRelationId, funcid).trusted;
}

/* Is this role as good an author as a superuser? */
bool
gk_label_trusts_role(Oid roleid)
{
	return label_of(AuthIdRelationId, roleid).trusted;
}

/*
 * Is the query of this view, or materialized view, vouched for?  Not kept: it is asked
 * for views of others only, when a query is planned, and plans go with the relation.
 */
bool
gk_label_trusts_view(Oid relid)
{
	return relid >= FirstNormalObjectId && IsTransactionState() &&
		read_label(RelationRelationId, relid).trusted;
}

/* All that a role's label says. */
GkLabel
gk_label_on_role(Oid roleid)
{
	return label_of(AuthIdRelationId, roleid);
}

/* Does the role's label say anything? */
bool
gk_label_is_on_role(Oid roleid)
{
	GkLabel		label = label_of(AuthIdRelationId, roleid);

	return label.trusted || label.administrator || label.allows != 0;
}

/* Called while the server adds up its shared memory. */
void
gk_labels_shmem_request(void)
{
	RequestAddinShmemSpace(sizeof(*commits));
}

/* Called when shared memory is there: at server start, and again after a crash. */
void
gk_labels_shmem_startup(void)
{
	bool		found;

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	commits = ShmemInitStruct("pg_gatekeeper labels", sizeof(*commits), &found);
	if (!found)
		pg_atomic_init_u64(commits, 0);
	LWLockRelease(AddinShmemInitLock);
}

/* Postmaster start. */
void
gk_labels_init(void)
{
	CacheRegisterSyscacheCallback(PROCOID, forget, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, forget, (Datum) 0);
}
