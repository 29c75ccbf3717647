/*-------------------------------------------------------------------------
 *
 * outcome.c
 *	  What became of the actions that were let pass.
 *
 * A record is written before its action, and says that the outcome is unknown.
 * When the transaction is over, one short record for each outcome says which
 * records' actions had it:
 *
 *	- done: the action's statement, call or query ended, and the transaction
 *	  committed.
 *	- failed: it ended with an error.
 *	- refused_by_server: that error was that the role lacks a right, and not
 *	  ours.
 *	- rolled_back: it ended well, but its transaction or subtransaction did not.
 *	- unknown: the transaction was prepared; another session will end it.
 *
 * What nobody tells the outcome of (the process died, or more actions were open
 * than there is room for) stays unknown.
 *
 * Sessions without such a record pay nothing: all of it hangs on callbacks that
 * the first record registers.  What has ended is told thus: a call when it
 * returns (builtins.c), a query when it is finished (hooks.c), a utility statement
 * when it is not among the running ones any more (statement.c); an error leaves it
 * there until the callbacks of the abort have run.  The error's code is noted by
 * an error context callback, the outermost there is: whoever catches an error
 * sees to the end of its message before an abort.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"
#include "base/classes.h"
#include "base/statement.h"

#include "utils/builtins.h"

/* Actions of one transaction; the outcome of more stays unknown. */
#define GK_MOST_OPEN 128

typedef enum Outcome
{
	OPEN,
	DONE,
	FAILED,
	REFUSED,
	ROLLED_BACK,
	PREPARED
} Outcome;

static const char *const outcome_names[] = {
	[DONE] = "done",
	[FAILED] = "failed",
	[REFUSED] = "refused_by_server",
	[ROLLED_BACK] = "rolled_back",
	[PREPARED] = "unknown"
};

typedef struct Action
{
	uint64		seq;			/* of its record; 0: told */
	const GkRule *rule;
	SubTransactionId subxact;
	uint32		statement;		/* number of the one it belongs to, or 0 */
	TimestampTz message;		/* when what the client sent arrived */
	const List *relations;		/* of the query that it is, or NULL */
	bool		is_call;
	bool		has_ended;
	Outcome		outcome;
	int			sqlstate;		/* of the error that ended it, or 0 */
} Action;

static Action actions[GK_MOST_OPEN];
int			gk_outcomes_open;	/* how many there are */

/* What hooks.c calls when a query is finished; ours while we want to know. */
ExecutorFinish_hook_type gk_next_finish;
static ExecutorFinish_hook_type next_finish;

static int	last_error;			/* since the last abort, or 0 */
static bool last_error_is_ours;
static bool is_refusing;

static void
note_error(void *arg)
{
	int			code = geterrcode();
	int			category = ERRCODE_TO_CATEGORY(code);

	/* notices and warnings */
	if (category == ERRCODE_SUCCESSFUL_COMPLETION || category == ERRCODE_WARNING ||
		category == ERRCODE_NO_DATA)
		return;
	last_error = code;
	last_error_is_ours = is_refusing;
	is_refusing = false;
}

static ErrorContextCallback watcher = {.callback = note_error};

/*
 * Behind all that are there: whoever put theirs first takes it away again and
 * leaves ours.
 */
static void
watch_errors(void)
{
	ErrorContextCallback **place = &error_context_stack;

	while (*place && *place != &watcher)
		place = &(*place)->previous;
	*place = &watcher;
}

static void
unwatch_errors(void)
{
	ErrorContextCallback **place = &error_context_stack;

	while (*place && *place != &watcher)
		place = &(*place)->previous;
	*place = NULL;
}

/* The module is about to raise an error of its own. */
void
gk_outcome_refusing(void)
{
	is_refusing = true;
}

/* A query is finished: in place of what else would be called. */
static void
finish_watched(QueryDesc *query)
{
	next_finish(query);
	for (int i = 0; i < gk_outcomes_open; i++)
		actions[i].has_ended |= actions[i].relations && actions[i].relations == query->plannedstmt->rtable;
}

static void
watch(const List *relations)
{
	watch_errors();
	if (relations == NULL || gk_next_finish == finish_watched)
		return;
	next_finish = gk_next_finish;
	gk_next_finish = finish_watched;
}

static void
unwatch(void)
{
	unwatch_errors();
	if (gk_next_finish == finish_watched)
		gk_next_finish = next_finish;
}

/* The number of the statement that is running; 0 when there is none. */
static uint32
number_statement(void)
{
	static uint32 last;

	if (gk_statement > gk_statements && gk_statement->number == 0)
		gk_statement->number = ++last;
	return gk_statement->number;
}

/* The action that was let pass is on record. */
void
gk_outcome_note(const GkEvent *event, uint64 seq)
{
	const GkRequest *request = event->request;
	bool		is_call = request->door == GK_DOOR_FUNCTION && request->fcinfo != NULL;

	if (!IsTransactionState() || gk_outcomes_open == GK_MOST_OPEN)
		return;
	if (gk_outcomes_open == 0)
		last_error = 0;
	watch(request->door == GK_DOOR_RELATION ? request->range_table : NULL);
	is_refusing = false;
	actions[gk_outcomes_open++] = (Action)
	{
		.seq = seq,
		.rule = event->rule,
		.subxact = GetCurrentSubTransactionId(),
		.is_call = is_call,
		.statement = is_call ? 0 : number_statement(),
		.message = GetCurrentStatementStartTimestamp(),
		.relations = request->door == GK_DOOR_RELATION ? request->range_table : NULL
	};
}

