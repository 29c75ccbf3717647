/*-------------------------------------------------------------------------
 *
 * posture.c
 *	  gatekeeper.posture(): the checks of a server's posture that SQL can make,
 *	  for the cluster and the database that is connected to.
 *
 * The queries are those of "pg_gatekeeper check", run with the rights of
 * whoever calls, each in a subtransaction of its own: one that fails costs its
 * own check.  The function's declaration pins search_path.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/tuplestore.h"

#include "base/compat.h"
#include "common/posture.h"

/* 15 does not say so in PG_FUNCTION_INFO_V1. */
extern PGDLLEXPORT Datum gk_sql_posture(PG_FUNCTION_ARGS);

/* As many findings of one query as are shown. */
#define GK_POSTURE_LIMIT "200"

#define GK_POSTURE_COLUMNS 11

/* One row of the function's: a check, and what was found, if anything. */
static void
put_row(ReturnSetInfo *set, const GkCheck *check, const char *status, const char *object,
		const char *found, const char *remedy)
{
	const char *columns[GK_POSTURE_COLUMNS] =
	{
		check->id, check->layer, check->severity, status, object, found, check->why, remedy,
		check->title, check->cis18, check->stig
	};
	Datum		values[GK_POSTURE_COLUMNS];
	bool		nulls[GK_POSTURE_COLUMNS];

	for (int i = 0; i < GK_POSTURE_COLUMNS; i++)
	{
		nulls[i] = columns[i] == NULL || *columns[i] == '\0';
		values[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(columns[i]);
	}
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
}

/* The rows of a query's answer; returns how many. */
static int
put_answer(ReturnSetInfo *set, const GkCheck *check, MemoryContext context)
{
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		MemoryContext old = MemoryContextSwitchTo(context);

		put_row(set, check, SPI_getvalue(tuple, desc, 1), SPI_getvalue(tuple, desc, 2),
				SPI_getvalue(tuple, desc, 3), SPI_getvalue(tuple, desc, 4));
		MemoryContextSwitchTo(old);
	}
	return (int) SPI_processed;
}

/* Run one query; what fails is told, unless the whole statement is to end. */
static int
ask_check(ReturnSetInfo *set, const GkCheck *check, MemoryContext context)
{
	MemoryContext outer = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile int found = 0;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(outer);
	PG_TRY();
	{
		char	   *query = psprintf("%s%s%s" GK_POSTURE_LIMIT, GK_POSTURE_BEFORE, check->sql, GK_POSTURE_AFTER);

		SPI_connect();
		if (SPI_execute(query, true, 0) == SPI_OK_SELECT)
			found = put_answer(set, check, context);
		SPI_finish();
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(outer);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(outer);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(outer);
		CurrentResourceOwner = owner;
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION)
			ReThrowError(error);
		put_row(set, check, strcmp(unpack_sql_state(error->sqlerrcode), "42501") == 0 ? "skip" : "error",
				NULL, error->message, NULL);
		found = 1;
	}
	PG_END_TRY();
	return found;
}

PG_FUNCTION_INFO_V1(gk_sql_posture);

/* id, layer, severity, status, object, found, why, remedy, title, cis, stig */
Datum
gk_sql_posture(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set;
	MemoryContext context;
	int			found = 0;
	bool		asked = false;

	InitMaterializedSRF(fcinfo, 0);
	set = (ReturnSetInfo *) fcinfo->resultinfo;
	context = AllocSetContextCreate(CurrentMemoryContext, "pg_gatekeeper posture", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < gk_num_checks; i++)
	{
		const GkCheck *check = &gk_checks[i];

		CHECK_FOR_INTERRUPTS();
		/* what enforcing would refuse is no fault: the command tells, where it is asked to */
		if (strcmp(check->layer, "preflight") == 0)
			continue;
		if (check->is_first)
		{
			found = 0;
			asked = false;
		}
		if (check->sql)
		{
			found += ask_check(set, check, context);
			asked = true;
			MemoryContextReset(context);
		}
		if (i + 1 < gk_num_checks && !gk_checks[i + 1].is_first)
			continue;
		if (!asked)
			put_row(set, check, "skip", NULL, "only \"pg_gatekeeper check\" looks at this: it takes files, processes or the texts of functions", NULL);
		else if (found == 0)
			put_row(set, check, "pass", NULL, NULL, NULL);
	}
	return (Datum) 0;
}
