/*-------------------------------------------------------------------------
 *
 * code_cursors.c
 *	  Which cursors did a function open from which a label lifts rules?
 *
 * What it fetches from one of its own is its own statement; from another's it is
 * not.  Hashes of a few names are kept in its frame.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/code_stack.h"

#include "common/hashfn.h"

static uint32
hash_of(const char *cursor)
{
	return Max(DatumGetUInt32(hash_any((const unsigned char *) cursor, strlen(cursor))), 1);
}

/*
 * The plan of a cursor is being started, by the innermost function if that is
 * one from which a label lifts rules: what it fetches from it later is its own.
 */
void
gk_code_note_cursor(void)
{
	if (gk_frame->allows == 0 || ActivePortal == NULL || ActivePortal == gk_frame->portal ||
		gk_code_opened(gk_frame, ActivePortal->name))
		return;
	memmove(gk_frame->cursors + 1, gk_frame->cursors, sizeof(gk_frame->cursors) - sizeof(uint32));
	gk_frame->cursors[0] = hash_of(ActivePortal->name);
}

bool
gk_code_opened(const GkFrame *frame, const char *cursor)
{
	uint32		hash = hash_of(cursor);

	for (int i = 0; i < GK_OWN_CURSORS; i++)
		if (frame->cursors[i] == hash)
			return true;
	return false;
}
