/*-------------------------------------------------------------------------
 *
 * journald.c
 *	  A record to the systemd journal, by its native protocol.
 *
 * sd_journal_send() would block for as long as journald is stopped and report
 * success where there is none.  The protocol is documented and small.  Every
 * value goes with its length before it, so that nothing in it can be taken
 * for another field.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

static GkSocket journal;

/* Send the record; 0 or an errno.  deadline as in gk_socket_send(). */
int
gk_journald_send(const GkRecord *record, int64 deadline)
{
	char	   *wire = gk_record_wire;
	size_t		used = 0;

	for (int i = 0; i < gk_num_fields; i++)
	{
		const char *name = gk_fields[i].name;
		size_t		name_len;
		size_t		len = record->length[i];

		if (name == NULL || len == 0)
			continue;
		name_len = strlen(name);
		/* fields.c sees to it that all fit */
		if (used + name_len + len + 10 > GK_RECORD_SIZE)
			break;
		memcpy(wire + used, name, name_len);
		used += name_len;
		wire[used++] = '\n';
		for (int b = 0; b < 8; b++)
			wire[used++] = (char) (((uint64) len >> (8 * b)) & 0xFF);
		memcpy(wire + used, record->value[i], len);
		used += len;
		wire[used++] = '\n';
	}
	return gk_socket_send(&journal, gk_audit_journal_socket, false,
						  wire, used, deadline);
}