/* A listed function has returned; when it was called, there were so many. */
void
gk_outcome_returned(int before)
{
	for (int i = before; i < gk_outcomes_open; i++)
		actions[i].has_ended |= actions[i].is_call;
}


/*
 * The statement that the action belongs to, if its end has not come.  It stands
 * there, too, when an error has taken its end away; then its frame lies below
 * the present stack pointer.
 */
static const GkStatement *
statement_of(const Action *action)
{
	const GkStatement *statement = gk_statement;

	while (statement > gk_statements && statement->number != action->statement)
		statement--;
	return statement > gk_statements ? statement : NULL;
}

/* A procedure, or the like, that ends transactions itself. */
static bool
goes_on(const Action *action, const char *stack)
{
	const GkStatement *statement = statement_of(action);

	return !action->has_ended && statement && statement->stack > stack;
}

static void
judge_aborted(Action *action, const char *stack)
{
	const GkStatement *statement = statement_of(action);
	bool		is_over = action->has_ended ||
		(action->statement ? statement == NULL : action->message != GetCurrentStatementStartTimestamp());
	bool		by_error = last_error != 0 || (statement && statement->stack <= stack);

	action->sqlstate = last_error;
	if (is_over || !by_error)
		action->outcome = ROLLED_BACK;
	else if (strcmp(unpack_sql_state(last_error), "42501") == 0 && !last_error_is_ours)
		action->outcome = REFUSED;
	else
		action->outcome = FAILED;
}

/* A subtransaction was aborted, with those inside it. */
void
gk_outcome_subxact_aborted(SubTransactionId subxact)
{
	char	   *stack = __builtin_frame_address(0);

	for (int i = 0; i < gk_outcomes_open; i++)
		if (actions[i].outcome == OPEN && actions[i].subxact >= subxact)
			judge_aborted(&actions[i], stack);
	last_error = 0;
}

/* The transaction is over, or over for this process. */
void
gk_outcome_xact_ended(XactEvent event)
{
	char	   *stack = __builtin_frame_address(0);
	bool		is_abort = event == XACT_EVENT_ABORT || event == XACT_EVENT_PARALLEL_ABORT;

	for (int i = 0; i < gk_outcomes_open; i++)
	{
		Action	   *action = &actions[i];

		if (action->outcome != OPEN)
			continue;
		if (!(is_abort && last_error) && goes_on(action, stack))
			action->subxact = TopSubTransactionId;
		else if (is_abort)
			judge_aborted(action, stack);
		else
			action->outcome = event == XACT_EVENT_PREPARE ? PREPARED : DONE;
	}
	last_error = 0;
}

static bool
is_alike(const Action *a, const Action *b)
{
	return a->rule == b->rule && a->outcome == b->outcome && a->sqlstate == b->sqlstate;
}

/* Those that are not told yet; when there are none, nothing is watched. */
static void
drop_told(void)
{
	int			left = 0;

	for (int i = 0; i < gk_outcomes_open; i++)
		if (actions[i].outcome == OPEN)
			actions[left++] = actions[i];
	gk_outcomes_open = left;
	if (left == 0)
		unwatch();
}

/*
 * Make a record of the next outcome to tell, with as many actions as there is
 * room for.  False when all are told.
 */
bool
gk_outcome_next(GkRecord *record)
{
	static char numbers[GK_OBJECT_SIZE - 64];
	const Action *first = NULL;
	int			used = 0;

	for (int i = 0; i < gk_outcomes_open; i++)
	{
		Action	   *action = &actions[i];
		int			last = i;

		if (action->outcome == OPEN || action->seq == 0 ||
			(first && !is_alike(first, action)))
			continue;
		if (used > (int) sizeof(numbers) - 48)
			break;
		first = first ? first : action;
		/* neighbours in a row are a range */
		while (last + 1 < gk_outcomes_open && is_alike(first, &actions[last + 1]) &&
			   actions[last + 1].seq == actions[last].seq + 1)
			last++;
		used += snprintf(numbers + used, sizeof(numbers) - used, "%s" UINT64_FORMAT,
						 used ? ", " : "", action->seq);
		if (last > i)
			used += snprintf(numbers + used, sizeof(numbers) - used, "-" UINT64_FORMAT,
							 actions[last].seq);
		for (; i < last; i++)
			actions[i].seq = 0;
		actions[last].seq = 0;
	}
	if (first == NULL)
	{
		drop_told();
		return false;
	}
	gk_audit_gather(record, NULL);
	record->kind = GK_KIND_OUTCOME;
	record->rule = first->rule;
	record->class_name = gk_is_class(first->rule) ? first->rule->name : NULL;
	record->outcome = outcome_names[first->outcome];
	record->sqlstate = unpack_sql_state(first->sqlstate);
	record->object_type = "records";
	record->object = numbers;
	record->source = first->outcome == PREPARED ? "prepared transaction" : NULL;
	return true;
}
